import { QBError, type ErrorCode } from "../errors.js";
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
import {
  endOfName,
  endOfSameName,
  isNameStart,
  MAX_NAMES,
  sharedNames,
  type Name,
  type NameTable,
} from "./name-table.js";
import { ByteWindow } from "./byte-window.js";
import type { Position } from "./position.js";

export type { Position } from "./position.js";

export type Attributes = Readonly<Record<string, string>>;

/** Kinds of tokens. `needMore` asks for `write` or `end`. */
export const TOKEN = Object.freeze({ needMore: 0, start: 1, end: 2, text: 3, instruction: 4, done: 5 });

/** A character that XML does not allow, found by a tolerant reading, which keeps it. */
export interface Irregularity extends Position {
  readonly character: string;
  /** The element that holds it, as names from the root down. The place is that where its text begins. */
  readonly path: string;
}

export interface TokenizerOptions {
  /** Makes the reading tolerant of control characters and told of each. Never for what goes to QuickBooks. */
  readonly onIrregular?: ((irregularity: Irregularity) => void) | undefined;
  /** The code of the error for text beside elements. Default `QB_XML_MALFORMED`. */
  readonly looseTextCode?: ErrorCode;
}

const MAX_DEPTH = 64;
/** With more attributes than these a set of names is made. */
const MANY_ATTRIBUTES = 32;
/** A value that grows longer while it arrives is no value of QuickBooks. */
const MAX_ARRIVING_BYTES = 32 * 1024 * 1024;

