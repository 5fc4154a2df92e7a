import type { ErrorCode } from "../errors.js";
import {
  AttributeList,
  endOfWhiteSpace,
  NEED_MORE,
  type Attribute,
  type Attributes,
} from "./attribute-list.js";
import { BYTE, BYTES, classesOf, isPlainText, withLineFeeds, type TextKind } from "./character-data.js";
import { DocumentSource, type IrregularHandler } from "./document-source.js";
import { endOfName, endOfSameName, isNameStart, type Name } from "./name-table.js";
import type { Position } from "./position.js";
import {
  beginsWith,
  endOfInstruction,
  endOfUsualDeclaration,
  faultOfDeclaration,
} from "./xml-declaration.js";

export type { Attributes } from "./attribute-list.js";
export type { Irregularity } from "./document-source.js";
export type { Position } from "./position.js";

/** Kinds of tokens. `needMore` asks for `write` or `finish`; `leaf` comes only to those who ask for it. */
export const TOKEN = Object.freeze({
  needMore: 0,
  start: 1,
  end: 2,
  text: 3,
  instruction: 4,
  done: 5,
  leaf: 6,
});

export interface TokenizerOptions {
  /** Makes the reading tolerant of control characters and told of each. Never for what goes to QuickBooks. */
  readonly onIrregular?: IrregularHandler | undefined;
  /** The code of the error for text beside elements. Default `QB_XML_MALFORMED`. */
  readonly looseTextCode?: ErrorCode;
  /**
   * From this depth on an element comes as one token, when it has no attributes and holds nothing but plain text, and all of it is
   * at hand. Default: never.
   */
  readonly leavesFrom?: number;
}

const MAX_DEPTH = 64;
/** A value that grows longer while it arrives is no value of QuickBooks. */
const MAX_ARRIVING_BYTES = 32 * 1024 * 1024;

/** A comment, or white space between elements: no token. */
const SKIPPED = -1;
const NOT_LAYOUT = /[^ \t\n]/;
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const LINE_FEED = 0x0a;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;
const CDATA_START = Buffer.from("<![CDATA[");
const CDATA_END = Buffer.from("]]>");
const COMMENT_START = Buffer.from("<!--");
const COMMENT_END = Buffer.from("--");
const NO_BYTES = new Uint8Array();

/**
 * Reads XML 1.0 in UTF-8 strictly, as far as qbXML uses it: one root, elements, attributes, text, CDATA, comments,
 * processing instructions, the five entities and references to characters. No DOCTYPE, no namespaces, no text beside
 * elements, at most 64 levels.
 *
 * Bytes come by `write` in pieces of any size and must not change afterwards. `next` gives the kind of the next token, whose
 * facts stand in the fields until the next call. An empty element gives a start and an end. Throws `QB_XML_MALFORMED` with
 * `details.line` and `details.column`.
 */
export class Tokenizer {
  /** Of an element, or the target of an instruction. */
  name = "";
  nameBytes: Uint8Array = NO_BYTES;
  /** Of the element of the token: the root has 0. */
  depth = 0;
  /** First byte of the token in the document, and the byte behind it. */
  start = 0;
  end = 0;
  /** Of a text or leaf token, in `window`. */
  textStart = 0;
  textEnd = 0;
  /** A writer would write the text as it stands in `window`: ASCII, with no references but `&amp;`, `&lt;`, `&gt;`. */
  isPlain = true;

  readonly #looseTextCode: ErrorCode;
  readonly #leavesFrom: number;
  readonly #open: Name[] = [];
  readonly #source: DocumentSource;
  readonly #attributes: AttributeList;
  /** Those of the source. */
  #bytes: Buffer;
  #limit = 0;
  #at = 0;
  #ended = false;
  #rootSeen = false;
  #previous: Name | undefined;
  #afterStart = false;
  /** An empty element still has to give its end. */
  #endIsDue = false;
  /** The window holds no whole token. */
  #starved = true;
  /** The element that is open has an element in it, or text. */
  #holdsElements = false;
  #holdsText = false;
  /** Undefined while it is plain, and nobody has asked for it. */
  #text: string | undefined;
  /** The text at hand holds references of the usual kind. */
  #hasReferences = false;

