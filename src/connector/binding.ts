import { QBError } from "../errors.js";
import { isLoopback } from "../wire/loopback.js";

/** Throws `QB_INVALID_ARGUMENT` when passwords would cross a network in clear text and nobody has allowed that. */
export function checkSecurity(
  host: string,
  { enableSSL, allowInsecure }: { readonly enableSSL: boolean; readonly allowInsecure: boolean },
): void {
  if (enableSSL || allowInsecure || isLoopback(host)) return;
  throw new QBError("QB_INVALID_ARGUMENT", `plain HTTP on "${host}" would send passwords in clear text`, {
    advice:
      "Say enableSSL: true, or listen on 127.0.0.1. If something else protects the network: allowInsecure: true.",
  });
}

/** What the system says against an address and a port. */
export function cannotListen(host: string, port: number, cause: unknown): QBError {
  const reason = (cause as NodeJS.ErrnoException).code;
  const taken = reason === "EADDRINUSE" ? "another program uses this port" : (cause as Error).message;
  return new QBError("QB_INVALID_ARGUMENT", `cannot listen on ${host}, port ${port}: ${taken}`, {
    who: "operator",
    advice: "Choose another localPort (0 takes a free one) or localHost.",
    details: { reason },
    cause,
  });
}
