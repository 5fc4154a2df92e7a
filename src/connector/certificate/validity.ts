import type { X509Certificate } from "node:crypto";
import { subjectOf } from "./subject-look-up.js";

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Fewer than 0 when it has ended. */
export function daysLeft({ validTo }: { readonly validTo: string | Date }): number {
  return (new Date(validTo).getTime() - Date.now()) / DAY_MS;
}

/** What an operator should hear of the certificate's dates: it ended, has not begun, or ends within 30 days. */
export function validityWarning(certificate: X509Certificate): string | undefined {
  const { validFrom, validTo } = certificate;
  const left = daysLeft(certificate);
  const named = `the certificate ${subjectOf(certificate)}`;
  if (left <= 0) return `${named} expired on ${validTo}`;
  if (Date.parse(validFrom) > Date.now()) return `${named} is not valid before ${validFrom}`;
  return left < 30 ? `${named} ends on ${validTo}` : undefined;
}
