import { isUtf8 } from "node:buffer";

export type TextKind = "text" | "cdata";

/** What a byte means inside character data, as bits. */
export const BYTE = Object.freeze({
  /** Anything but white space. */
  content: 1,
  /** Not written as it is: a carriage return, DEL. */
  work: 2,
  /** A control character that XML does not allow. */
  control: 4,
  /** May end `]]>`. */
  greater: 8,
  /** White space that an attribute value turns into blanks. */
  layout: 16,
  less: 32,
  /** Above ASCII. */
  wide: 64,
  /** Begins a reference. */
  reference: 128,
});

export const BYTES = classesOfBytes();

function classesOfBytes(): Uint8Array {
  const classes = new Uint8Array(256).fill(BYTE.content);
  classes.fill(BYTE.content | BYTE.control, 0, 0x20);
  classes.fill(BYTE.content | BYTE.wide, 0x80);
  classes[0x20] = 0;
  classes[0x09] = BYTE.layout;
  classes[0x0a] = BYTE.layout;
  classes[0x0d] = BYTE.work | BYTE.layout;
  classes[0x7f] = BYTE.content | BYTE.work;
  classes[0x3e] = BYTE.content | BYTE.greater;
  classes[0x3c] = BYTE.content | BYTE.less;
  classes[0x26] = BYTE.content | BYTE.reference;
  return classes;
}

const NAMED = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);
/** With its semicolon. */
const LONGEST_NAME = 5;
const REFERENCE = /&#(x?)(?:0*([1-9a-fA-F][0-9a-fA-F]*)|0+);/y;
// oxlint-disable-next-line no-control-regex -- these are what it looks for
const NOT_A_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const AMPERSAND = 0x26;

/** The classes of the bytes, taken together. */
export function classesOf(bytes: Uint8Array, start: number, end: number): number {
  let seen = 0;
  for (let at = start; at < end; at++) seen |= BYTES[bytes[at] as number] as number;
  return seen;
}

/** The first byte of the class; `end` when there is none. */
export function findClass(bytes: Uint8Array, start: number, end: number, kind: number): number {
  let at = start;
  while (at < end && ((BYTES[bytes[at] as number] as number) & kind) === 0) at++;
  return at;
}

const AMP = Buffer.from("&amp;");
const LT = Buffer.from("&lt;");
const GT = Buffer.from("&gt;");

/** What a writer could not write as it stands in the source. */
const NOT_PLAIN = BYTE.work | BYTE.wide | BYTE.control | BYTE.greater | BYTE.less;

/** True when a writer would write the text as it stands in the source. */
export function isPlainText(
  bytes: Buffer,
  start: number,
  end: number,
  seen: number,
  kind: TextKind,
): boolean {
  if ((seen & NOT_PLAIN) !== 0) return false;
  return (seen & BYTE.reference) === 0 || (kind === "text" && hasUsualReferences(bytes, start, end));
}

/** True when each reference is one of those that a writer uses in text: `&amp;`, `&lt;`, `&gt;`. */
function hasUsualReferences(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== AMPERSAND) continue;
    if (!isAt(bytes, at, end, AMP) && !isAt(bytes, at, end, LT) && !isAt(bytes, at, end, GT)) return false;
  }
  return true;
}

function isAt(bytes: Buffer, at: number, limit: number, wanted: Buffer): boolean {
  if (at + wanted.length > limit) return false;
  for (let index = 1; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
  return true;
}

/** Whom the reading of character data tells of trouble; offsets are those of bytes in the window. */
export interface CharacterTrouble {
  fault(message: string, offset: number): never;
  /** A character that XML does not allow; a strict reader throws. */
  irregular(character: string, offset: number): void;
}

/** The text of bytes above ASCII. */
export function decodeUtf8(bytes: Buffer, start: number, end: number, trouble: CharacterTrouble): string {
  if (!isUtf8(bytes.subarray(start, end))) trouble.fault("a byte that is not UTF-8", start);
  const text = bytes.toString("utf8", start, end);
  if (text.includes("\ufffe") || text.includes("\uffff"))
    for (const [character] of text.matchAll(/[\ufffe\uffff]/g)) trouble.irregular(character, start);
  return text;
}

/** Line ends as XML has them. */
export function withLineFeeds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** @param start Where the text begins in `bytes`, for the place of a fault. */
export function withoutReferences(
  text: string,
  bytes: Buffer,
  start: number,
  trouble: CharacterTrouble,
): string {
  if (!text.includes("&")) return text;
  return resolveReferences(text, start, trouble, (count) => placeOfAmpersand(bytes, start, count));
}

function resolveReferences(
  text: string,
  start: number,
  trouble: CharacterTrouble,
  placeOf: (count: number) => number,
): string {
  let result = "";
  let from = 0;
  let count = 0;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", from)) {
    const reference = referenceAt(text, at);
    if (reference === undefined) trouble.fault(nameFault(text, at), placeOf(count));
    if (reference.irregular) trouble.irregular(reference.character, start);
    result += text.slice(from, at) + reference.character;
    from = reference.end;
    count++;
  }
  return result + text.slice(from);
}

/** The byte of the ampersand with this number; the text has shorter line ends, so that its offsets are not those of the bytes. */
function placeOfAmpersand(bytes: Buffer, start: number, count: number): number {
  let place = bytes.indexOf(AMPERSAND, start);
  for (let number = 0; number < count; number++) place = bytes.indexOf(AMPERSAND, place + 1);
  return place;
}

interface Reference {
  readonly character: string;
  readonly end: number;
  readonly irregular: boolean;
}

function referenceAt(text: string, at: number): Reference | undefined {
  const piece = text.slice(at + 1, at + 1 + LONGEST_NAME);
  const semicolon = piece.indexOf(";");
  const character = semicolon === -1 ? undefined : NAMED.get(piece.slice(0, semicolon));
  if (character !== undefined) return { character, end: at + semicolon + 2, irregular: false };
  return characterReferenceAt(text, at);
}

/** Leading zeros have no limit in XML. */
function characterReferenceAt(text: string, at: number): Reference | undefined {
  REFERENCE.lastIndex = at;
  const [whole = "", x, digits = "0"] = REFERENCE.exec(text) ?? [];
  const radix = x === "x" ? 16 : 10;
  if (whole === "" || digits.length > 8 || (radix === 10 && /\D/.test(digits))) return undefined;
  return characterReference(parseInt(digits, radix), at + whole.length);
}

function characterReference(code: number, end: number): Reference | undefined {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(code);
  return { character, end, irregular: NOT_A_CHARACTER.test(character) };
}

function nameFault(text: string, at: number): string {
  const [name] = /^&[\w#.-]{0,20};?/.exec(text.slice(at, at + 24)) ?? ["&"];
  if (name === "&") return 'an "&" that begins no reference; write &amp; for the character itself';
  return `"${name}" is neither a reference to a character nor one of &lt; &gt; &amp; &quot; &apos;`;
}
