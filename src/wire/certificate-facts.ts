import { createHash, type X509Certificate } from "node:crypto";

/**
 * The pin of a certificate: the SHA-256 of its public key in the form of curl's `--pinnedpubkey`, `sha256//` and base64.
 * A renewed certificate with the same key has the same pin.
 */
export function publicKeyPin({ publicKey }: X509Certificate): string {
  const key = publicKey.export({ type: "spki", format: "der" });
  return `sha256//${createHash("sha256").update(key).digest("base64")}`;
}

/**
 * A subject or issuer of an `X509Certificate` on one line, the most specific name first: `CN=www.foo.com, O=Foo, C=US`. An empty
 * one, as certificates have that bear only alternative names, is undefined in Node.js, whatever its types say.
 */
export function distinguishedName(lines: string | undefined): string {
  return (lines ?? "").split("\n").toReversed().join(", ");
}
