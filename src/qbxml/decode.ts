import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import { QBError } from "../errors.js";
import { Ruler } from "./position.js";

const DECLARATION = /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

/**
 * Decodes the bytes of an XML document, once and strictly.
 *
 * The encoding is, in this order: the byte order mark; the `charset` of the transport; UTF-16 when the first bytes show it;
 * what the XML declaration says; UTF-8. A mark that contradicts the charset, a declaration of UTF-16 in front of single
 * bytes, unknown encodings and invalid bytes throw `QB_CHARACTER_ENCODING`.
 */
export function decodeDocument(bytes: Uint8Array, charset?: string): string {
  return decodeAs(bytes, encodingOf(bytes, charset));
}

/**
 * The document in UTF-8 without a byte order mark. Bytes are told as `decodeDocument` tells them, and are not copied when
 * they are UTF-8. Throws `QB_CHARACTER_ENCODING`; for a string with half of a surrogate pair `QB_XML_MALFORMED`.
 */
export function utf8Document(source: string | Uint8Array, charset?: string): Uint8Array {
  if (typeof source === "string") return utf8Of(source);
  const encoding = encodingOf(source, charset);
  if (encoding !== "utf-8") return Buffer.from(decodeAs(source, encoding));
  if (!isUtf8(source)) fail("the bytes are not valid utf-8");
  return encodingOfMark(source) === undefined ? source : source.subarray(3);
}

/**
 * Bytes that arrive in pieces, in UTF-8: a byte order mark goes, UTF-16 is converted. Other encodings are not looked for,
 * because connectors answer in UTF-8. Throws `QB_CHARACTER_ENCODING`.
 */
export class Utf8Chunks {
  /** Until the first four bytes are there. */
  #head: Uint8Array | undefined = new Uint8Array();
  #decoder: TextDecoder | undefined;

  take(chunk: Uint8Array): Uint8Array {
    if (this.#head === undefined) return this.#convert(chunk);
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    this.#head = head.length < 4 ? head : undefined;
    return this.#head === undefined ? this.#begin(head) : NOTHING;
  }

  finish(): Uint8Array {
    const rest = this.#head === undefined ? NOTHING : this.#begin(this.#head);
    return this.#decoder === undefined ? rest : Buffer.concat([rest, this.#decode(NOTHING, false)]);
  }

  #begin(head: Uint8Array): Uint8Array {
    const encoding = encodingOfMark(head) ?? encodingOfZeros(head) ?? "utf-8";
    if (encoding !== "utf-8") this.#decoder = new TextDecoder(encoding, { fatal: true });
    return encoding === "utf-8" && encodingOfMark(head) !== undefined
      ? head.subarray(3)
      : this.#convert(head);
  }

  #convert(chunk: Uint8Array): Uint8Array {
    return this.#decoder === undefined ? chunk : this.#decode(chunk, true);
  }

  #decode(chunk: Uint8Array, stream: boolean): Uint8Array {
    try {
      return Buffer.from((this.#decoder as TextDecoder).decode(chunk, { stream }));
    } catch (cause) {
      throw new QBError("QB_CHARACTER_ENCODING", "the bytes are not valid UTF-16", { cause });
    }
  }
}

const NOTHING = new Uint8Array();

function utf8Of(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text);
  const before = text.slice(0, /\p{Surrogate}/u.exec(text)?.index);
  const { line, column } = new Ruler().positionAt(Buffer.from(before), Infinity);
  throw new QBError("QB_XML_MALFORMED", `line ${line}, column ${column}: half of a surrogate pair`, {
    details: { line, column },
  });
}

function encodingOf(bytes: Uint8Array, charset: string | undefined): string {
  const marked = encodingOfMark(bytes);
  const said = charset === undefined || charset === "" ? undefined : knownEncoding(charset, "charset");
  if (marked !== undefined && said !== undefined && !agree(marked, said, charset)) {
    fail(`the byte order mark says ${marked}, the charset says ${said}`);
  }
  return marked ?? said ?? encodingOfFirstBytes(bytes);
}

function encodingOfMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

/** `charset=utf-16` names no byte order, so the mark may say either. */
function agree(marked: string, said: string, charset: string | undefined): boolean {
  return marked === said || (charset?.toLowerCase() === "utf-16" && marked.startsWith("utf-16"));
}

function encodingOfZeros(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x3c && bytes[1] === 0) return "utf-16le";
  return bytes[0] === 0 && bytes[1] === 0x3c ? "utf-16be" : undefined;
}

function encodingOfFirstBytes(bytes: Uint8Array): string {
  const zeros = encodingOfZeros(bytes);
  if (zeros !== undefined) return zeros;
  if (!beginsWith(bytes, DECLARATION_START) || beginsWith(bytes, USUAL_DECLARATION)) return "utf-8";
  const declared = DECLARATION.exec(latin1(bytes.subarray(0, 200)))?.[1];
  if (declared === undefined) return "utf-8";
  const encoding = knownEncoding(declared, "encoding of the XML declaration");
  if (encoding.startsWith("utf-16")) fail("the XML declaration says UTF-16, the bytes are not");
  return encoding;
}

const DECLARATION_START = Buffer.from("<?xml");
const USUAL_DECLARATION = Buffer.from('<?xml version="1.0" encoding="utf-8"?>');

function beginsWith(bytes: Uint8Array, wanted: Uint8Array): boolean {
  if (bytes.length < wanted.length) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[at] !== wanted[at]) return false;
  return true;
}

/** The labels that were asked for and exist; there are some 200. */
const known = new Map<string, string>();

function knownEncoding(label: string, where: string): string {
  try {
    const key = label.trim().toLowerCase();
    const encoding = known.get(key) ?? new TextDecoder(key).encoding;
    known.set(key, encoding);
    return encoding;
  } catch (cause) {
    throw new QBError("QB_CHARACTER_ENCODING", `the ${where} "${label.slice(0, 40)}" is not known`, {
      cause,
    });
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): string {
  try {
    return decodeStrictly(bytes, encoding);
  } catch (cause) {
    throw new QBError("QB_CHARACTER_ENCODING", `the bytes are not valid ${encoding}`, { cause });
  }
}

/** Throws a `TypeError` for bytes that are not valid, a `RangeError` for an encoding that Node does not know. */
export function decodeStrictly(bytes: Uint8Array, encoding: string): string {
  if ((encoding === "utf-8" || encoding === "windows-1252") && isAscii(bytes)) return latin1(bytes);
  const decoder = new TextDecoder(encoding, { fatal: true });
  if (decoder.encoding !== "windows-1252") return decoder.decode(bytes);
  // Node 20 takes Latin-1 for Windows 1252 and loses the euro sign and 26 others, except when it decodes a stream.
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function fail(message: string): never {
  throw new QBError("QB_CHARACTER_ENCODING", message);
}
