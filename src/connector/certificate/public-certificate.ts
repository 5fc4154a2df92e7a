import type { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { distinguishedName, publicKeyPin } from "../../wire/certificate-facts.js";
import { subjectOf } from "./subject-look-up.js";

/** What clients may have of the connector's certificate: everything but the private key. */
export interface PublicCertificate {
  readonly pem: string;
  readonly der: Buffer;
  /** SHA-256 of the public key, `sha256//` and base64, as curl takes it; for `SSLPin` of the connection string. */
  readonly pin: string;
  readonly subject: string;
  readonly issuer: string;
  /** The host names and addresses that it is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
}

export function publicCertificate(certificate: X509Certificate): PublicCertificate {
  return Object.freeze({
    pem: certificate.toString(),
    der: Buffer.from(certificate.raw),
    pin: publicKeyPin(certificate),
    subject: subjectOf(certificate),
    issuer: distinguishedName(certificate.issuer),
    names: Object.freeze(namesOf(certificate)),
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
  });
}

/** Node writes `DNS:localhost, IP Address:0:0:0:0:0:0:0:1`, and names with odd characters as JSON. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  const names = subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  return [...names].map(([, name = ""]) => plainName(name));
}

function plainName(name: string): string {
  if (name.startsWith('"')) return JSON.parse(name) as string;
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}