/** A comment, or white space between elements: no token. */
const SKIPPED = -1;
const NEED_MORE = -1;
/** What a writer could not write as it stands in the source. */
const NOT_PLAIN = BYTE.work | BYTE.wide | BYTE.control | BYTE.greater | BYTE.less;
const NOT_LAYOUT = /[^ \t\n]/;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const LINE_FEED = 0x0a;
const EXCLAMATION = 0x21;
const QUESTION = 0x3f;
const EQUALS = 0x3d;
const CDATA_START = Buffer.from("<![CDATA[");
const CDATA_END = Buffer.from("]]>");
const COMMENT_START = Buffer.from("<!--");
const COMMENT_END = Buffer.from("--");
const NO_NAMES = new Set<Name>();
const NO_BYTES = new Uint8Array();
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;
const SMALL_X = 0x78;
/** Any other is taken apart, which takes longer than all the rest of a small document. */
const USUAL_DECLARATION = Buffer.from('<?xml version="1.0" encoding="utf-8"?>');
const MAX_DECLARATION = 1000;

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
  attributeCount = 0;
  /** Of a text token, in `window`. */
  textStart = 0;
  textEnd = 0;

  readonly #names: NameTable;
  readonly #onIrregular: ((irregularity: Irregularity) => void) | undefined;
  readonly #looseTextCode: ErrorCode;
  readonly #open: Name[] = [];
  readonly #attributeNames: Name[] = [];
  #manyNames = NO_NAMES;
  readonly #attributeTexts: (string | undefined)[] = [];
  readonly #attributeStarts: number[] = [];
  readonly #attributeEnds: number[] = [];

  readonly #window = new ByteWindow();
  /** Those of the window. */
  #bytes: Buffer = this.#window.bytes;
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
  #newNames = 0;
  /** The element that is open has an element in it, or text. */
  #holdsElements = false;
  #holdsText = false;
  #text: string | undefined;

  constructor(options: TokenizerOptions = {}) {
    this.#names = sharedNames();
    this.#onIrregular = options.onIrregular;
    this.#looseTextCode = options.looseTextCode ?? "QB_XML_MALFORMED";
  }
  write(chunk: Uint8Array): void {
    if (chunk.length > 0 && this.#window.arrive(chunk, this.#limit - this.#at)) this.#takeIn();
  }

  /** No more bytes will come. */
  finish(): void {
    this.#ended = true;
    this.#takeIn();
  }

  #takeIn(): void {
    if (this.#starved && this.#limit - this.#at > MAX_ARRIVING_BYTES)
      this.#fail(`more than ${MAX_ARRIVING_BYTES} bytes without an end`, this.#at);
    this.#window.advance(this.#at);
    this.#bytes = this.#window.bytes;
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
    if ((seen & BYTE.greater) !== 0) this.#refuseEndOfCdata(at, end);
    return this.#giveText(at, end, at, end, seen, "text");
  }

  /** Between declaration, comments, instructions and the root only white space may stand. */
  #passOutside(at: number, end: number, seen: number): number {
    if ((seen & BYTE.content) !== 0) {
      const place = findClass(this.#bytes, at, end, BYTE.content);
      const isMark = this.#window.base + place === 0 && this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb;
      this.#fail(isMark ? "a second byte order mark" : "text outside the root element", place);
    }
    this.#at = end;
    return SKIPPED;
  }

  /** White space is content only in an element that holds nothing else. */
  #layout(at: number, end: number, seen: number): number {
    if (!this.#holdsElements) {
      if (end + 1 >= this.#limit && !this.#ended) return TOKEN.needMore;
      if (!isNameStart(this.#bytes[end + 1])) return this.#giveText(at, end, at, end, seen, "text");
    }
    this.#at = end;
    return SKIPPED;
  }

  #refuseEndOfCdata(at: number, end: number): void {
    const place = this.#bytes.indexOf(CDATA_END, at);
    if (place !== -1 && place + 2 < end) this.#fail("]]> must be written as ]]&gt;", place);
  }

  #giveText(
    start: number,
    end: number,
    textStart: number,
    textEnd: number,
    seen: number,
    kind: "text" | "cdata",
  ): number {
    this.textStart = textStart;
    this.textEnd = textEnd;
    this.#text = undefined;
    if ((seen & BYTE.control) !== 0) this.#meetControls(textStart, textEnd);
    if ((seen & NOT_PLAIN) !== 0) {
      const text = this.#decode(textStart, textEnd, seen);
      this.#text = kind === "cdata" ? text : this.#resolve(text, textStart);
    }
    const content = this.#text === undefined ? (seen & BYTE.content) !== 0 : NOT_LAYOUT.test(this.#text);
    if (content && this.#holdsElements) this.#failLoose(start);
    this.#at = end;
    if (this.#holdsElements) return SKIPPED;
    if (content) this.#holdsText = true;
    return this.#token(TOKEN.text, start, end, this.#open.length - 1);
  }

  /**
   * Right after a start token: reads the text of the element and its end tag in one go, when the text is plain and both are at
   * hand. Otherwise gives false, and nothing has been read.
   */
  takeLeaf(): boolean {
    if (this.#endIsDue) return false;
    const bytes = this.#bytes;
    const limit = this.#limit;
    const start = this.#at;
    let seen = 0;
    let end = start;
    for (; end < limit; end++) {
      const byte = bytes[end] as number;
      if (byte === LESS) break;
      seen |= BYTES[byte] as number;
    }
    if (end + 1 >= limit || bytes[end + 1] !== SLASH || (seen & NOT_PLAIN) !== 0) return false;
    const after = endOfSameName(bytes, end + 2, limit, this.#open[this.#open.length - 1] as Name);
    if (after === -1 || bytes[after] !== GREATER) return false;
    this.textStart = start;
    this.textEnd = end;
    this.#text = undefined;
    this.#endElement(end, after + 1);
    return true;
  }

  #scanStart(at: number): number {
    const guess = this.#afterStart ? this.#previous?.firstChild : this.#previous?.nextSibling;
    let name = guess;
    let end = guess === undefined ? -1 : endOfSameName(this.#bytes, at + 1, this.#limit, guess);
    if (end === -1) {
      end = endOfName(this.#bytes, at + 1, this.#limit);
      if (end >= this.#limit) return this.#incomplete("a tag");
      name = this.#nameAt(at + 1, end);
      if (this.#afterStart) (this.#previous as Name).firstChild = name;
      else if (this.#previous !== undefined) this.#previous.nextSibling = name;
    }
    if (this.#open.length === 0 && this.#rootSeen) this.#fail("there is a second root element", at);
    if (this.#holdsText) this.#failLoose(at);
    return this.#scanAttributes(at, end, name as Name);
  }

  #nameAt(start: number, end: number): Name {
    const before = this.#names.size;
    const name = end === start ? undefined : this.#names.nameOf(this.#bytes, start, end);
    if (name === undefined || name.text === "xmlns") this.#failName(start);
    if (this.#names.size > before && ++this.#newNames > MAX_NAMES)
      this.#fail(`more than ${MAX_NAMES} different names`, start);
    return name;
  }

  #scanAttributes(at: number, from: number, name: Name): number {
    const limit = this.#limit;
    let guess = name.firstAttribute;
    let here = from;
    this.attributeCount = 0;
    for (;;) {
      const gap = here;
      while (here < limit && isWhiteSpace(this.#bytes[here])) here++;
      if (here >= limit) return this.#incomplete("a tag");
      const byte = this.#bytes[here];
      if (byte === GREATER) return this.#startElement(at, here + 1, name, false);
      if (byte === SLASH) return this.#startEmptyElement(at, here, name);
      if (here === gap) this.#failName(here);
      here = this.#scanAttribute(here, name, guess);
      if (here === NEED_MORE) return this.#incomplete("a tag");
      guess = (this.#attributeNames[this.attributeCount - 1] as Name).nextAttribute;
    }
  }

  /** The end of the attribute. */
  #scanAttribute(at: number, element: Name, guess: Name | undefined): number {
    const limit = this.#limit;
    let name = guess;
    let here = guess === undefined ? -1 : endOfSameName(this.#bytes, at, limit, guess);
    if (here === -1) {
      here = endOfName(this.#bytes, at, limit);
      if (here >= limit) return NEED_MORE;
      name = this.#nameAt(at, here);
      if (this.attributeCount === 0) element.firstAttribute = name;
      else (this.#attributeNames[this.attributeCount - 1] as Name).nextAttribute = name;
    }
    const nameEnd = here;
    while (here < limit && isWhiteSpace(this.#bytes[here])) here++;
    if (here >= limit) return NEED_MORE;
    if (this.#bytes[here] !== EQUALS && here === nameEnd) this.#failName(at);
    if (this.#bytes[here] !== EQUALS) this.#fail(`the attribute ${(name as Name).text} has no value`, here);
    here++;
    while (here < limit && isWhiteSpace(this.#bytes[here])) here++;
    return here >= limit ? NEED_MORE : this.#scanValue(here, name as Name, at);
  }

  #scanValue(at: number, name: Name, nameStart: number): number {
    const quote = this.#bytes[at];
    if (quote !== QUOTE && quote !== APOSTROPHE)
      this.#fail(`the value of ${name.text} must stand in quotation marks`, at);
    const limit = this.#limit;
    let seen = 0;
    let end = at + 1;
    for (; end < limit && this.#bytes[end] !== quote; end++)
      seen |= BYTES[this.#bytes[end] as number] as number;
    if ((seen & BYTE.less) !== 0)
      this.#fail(
        `"<" in the value of ${name.text} must be written as &lt;`,
        findClass(this.#bytes, at, end, BYTE.less),
      );
    if (end >= limit) return NEED_MORE;
    this.#addAttribute(name, nameStart, at + 1, end, seen);
    return end + 1;
  }

  #addAttribute(name: Name, nameStart: number, start: number, end: number, seen: number): void {
    const count = this.attributeCount;
    if (this.#isRepeated(name, count)) this.#fail(`the attribute ${name.text} stands twice`, nameStart);
    if ((seen & BYTE.control) !== 0) this.#meetControls(start, end);
    this.#attributeNames[count] = name;
    this.#attributeStarts[count] = start;
    this.#attributeEnds[count] = end;
    this.#attributeTexts[count] =
      (seen & (BYTE.work | BYTE.wide | BYTE.layout)) === 0 ? undefined : this.#decodeValue(start, end, seen);
    this.attributeCount = count + 1;
  }

  #isRepeated(name: Name, count: number): boolean {
    if (count < MANY_ATTRIBUTES) {
      for (let index = 0; index < count; index++) if (this.#attributeNames[index] === name) return true;
      return false;
    }
    if (count === MANY_ATTRIBUTES) this.#manyNames = new Set(this.#attributeNames.slice(0, count));
    const { size } = this.#manyNames;
    return this.#manyNames.add(name).size === size;
  }

  #decodeValue(start: number, end: number, seen: number): string {
    return this.#resolve(this.#decode(start, end, seen).replace(/[\t\n]/g, " "), start);
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
    while (end < limit && isWhiteSpace(this.#bytes[end])) end++;
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
    const name = this.#open.pop() as Name;
    this.#endIsDue = false;
    this.#holdsElements = true;
    this.#holdsText = false;
    this.#previous = name;
    this.#afterStart = false;
    this.#at = end;
    this.name = name.text;
    this.nameBytes = name.bytes;
    return this.#token(TOKEN.end, at, end, this.#open.length);
  }

  #scanExclamation(at: number): number {
    const comment = this.#beginsWith(at, COMMENT_START);
    const cdata = this.#beginsWith(at, CDATA_START);
    if (comment === true) return this.#skipComment(at);
    if (cdata === true) return this.#scanCdata(at);
    if (comment === undefined || cdata === undefined) return this.#incomplete("markup");
    const isDoctype = /^<!doctype/i.test(this.#bytes.toString("latin1", at, at + 9));
    this.#fail(isDoctype ? "a DOCTYPE is not allowed" : '"<!" begins neither a comment nor CDATA', at);
  }

  /** Undefined when more bytes decide. */
  #beginsWith(at: number, prefix: Buffer): boolean | undefined {
    for (let index = 0; index < prefix.length; index++) {
      if (at + index >= this.#limit) return undefined;
      if (this.#bytes[at + index] !== prefix[index]) return false;
    }
    return true;
  }

  #skipComment(at: number): number {
    const end = this.#bytes.indexOf(COMMENT_END, at + COMMENT_START.length);
    if (end === -1 || end + 2 >= this.#limit) return this.#incomplete("a comment");
    if (this.#bytes[end + 2] !== GREATER) this.#fail('"--" must not stand inside a comment', end);
    this.#checkCharacters(at, end);
    this.#at = end + 3;
    return SKIPPED;
  }

  #scanCdata(at: number): number {
    const start = at + CDATA_START.length;
    const end = this.#bytes.indexOf(CDATA_END, start);
    if (end === -1) return this.#incomplete("CDATA");
    if (this.#open.length === 0) this.#fail("CDATA outside the root element", at);
    const seen = classesOf(this.#bytes, start, end);
    return this.#giveText(at, end + CDATA_END.length, start, end, seen, "cdata");
  }

  #scanInstruction(at: number): number {
    if (this.#window.base + at === 0 && this.#beginsWith(0, USUAL_DECLARATION) === true) {
      this.#at = USUAL_DECLARATION.length;
      return SKIPPED;
    }
    const end = this.#endOfInstruction(at);
    if (end === NEED_MORE) return this.#incomplete("an instruction");
    const targetEnd = endOfName(this.#bytes, at + 2, end);
    const name = this.#nameAt(at + 2, targetEnd);
    let start = targetEnd;
    while (start < end && isWhiteSpace(this.#bytes[start])) start++;
    if (start === targetEnd && start < end) this.#failName(at + 2);
    this.#at = end + 2;
    if (name.text.length === 3 && name.text.toLowerCase() === "xml")
      return this.#checkDeclaration(at, end + 2);
    const seen = this.#checkCharacters(start, end);
    this.name = name.text;
    this.attributeCount = 0;
    this.textStart = start;
    this.textEnd = end;
    this.#text =
      (seen & (BYTE.wide | BYTE.work)) === 0
        ? undefined
        : withLineFeeds(this.#bytes.toString("utf8", start, end));
    return this.#token(TOKEN.instruction, at, end + 2, this.#open.length);
  }

  #endOfInstruction(at: number): number {
    for (let end = at + 2; end + 1 < this.#limit; end++)
      if (this.#bytes[end] === QUESTION && this.#bytes[end + 1] === GREATER) return end;
    return NEED_MORE;
  }

  #checkDeclaration(at: number, end: number): number {
    if (this.#window.base + at > 0 || this.#bytes[at + 2] !== SMALL_X)
      this.#fail("the XML declaration must stand at the very beginning, in lower case", at);
    const text = this.#bytes.toString("latin1", at, Math.min(end, at + MAX_DECLARATION));
    if (!DECLARATION.test(text))
      this.#fail('the XML declaration is not of the form <?xml version="1.0" encoding="utf-8"?>', at);
    return SKIPPED;
  }

  /** Of what is not given to anybody. */
  #checkCharacters(start: number, end: number): number {
    const seen = classesOf(this.#bytes, start, end);
    if ((seen & BYTE.control) !== 0) this.#meetControls(start, end);
    if ((seen & BYTE.wide) !== 0) this.#decode(start, end, seen);
    return seen;
  }

  #token(kind: number, start: number, end: number, depth: number): number {
    this.start = this.#window.base + start;
    this.end = this.#window.base + end;
    this.depth = depth;
    return kind;
  }

  /** Of a text token, with references resolved; of an instruction what stands behind its target. */
  text(): string {
    return this.#text ?? this.#window.ascii(this.textStart, this.textEnd);
  }

  /** The text stands in `window` from `textStart` to `textEnd` as it is: ASCII without references. */
  get window(): Uint8Array {
    return this.#bytes;
  }

  get isPlain(): boolean {
    return this.#text === undefined;
  }

  attributeName(index: number): string {
    return (this.#attributeNames[index] as Name).text;
  }

  attributeNameBytes(index: number): Uint8Array {
    return (this.#attributeNames[index] as Name).bytes;
  }

  attributeValue(index: number): string {
    return (this.#attributeTexts[index] ??= this.#window.ascii(
      this.#attributeStarts[index] as number,
      this.#attributeEnds[index] as number,
    ));
  }

  attribute(name: string): string | undefined {
    for (let index = 0; index < this.attributeCount; index++)
      if (this.attributeName(index) === name) return this.attributeValue(index);
    return undefined;
  }

  attributes(): Attributes {
    if (this.attributeCount === 0) return NO_ATTRIBUTES;
    const attributes: Record<string, string> = {};
    for (let index = 0; index < this.attributeCount; index++)
      setOwn(attributes, this.attributeName(index), this.attributeValue(index));
    return attributes;
  }

  /** Names of the open elements from the root down. */
  path(): string {
    return this.#open.map((name) => name.text).join("/");
  }

  /** Of an offset in the document whose byte is still at hand; without one, of the token. */
  position(offset = this.start): Position {
    return this.#window.positionAt(Math.max(0, offset - this.#window.base));
  }

  /** Made only for text that is not plain. */
  #trouble(): CharacterTrouble {
    return {
      fault: (message, offset) => this.#fail(message, offset),
      irregular: (character, offset) => this.#irregular(character, offset),
    };
  }

  #decode(start: number, end: number, seen: number): string {
    const wide = (seen & BYTE.wide) !== 0;
    return withLineFeeds(
      wide ? decodeUtf8(this.#bytes, start, end, this.#trouble()) : this.#window.ascii(start, end),
    );
  }

  #resolve(text: string, start: number): string {
    return text.includes("&") ? withoutReferences(text, this.#bytes, start, this.#trouble()) : text;
  }

  #meetControls(start: number, end: number): void {
    for (let at = start; at < end; at++)
      if (((BYTES[this.#bytes[at] as number] as number) & BYTE.control) !== 0)
        this.#irregular(String.fromCharCode(this.#bytes[at] as number), at);
  }

  #irregular(character: string, offset: number): void {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    if (this.#onIrregular === undefined) this.#fail(`the character U+${code} is not allowed in XML`, offset);
    this.#onIrregular({ character, path: this.path(), ...this.#window.positionAt(offset) });
  }

  #failName(offset: number): never {
    const text = this.#bytes.toString("utf8", offset, Math.min(this.#limit, offset + 40));
    const name = /^[^ \t\r\n<>="'/]*/.exec(text)?.[0] ?? "";
    const message =
      name === "" ? "a name is missing" : `"${name}" is not a qbXML name; namespaces are not allowed`;
    this.#fail(message, offset);
  }

  #failLoose(offset: number): never {
    this.#fail("text beside elements is not allowed", offset, this.#looseTextCode);
  }

  #fail(message: string, offset: number, code: ErrorCode = "QB_XML_MALFORMED"): never {
    const { line, column } = this.#window.positionAt(offset);
    throw new QBError(code, `line ${line}, column ${column}: ${message}`, { details: { line, column } });
  }
}

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** `__proto__` is a name like any other. */
export function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
