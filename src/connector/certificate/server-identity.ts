import type { KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { distinguishedName } from "../../wire/certificate-facts.js";
import { certificateError } from "./certificate-error.js";

/** With what the connector shows who it is. */
export interface ServerIdentity {
  /** PEM, PKCS#8, not encrypted. Neither enumerated nor shown by `inspect`. */
  readonly key: string;
  readonly certificate: X509Certificate;
  /** The issuers that are sent along, without the certificate itself. */
  readonly chain: readonly X509Certificate[];
}

class Identity implements ServerIdentity {
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
  readonly #readKey: () => KeyObject;
  #key: string | undefined;

  constructor(readKey: () => KeyObject, certificate: X509Certificate, chain: readonly X509Certificate[]) {
    this.#readKey = readKey;
    this.certificate = certificate;
    this.chain = Object.freeze(chain);
    Object.freeze(this);
  }

  get key(): string {
    this.#key ??= this.#readKey().export({ type: "pkcs8", format: "pem" }) as string;
    return this.#key;
  }
}

/** The certificate with its key, which may be read when it is asked for, and those of the others that issued it. */
export function makeIdentity(
  key: KeyObject | (() => KeyObject),
  certificate: X509Certificate,
  others: readonly X509Certificate[],
): ServerIdentity {
  const readKey = typeof key === "function" ? key : (): KeyObject => key;
  return new Identity(readKey, certificate, issuersOf(certificate, others));
}

/** Throws `QB_CERTIFICATE` when OpenSSL refuses to serve with it: a key that is too short, a digest that is broken; or its key cannot be had. */
export function checkUsable(identity: ServerIdentity): ServerIdentity {
  const { key } = identity;
  try {
    createSecureContext({ key, cert: fullChain(identity) });
    return identity;
  } catch (cause) {
    throw certificateError(
      `TLS cannot use the certificate ${distinguishedName(identity.certificate.subject)}: ${(cause as Error).message}`,
      "Get a new certificate, for an RSA key of at least 2048 bits or an EC key (P-256).",
      cause,
    );
  }
}

/** What a TLS server is given as its certificate. */
export function fullChain({ certificate, chain }: ServerIdentity): string {
  return [certificate, ...chain].map(String).join("");
}

/** The same key and certificates. */
export function isSameIdentity(one: ServerIdentity, other: ServerIdentity): boolean {
  return one.key === other.key && fullChain(one) === fullChain(other);
}

/** In the order of issuing, in whatever order they are given: matched by name and signature. */
function issuersOf(certificate: X509Certificate, others: readonly X509Certificate[]): X509Certificate[] {
  const left = new Set(others.filter(({ raw }) => !raw.equals(certificate.raw)));
  const chain: X509Certificate[] = [];
  for (let last: X509Certificate | undefined = certificate; last !== undefined;) {
    const subject: X509Certificate = last;
    last = isIssuedBy(subject, subject) ? undefined : [...left].find((other) => isIssuedBy(subject, other));
    if (last === undefined) break;
    left.delete(last);
    chain.push(last);
  }
  return chain;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
