import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { basic } from "./http-exchange.js";

export interface OpensslSaid {
  readonly exitCode: number | null;
  /** All that it said: of the handshake, and what the connector answered. */
  readonly output: string;
}

/** For the client that sends its request at once and waits for the connector to end the connection. */
export const HEALTH = `GET /health HTTP/1.1\r\nHost: connector\r\nAuthorization: ${basic("Foo:Bar")}\r\nConnection: close\r\n\r\n`;

/**
 * `openssl s_client` against a port of this machine. Without a request it ends after the handshake, with one when the connector
 * ends the connection; by itself after 30 s.
 */
export async function opensslClient(
  port: number,
  parameters: readonly string[],
  request = "",
): Promise<OpensslSaid> {
  const how = request === "" ? [] : ["-ign_eof", "-nocommands"];
  const command = ["s_client", "-connect", `127.0.0.1:${port}`, ...how, ...parameters];
  const child = spawn("openssl", command, { timeout: 30_000 });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new Error("openssl is missing: apt-get install openssl", { cause })),
    );
    child.once("close", resolve);
  });
  child.stdin.on("error", () => {});
  child.stdin.end(request);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, output: stdout + stderr };
}
