import { spawnSync } from "node:child_process";

/** What Intuit sends in `intuit-signature`, computed by openssl. */
export function opensslSignature(body: string | Uint8Array, token: string): string {
  const { status, stdout, stderr } = spawnSync("openssl", ["dgst", "-sha256", "-hmac", token, "-binary"], {
    input: body,
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`openssl dgst: ${stderr.toString()}`);
  return stdout.toString("base64");
}
