import { fail, pass, skip, warn, type Check } from "../../diagnosis.js";
import type { QBError } from "../../errors.js";
import { isLoopback } from "../../wire/loopback.js";

/** The dates of the certificate that is served, and what it is called. */
export interface CertificateDates {
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: Date;
}

export interface CertificateFacts {
  readonly enableSSL: boolean;
  readonly host: string;
  /** Undefined when there is none yet, or none that can be used; then `failure` says why. */
  readonly certificate: CertificateDates | undefined;
  readonly failure: QBError | undefined;
  /** Made and renewed by the connector itself. */
  readonly selfMade: boolean;
  readonly now: Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 30;

export function checkCertificate(facts: CertificateFacts): Check {
  const { enableSSL, certificate, failure } = facts;
  if (!enableSSL) return checkPlain(facts);
  if (failure !== undefined)
    return fail("certificate", `the certificate cannot be used: ${failure.message}`, failure.advice);
  if (certificate === undefined)
    return pass("certificate", "there is none yet; it is made when the connector first needs it");
  return checkDates(certificate, facts);
}

function checkPlain({ host }: CertificateFacts): Check {
  if (isLoopback(host)) return skip("certificate", "plain HTTP, only for this machine, needs none");
  return warn(
    "certificate",
    `plain HTTP on ${host}: passwords and books cross the network in clear text`,
    "Switch HTTPS on (enableSSL: true), unless something else, such as a VPN, protects the network.",
  );
}

function checkDates(
  { subject, validFrom, validTo }: CertificateDates,
  { selfMade, now }: CertificateFacts,
): Check {
  const days = Math.floor((validTo.getTime() - now.getTime()) / DAY_MS);
  const renew = selfMade
    ? "Run: qbconnector cert renew. Its pin stays the same."
    : "Put a renewed certificate in its place; a connector that runs reads it again.";
  if (validTo <= now) return fail("certificate", `${subject} expired on ${day(validTo)}`, renew);
  if (validFrom > now)
    return fail(
      "certificate",
      `${subject} is not valid before ${validFrom.toISOString()}, and the clock says ${now.toISOString()}`,
      `Set the clock of this machine right; if it is right, the certificate is wrong. ${renew}`,
    );
  const found = `${subject} is valid until ${day(validTo)}, ${days} days`;
  return days < SOON_DAYS ? warn("certificate", found, renew) : pass("certificate", found);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
