import type { X509Certificate } from "node:crypto";
import { distinguishedName } from "../../wire/certificate-facts.js";
import type { ServerIdentity } from "./server-identity.js";

/**
 * The certificate with a subject: exactly this one, else the first that contains the text, `*` the first of all.
 * Upper and lower case, and blanks after commas, make no difference.
 */
export function lookUp(identities: readonly ServerIdentity[], subject: string): ServerIdentity | undefined {
  const wanted = comparable(subject);
  if (wanted === "*") return identities[0];
  if (wanted === "") return undefined;
  const subjects = identities.map(({ certificate }) => comparable(subjectOf(certificate)));
  const exact = subjects.indexOf(wanted);
  return identities[exact >= 0 ? exact : subjects.findIndex((one) => one.includes(wanted))];
}

export function subjectOf(certificate: X509Certificate): string {
  return distinguishedName(certificate.subject);
}

/** The component writes E where OpenSSL writes emailAddress. */
function comparable(subject: string): string {
  return subject
    .trim()
    .replace(/,\s+/g, ",")
    .replace(/(^|,)E=/gi, "$1emailAddress=")
    .toLowerCase();
}
