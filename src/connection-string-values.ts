import { X509Certificate } from "node:crypto";
import {
  CONNECTION_STRING_NAMES,
  type ConnectionStringRow,
  type ConnectionStringType,
} from "./connection-string-names.js";

const secretNames = CONNECTION_STRING_NAMES.filter((row) => row.secret).map((row) => row.name);

const CHOICES: Partial<Record<ConnectionStringType, readonly string[]>> = {
  mode: ["SingleUser", "MultiUser", "DontCare"],
  boolean: ["true", "false"],
};

/** The SHA-256 of a public key in the form of curl's `--pinnedpubkey`; 32 bytes leave two bits of the last letter empty. */
const PIN = "sha256//[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=";
const PINS = new RegExp(`^${PIN}(?:;${PIN})*$`);

/** Why a name does not allow this value; undefined when it does. Never holds a piece of the value. */
export function findComplaint(row: ConnectionStringRow, value: string): string | undefined {
  if (/\p{Cc}/u.test(value)) return "must not contain control characters (tabs and line ends included)";
  if (/\p{Cs}/u.test(value)) return "must be valid Unicode, but contains half of a surrogate pair";
  if (row.type === "url") return findUrlComplaint(value);
  if (row.type === "nonBlankText") return value.trim() === "" ? "must not be empty" : undefined;
  if (row.type === "flags")
    return isFlags(value) ? undefined : "must be a number from 0 to 0xFFFFFFFF, decimal or 0x";
  if (row.type === "pins" || row.type === "certificate")
    return isPublicForm(row.type, value) ? undefined : FORMS[row.type];
  const choices = CHOICES[row.type];
  if (choices === undefined || choices.some((choice) => isSameWord(choice, value))) return undefined;
  return `must be ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

const FORMS = {
  pins: 'must be sha256// and the 44 characters of a SHA-256 in base64; several are separated by ";"',
  certificate:
    "must be the base64 of one X.509 certificate (DER), without line ends; name a PEM file with SSLAcceptServerCertFile",
} as const;

/** Exactly the form of something that is public by its nature. */
function isPublicForm(type: keyof typeof FORMS, value: string): boolean {
  return type === "pins" ? PINS.test(value) : isCertificate(value);
}

function isCertificate(value: string): boolean {
  const der = Buffer.from(value, "base64");
  try {
    return der.toString("base64") === value && new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
}

function findUrlComplaint(value: string): string | undefined {
  const authority = /^https?:\/\/([^/\\\s]+)(?:\/[^\\\s]*)?$/i.exec(value)?.[1];
  if (authority === undefined) return "must be an http: or https: URL without blanks";
  if (authority.includes("@")) return "must not hold a user name or password; use User and Password";
  if (/[?#]/.test(value)) return "must not have a query or fragment";
  return URL.canParse(value) ? undefined : "must be an http: or https: URL, with a valid host and port";
}

function isFlags(value: string): boolean {
  return value === "" || (/^(?:0x[\da-f]+|\d+)$/i.test(value) && Number(value) <= 0xffffffff);
}

function isSameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The value as it comes back: choices in the spelling of the table. */
export function canonicalValue(row: ConnectionStringRow, value: string): string {
  return CHOICES[row.type]?.find((choice) => isSameWord(choice, value)) ?? value;
}

/** A value that looks as if it had swallowed the next pair, or a URL that carries credentials. */
export function isDoubtful(row: ConnectionStringRow, value: string): boolean {
  if (row.type === "pins" || row.type === "certificate") return !isPublicForm(row.type, value);
  const lowered = value.toLowerCase();
  if (lowered.includes("=") || secretNames.some((name) => lowered.includes(name.toLowerCase()))) return true;
  return row.type === "url" && /[@?#]/.test(value);
}
