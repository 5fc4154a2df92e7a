import { QBError, type ErrorCode } from "../errors.js";
import { ByteWindow } from "./byte-window.js";
import {
  BYTE,
  BYTES,
  classesOf,
  decodeUtf8,
  findClass,
  withLineFeeds,
  withoutReferences,
  type CharacterTrouble,
} from "./character-data.js";
import { MAX_NAMES, sharedNames, type Name, type NameTable } from "./name-table.js";
import type { Position } from "./position.js";

const CDATA_END = Buffer.from("]]>");

/** A character that XML does not allow, found by a tolerant reading, which keeps it. */
export interface Irregularity extends Position {
  readonly character: string;
  /** The element that holds it, as names from the root down. The place is that where its text begins. */
  readonly path: string;
}

/** Told of characters that XML does not allow. */
export type IrregularHandler = (irregularity: Irregularity) => void;

/** The bytes at hand, read as names and text. Offsets are those in the window. What is wrong throws with its place. */
export class DocumentSource implements CharacterTrouble {
  readonly window = new ByteWindow();
  readonly #names: NameTable = sharedNames();
  readonly #open: readonly Name[];
  readonly #onIrregular: IrregularHandler | undefined;
  #newNames = 0;

  /** @param open The elements around what is read. Without `onIrregular` characters that XML does not allow are faults. */
  constructor(open: readonly Name[], onIrregular: IrregularHandler | undefined) {
    this.#open = open;
    this.#onIrregular = onIrregular;
  }

  /** Names of the open elements from the root down. */
  path(): string {
    return this.#open.map((name) => name.text).join("/");
  }

  nameAt(start: number, end: number): Name {
    const before = this.#names.size;
    const name = end === start ? undefined : this.#names.nameOf(this.window.bytes, start, end);
    if (name === undefined || name.text === "xmlns") this.failName(start);
    if (this.#names.size > before && ++this.#newNames > MAX_NAMES)
      this.fault(`more than ${MAX_NAMES} different names`, start);
    return name;
  }

  /** @param seen The classes of the bytes, which are no reference or stand for themselves. */
  characters(start: number, end: number, seen: number): string {
    const wide = (seen & BYTE.wide) !== 0;
    return withLineFeeds(
      wide ? decodeUtf8(this.window.bytes, start, end, this) : this.window.ascii(start, end),
    );
  }

  resolve(text: string, start: number): string {
    return text.includes("&") ? withoutReferences(text, this.window.bytes, start, this) : text;
  }

  attributeValue(start: number, end: number, seen: number): string {
    return this.resolve(this.characters(start, end, seen).replace(/[\t\n]/g, " "), start);
  }

  /** Of what is not given to anybody; gives the classes of its bytes. */
  check(start: number, end: number): number {
    const seen = classesOf(this.window.bytes, start, end);
    if ((seen & BYTE.control) !== 0) this.meetControls(start, end);
    if ((seen & BYTE.wide) !== 0) this.characters(start, end, seen);
    return seen;
  }

  refuseOutside(start: number, end: number): never {
    const { base, bytes } = this.window;
    const place = findClass(bytes, start, end, BYTE.content);
    const isMark = base + place === 0 && bytes[0] === 0xef && bytes[1] === 0xbb;
    this.fault(isMark ? "a second byte order mark" : "text outside the root element", place);
  }

  refuseEndOfCdata(start: number, end: number): void {
    const place = this.window.bytes.subarray(start, end).indexOf(CDATA_END);
    if (place !== -1) this.fault("]]> must be written as ]]&gt;", start + place);
  }

  meetControls(start: number, end: number): void {
    const { bytes } = this.window;
    for (let at = start; at < end; at++)
      if (((BYTES[bytes[at] as number] as number) & BYTE.control) !== 0)
        this.irregular(String.fromCharCode(bytes[at] as number), at);
  }

  irregular(character: string, offset: number): void {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    if (this.#onIrregular === undefined) this.fault(`the character U+${code} is not allowed in XML`, offset);
    this.#onIrregular({ character, path: this.path(), ...this.window.positionAt(offset) });
  }

  failName(offset: number): never {
    const { bytes } = this.window;
    const text = bytes.toString("utf8", offset, Math.min(bytes.length, offset + 40));
    const name = /^[^ \t\r\n<>="'/]*/.exec(text)?.[0] ?? "";
    const message =
      name === "" ? "a name is missing" : `"${name}" is not a qbXML name; namespaces are not allowed`;
    this.fault(message, offset);
  }

  fault(message: string, offset: number, code: ErrorCode = "QB_XML_MALFORMED"): never {
    const { line, column } = this.window.positionAt(offset);
    throw new QBError(code, `line ${line}, column ${column}: ${message}`, { details: { line, column } });
  }
}
