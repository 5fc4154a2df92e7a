import type { Edition } from "../check/finding.js";

/** The versions of qbXML; after 6.0 they are the same for every country, but for 6.1, with which Australia got its taxes. */
export const QBXML_VERSIONS: readonly string[] = [
  "1.0",
  "1.1",
  "2.0",
  "2.1",
  "3.0",
  "4.0",
  "4.1",
  "5.0",
  "6.0",
  "6.1",
  "7.0",
  "8.0",
  "9.0",
  "10.0",
  "11.0",
  "12.0",
  "13.0",
  "14.0",
  "15.0",
  "16.0",
];

const FORM = /^(US|CA|UK|OZ|AU)?(\d{1,2}\.\d)$/;
const OF_PREFIX: Readonly<Record<string, Edition>> = {
  US: "QBD",
  CA: "QBCA",
  UK: "QBUK",
  OZ: "QBAU",
  AU: "QBAU",
};

export interface QBXMLVersion {
  readonly number: number;
  /** Named by versions such as `CA3.0`. */
  readonly edition: Edition | undefined;
}

/** What a version's text says, or undefined when there is no such version. */
export function readVersion(text: string): QBXMLVersion | undefined {
  const [, prefix, number = ""] = FORM.exec(text) ?? [];
  if (!QBXML_VERSIONS.includes(number)) return undefined;
  return { number: Number(number), edition: prefix === undefined ? undefined : OF_PREFIX[prefix] };
}
