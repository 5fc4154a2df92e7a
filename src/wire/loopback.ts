import { isIP } from "node:net";

/** Whether a host name or address means this machine, so that nothing said to it crosses a network. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