  constructor({ onIrregular, looseTextCode, leavesFrom }: TokenizerOptions = {}) {
    this.#looseTextCode = looseTextCode ?? "QB_XML_MALFORMED";
    this.#leavesFrom = leavesFrom ?? MAX_DEPTH;
    this.#source = new DocumentSource(this.#open, onIrregular);
    this.#attributes = new AttributeList(this.#source);
    this.#bytes = this.#source.window.bytes;
  }

  write(chunk: Uint8Array): void {
    if (chunk.length > 0 && this.#source.window.arrive(chunk, this.#limit - this.#at)) this.#takeIn();
  }

  /** No more bytes will come. */
  finish(): void {
    this.#ended = true;
    this.#takeIn();
  }

  #takeIn(): void {
    if (this.#starved && this.#limit - this.#at > MAX_ARRIVING_BYTES)
      this.#fail(`more than ${MAX_ARRIVING_BYTES} bytes without an end`, this.#at);
    this.#source.window.advance(this.#at);
    this.#bytes = this.#source.window.bytes;
    this.#at = 0;
    this.#limit = this.#bytes.length;
    this.#starved = false;
  }

  /** The kind of the next token. */
  next(): number {
    if (this.#starved) return TOKEN.needMore;
    if (this.#endIsDue) return this.#endElement(this.#at, this.#at);
    let kind = SKIPPED;
    while (kind === SKIPPED) kind = this.#scan();
    if (kind === TOKEN.needMore) this.#starved = true;
    return kind;
  }

  #scan(): number {
    let at = this.#at;
    if (at >= this.#limit) return this.#ended ? this.#stop() : TOKEN.needMore;
    // QuickBooks writes each element on a line of its own.
    if (this.#holdsElements && this.#bytes[at] === LINE_FEED && at + 1 < this.#limit) at++;
    if (this.#bytes[at] !== LESS) return this.#scanText(this.#at);
    if (at + 1 >= this.#limit) return this.#incomplete("a tag");
    const second = this.#bytes[at + 1];
    if (second === SLASH) return this.#scanEnd(at);
    if (second === EXCLAMATION) return this.#scanExclamation(at);
    if (second === QUESTION) return this.#scanInstruction(at);
    return this.#scanStart(at);
  }

  #stop(): number {
    const name = this.#open.at(-1);
    if (name !== undefined) this.#fail(`the document ends inside ${name.text}`, this.#at);
    if (!this.#rootSeen) this.#fail("there is no element", this.#at);
    return TOKEN.done;
  }

  #incomplete(what: string): number {
    if (this.#ended) this.#fail(`the document ends inside ${what}`, this.#at);
    return TOKEN.needMore;
  }

  #scanText(at: number): number {
    const bytes = this.#bytes;
    const limit = this.#limit;
    let seen = 0;
    let end = at;
    for (; end < limit; end++) {
      const byte = bytes[end] as number;
      if (byte === LESS) break;
      seen |= BYTES[byte] as number;
    }
    if (end === limit && !this.#ended) return TOKEN.needMore;
    if (this.#open.length === 0) return this.#passOutside(at, end, seen);
    if (end === limit) return this.#stop();
    if ((seen & BYTE.content) === 0) return this.#layout(at, end, seen);
    if ((seen & BYTE.greater) !== 0) this.#source.refuseEndOfCdata(at, end);
    return this.#giveText(at, end, seen, "text");
  }

  /** Between declaration, comments, instructions and the root only white space may stand. */
  #passOutside(at: number, end: number, seen: number): number {
    if ((seen & BYTE.content) !== 0) this.#source.refuseOutside(at, end);
    this.#at = end;
    return SKIPPED;
  }

  /** White space is content only in an element that holds nothing else. */
  #layout(at: number, end: number, seen: number): number {
    if (!this.#holdsElements) {
      if (end + 1 >= this.#limit && !this.#ended) return TOKEN.needMore;
      if (!isNameStart(this.#bytes[end + 1])) return this.#giveText(at, end, seen, "text");
    }
    this.#at = end;
    return SKIPPED;
  }

  #giveText(from: number, to: number, seen: number, kind: TextKind): number {
    const start = kind === "text" ? from : from - CDATA_START.length;
    const end = kind === "text" ? to : to + CDATA_END.length;
    this.#setText(from, to, seen, isPlainText(this.#bytes, from, to, seen, kind));
    if ((seen & BYTE.control) !== 0) this.#source.meetControls(from, to);
    if (!this.isPlain) {
      const text = this.#source.characters(from, to, seen);
      this.#text = kind === "cdata" ? text : this.#source.resolve(text, from);
    }
    const content = this.#text === undefined ? (seen & BYTE.content) !== 0 : NOT_LAYOUT.test(this.#text);
    if (content && this.#holdsElements) this.#failLoose(start);
    this.#at = end;
    if (this.#holdsElements) return SKIPPED;
    if (content) this.#holdsText = true;
    return this.#token(TOKEN.text, start, end, this.#open.length - 1);
  }

  #setText(start: number, end: number, seen: number, isPlain: boolean): void {
    this.textStart = start;
    this.textEnd = end;
    this.isPlain = isPlain;
    this.#text = undefined;
    this.#hasReferences = (seen & BYTE.reference) !== 0;
  }

  #scanStart(at: number): number {
    const guess = this.#afterStart ? this.#previous?.firstChild : this.#previous?.nextSibling;
    let name = guess;
    let end = guess === undefined ? -1 : endOfSameName(this.#bytes, at + 1, this.#limit, guess);
    if (end === -1) {
      end = endOfName(this.#bytes, at + 1, this.#limit);
      if (end >= this.#limit) return this.#incomplete("a tag");
      name = this.#source.nameAt(at + 1, end);
      if (this.#afterStart) (this.#previous as Name).firstChild = name;
      else if (this.#previous !== undefined) this.#previous.nextSibling = name;
    }
    if (this.#open.length === 0 && this.#rootSeen) this.#fail("there is a second root element", at);
    if (this.#holdsText) this.#failLoose(at);
    const isLeaf = this.#open.length >= this.#leavesFrom && this.#scanLeaf(at, end, name as Name);
    return isLeaf ? TOKEN.leaf : this.#scanAttributes(at, end, name as Name);
  }

  /** Tells whether it is one; if not, nothing has been read. */
  #scanLeaf(at: number, nameEnd: number, name: Name): boolean {
    const bytes = this.#bytes;
    const limit = this.#limit;
    if (bytes[nameEnd] !== GREATER || this.#open.length >= MAX_DEPTH) return false;
    let seen = 0;
    let end = nameEnd + 1;
    for (; end < limit; end++) {
      const byte = bytes[end] as number;
      if (byte === LESS) break;
      seen |= BYTES[byte] as number;
    }
    if (end + 1 >= limit || bytes[end + 1] !== SLASH || !isPlainText(bytes, nameEnd + 1, end, seen, "text"))
      return false;
    const after = endOfSameName(bytes, end + 2, limit, name);
    if (after === -1 || bytes[after] !== GREATER) return false;
    this.#setText(nameEnd + 1, end, seen, true);
    this.#attributes.count = 0;
    this.#rootSeen = true;
    this.#closed(at, after + 1, name);
    return true;
  }

  #scanAttributes(at: number, from: number, name: Name): number {
    const bytes = this.#bytes;
    const limit = this.#limit;
    const attributes = this.#attributes;
    attributes.count = 0;
    attributes.hasRaw = false;
    let here = from;
    for (;;) {
      const gap = here;
      here = endOfWhiteSpace(bytes, here, limit);
      if (here >= limit) return this.#incomplete("a tag");
      const byte = bytes[here];
      if (byte === GREATER) return this.#startElement(at, here + 1, name, false);
      if (byte === SLASH) return this.#startEmptyElement(at, here, name);
      if (here === gap) this.#source.failName(here);
      here = attributes.scan(here, name);
      if (here === NEED_MORE) return this.#incomplete("a tag");
    }
  }

  #startEmptyElement(at: number, slash: number, name: Name): number {
    if (slash + 1 >= this.#limit) return this.#incomplete("a tag");
    if (this.#bytes[slash + 1] !== GREATER) this.#fail('"/" must stand in front of ">"', slash);
    return this.#startElement(at, slash + 2, name, true);
  }

  #startElement(at: number, end: number, name: Name, empty: boolean): number {
    const depth = this.#open.length;
    if (depth >= MAX_DEPTH) this.#fail(`more than ${MAX_DEPTH} levels of elements`, at);
    this.#open.push(name);
    if (this.#attributes.hasRaw) this.#attributes.readRaw();
    this.#rootSeen = true;
    this.#endIsDue = empty;
    this.#holdsElements = false;
    this.#holdsText = false;
    this.#previous = name;
    this.#afterStart = true;
    this.#at = end;
    this.name = name.text;
    this.nameBytes = name.bytes;
    return this.#token(TOKEN.start, at, end, depth);
  }

  #scanEnd(at: number): number {
    const name = this.#open.at(-1);
    if (name === undefined) this.#fail("an end tag without its start", at);
    const limit = this.#limit;
    let end = endOfSameName(this.#bytes, at + 2, limit, name);
    if (end === -1) return this.#otherEnd(at, name);
    end = endOfWhiteSpace(this.#bytes, end, limit);
    if (end >= limit) return this.#incomplete("a tag");
    if (this.#bytes[end] !== GREATER) this.#fail(`the end tag of ${name.text} has no ">"`, end);
    return this.#endElement(at, end + 1);
  }

  #otherEnd(at: number, wanted: Name): number {
    const end = endOfName(this.#bytes, at + 2, this.#limit);
    if (end >= this.#limit) return this.#incomplete("a tag");
    const found = this.#bytes.toString("latin1", at + 2, Math.min(end, at + 2 + 100));
    this.#fail(`</${found}> stands where </${wanted.text}> is expected`, at);
  }

  #endElement(at: number, end: number): number {
    this.#endIsDue = false;
    this.#closed(at, end, this.#open.pop() as Name);
    return TOKEN.end;
  }

  #closed(at: number, end: number, name: Name): void {
    this.#holdsElements = true;
    this.#holdsText = false;
    this.#previous = name;
    this.#afterStart = false;
    this.#at = end;
    this.name = name.text;
    this.nameBytes = name.bytes;
    this.#token(TOKEN.end, at, end, this.#open.length);
  }

  #scanExclamation(at: number): number {
    const comment = beginsWith(this.#bytes, at, COMMENT_START);
    const cdata = beginsWith(this.#bytes, at, CDATA_START);
    if (comment === true) return this.#skipComment(at);
    if (cdata === true) return this.#scanCdata(at);
    if (comment === undefined || cdata === undefined) return this.#incomplete("markup");
    const isDoctype = /^<!doctype/i.test(this.#bytes.toString("latin1", at, at + 9));
    this.#fail(isDoctype ? "a DOCTYPE is not allowed" : '"<!" begins neither a comment nor CDATA', at);
  }

  #skipComment(at: number): number {
    const end = this.#bytes.indexOf(COMMENT_END, at + COMMENT_START.length);
    if (end === -1 || end + 2 >= this.#limit) return this.#incomplete("a comment");
    if (this.#bytes[end + 2] !== GREATER) this.#fail('"--" must not stand inside a comment', end);
    this.#source.check(at, end);
    this.#at = end + 3;
    return SKIPPED;
  }

  #scanCdata(at: number): number {
    const start = at + CDATA_START.length;
    const end = this.#bytes.indexOf(CDATA_END, start);
    if (end === -1) return this.#incomplete("CDATA");
    if (this.#open.length === 0) this.#fail("CDATA outside the root element", at);
    const seen = classesOf(this.#bytes, start, end);
    return this.#giveText(start, end, seen, "cdata");
  }

  #scanInstruction(at: number): number {
    if (this.#source.window.base + at === 0) {
      this.#at = endOfUsualDeclaration(this.#bytes);
      if (this.#at > 0) return SKIPPED;
    }
    const end = endOfInstruction(this.#bytes, at + 2);
    if (end === NEED_MORE) return this.#incomplete("an instruction");
    const targetEnd = endOfName(this.#bytes, at + 2, end);
    const name = this.#source.nameAt(at + 2, targetEnd);
    const start = endOfWhiteSpace(this.#bytes, targetEnd, end);
    if (start === targetEnd && start < end) this.#source.failName(at + 2);
    this.#at = end + 2;
    if (name.text.length === 3 && name.text.toLowerCase() === "xml")
      return this.#checkDeclaration(at, end + 2);
    return this.#giveInstruction(at, name, start, end);
  }

  #giveInstruction(at: number, name: Name, start: number, end: number): number {
    const seen = this.#source.check(start, end);
    this.name = name.text;
    this.#attributes.count = 0;
    this.#setText(start, end, 0, (seen & (BYTE.wide | BYTE.work)) === 0);
    if (!this.isPlain) this.#text = withLineFeeds(this.#bytes.toString("utf8", start, end));
    return this.#token(TOKEN.instruction, at, end + 2, this.#open.length);
  }

  #checkDeclaration(at: number, end: number): number {
    const fault = faultOfDeclaration(this.#bytes, at, end, this.#source.window.base + at === 0);
    if (fault !== undefined) this.#fail(fault, at);
    return SKIPPED;
  }

  #token(kind: number, start: number, end: number, depth: number): number {
    this.start = this.#source.window.base + start;
    this.end = this.#source.window.base + end;
    this.depth = depth;
    return kind;
  }

  /** Of a text token, with references resolved; of an instruction what stands behind its target. */
  text(): string {
    return (this.#text ??= this.#plainText());
  }

  #plainText(): string {
    const text = this.#source.window.ascii(this.textStart, this.textEnd);
    return this.#hasReferences ? this.#source.resolve(text, this.textStart) : text;
  }

  /** The bytes at hand. */
  get window(): Buffer {
    return this.#bytes;
  }

  get attributeCount(): number {
    return this.#attributes.count;
  }

  attributeName(index: number): string {
    return this.#attributes.at(index).name.text;
  }

  /** Until the next token. */
  attributeAt(index: number): Attribute {
    return this.#attributes.at(index);
  }

  attributeValue(index: number): string {
    return this.#attributes.value(index);
  }

  attribute(name: string): string | undefined {
    return this.#attributes.find(name);
  }

  attributes(): Attributes {
    return this.#attributes.asObject();
  }

  /** Names of the open elements from the root down. */
  path(): string {
    return this.#source.path();
  }

  /** Of an offset in the document whose byte is still at hand; without one, of the token. */
  position(offset = this.start): Position {
    return this.#source.window.positionAt(Math.max(0, offset - this.#source.window.base));
  }

  #failLoose(offset: number): never {
    this.#source.fault("text beside elements is not allowed", offset, this.#looseTextCode);
  }

  #fail(message: string, offset: number): never {
    this.#source.fault(message, offset);
  }
}
