import { QBError } from "../errors.js";
import type { Attribute } from "./attribute-list.js";
import { CodePage, OutsidePolicy, type CharacterChange, type OutsideCodePage } from "./code-page.js";
import { REQUEST_FACTS } from "./schema/request-facts.js";
import { utf8Document } from "./decode.js";
import { MessageSetText } from "./message-set-text.js";
import type { Position } from "./position.js";
import { TOKEN, Tokenizer } from "./tokenizer.js";
import { beginsWith } from "./xml-declaration.js";

/** One request inside a message set. */
export interface RequestSummary {
  /** Element name, for example `CustomerAddRq`. */
  readonly name: string;
  readonly requestID: string | undefined;
  /** True also for every request that the facts of qbXML 16.0 do not know. */
  readonly writes: boolean;
  /** `Start`, `Continue` or `Stop` when the request carries an iterator. */
  readonly iterator: string | undefined;
}

/** A message set as it was understood, and the document written anew from that understanding. */
export interface MessageSet {
  /** The document that QuickBooks gets: ASCII, one prolog, one message set, nothing that was not understood. */
  readonly text: string;
  readonly kind: "requests" | "subscriptions";
  /** qbXML version, for example `16.0` or `CA3.0`. */
  readonly version: string;
  readonly onError: string | undefined;
  readonly newMessageSetID: string | undefined;
  readonly oldMessageSetID: string | undefined;
  readonly requests: readonly RequestSummary[];
  /** True when anything in it may change the company file: a request that writes, or a message set id. */
  readonly writes: boolean;
  /** Characters that were transliterated or replaced. */
  readonly changes: readonly CharacterChange[];
}

export interface EnvelopeOptions {
  /** Default: Windows 1252, the Western code page. */
  readonly codePage?: CodePage;
  /** Default: `refuse`. */
  readonly outsideCodePage?: OutsideCodePage;
  /** Of bytes: the charset of the transport. Without it their mark or declaration says the encoding, else it is UTF-8. */
  readonly charset?: string | undefined;
}

/** Some seconds of work; a set with so many elements has more requests than QuickBooks does in a day. */
const MAX_ELEMENTS = 1_000_000;
const KINDS: ReadonlyMap<string, MessageSet["kind"]> = new Map([
  ["QBXMLMsgsRq", "requests"],
  ["QBXMLSubscriptionMsgsRq", "subscriptions"],
]);
/** Names that have their own level. */
const RESERVED = new Set([...KINDS.keys(), ...REQUEST_FACTS.keys()]);
const SET_ATTRIBUTES = new Set(["onError", "newMessageSetID", "oldMessageSetID", "responseData"]);
const ON_ERROR = new Set(["stopOnError", "continueOnError", "rollbackOnError"]);
/** A carriage return comes only from a reference: as line end it is read as a line feed. */
const NOT_LAYOUT = /[^ \t\n]/;
const VERSION = /^version[ \t\n]*=[ \t\n]*(["'])((?:US|CA|UK|OZ|AU)?\d{1,2}\.\d)\1[ \t\n]*$/;
const PROLOG = Buffer.from('<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="');
const END_OF_PROLOG = Buffer.from('"?>\n<QBXML>');
const END_OF_ROOT = Buffer.from("\n</QBXML>\n");
const TAG = Buffer.from("<");
const LINE_AND_TAG = Buffer.from("\n<");
const END_OF_TAG_AND_TAG = Buffer.from(">\n<");
const END_TAG = Buffer.from("</");
const LINE_AND_END_TAG = Buffer.from("\n</");
const END_OF_TAG = Buffer.from(">");
const END_OF_EMPTY_TAG = Buffer.from("/>");
const END_OF_LINE = Buffer.from("\n");
const END_OF_TAG_AND_LINE = Buffer.from(">\n");
const BLANK = Buffer.from(" ");
const VALUE = Buffer.from('="');
const END_OF_VALUE = Buffer.from('"');

/**
 * Reads one message set strictly, without building objects, and writes it anew.
 *
 * Throws `QB_XML_MALFORMED` (not XML, or more of XML than qbXML uses), `QB_MESSAGE_SET` (XML, but not one message set),
 * `QB_CHARACTERS` (QuickBooks cannot store a character), each with line and column, and `QB_CHARACTER_ENCODING`.
 */
export function readMessageSet(document: string | Uint8Array, options: EnvelopeOptions = {}): MessageSet {
  const page = options.codePage ?? WESTERN;
  const bytes = utf8Document(document, options.charset);
  return new EnvelopeReader(bytes, page, options.outsideCodePage ?? "refuse").read();
}

const NO_CHANGES: readonly CharacterChange[] = Object.freeze([]);
const WESTERN = CodePage.of(1252);

/** The instruction of the document before: programs write the same one each time. */
let usual = { body: Buffer.alloc(0), version: "", bytes: Buffer.alloc(0) };
const GREATEST_USUAL = 32;

function versionIn(tokens: Tokenizer): string | undefined {
  const length = tokens.textEnd - tokens.textStart;
  if (length === usual.body.length && beginsWith(tokens.window, tokens.textStart, usual.body) === true)
    return usual.version;
  const body = tokens.text();
  const version = VERSION.exec(body)?.[2];
  if (version !== undefined && length <= GREATEST_USUAL)
    usual = { body: Buffer.from(body), version, bytes: Buffer.from(version) };
  return version;
}

/** Follows the tokens of one document: level 0 is QBXML, 1 the message set, 2 the requests, below that their content. */
class EnvelopeReader {
  readonly #tokens = new Tokenizer({ looseTextCode: "QB_MESSAGE_SET", leavesFrom: 3 });
  readonly #page: CodePage;
  readonly #policy: OutsideCodePage;
  readonly #document: Uint8Array;
  /** Made for the first character outside the page. */
  #outside: OutsidePolicy | undefined;
  readonly #text: MessageSetText;
  readonly #requests: RequestSummary[] = [];
  #elements = 0;
  #version: string | undefined;
  /** Where the instruction should stand, when it is missing. */
  #rootPlace: Position | undefined;
  #kind: MessageSet["kind"] | undefined;
  #onError: string | undefined;
  #newMessageSetID: string | undefined;
  #oldMessageSetID: string | undefined;
  #writes = false;
  /** An open tag has been written up to its `>`, because it may turn out to be empty. */
  #openTagStarted = false;
  /** Where the text of the element begins that is open, with the `>` in front of it; -1 when it has none. */
  #contentStart = -1;

  constructor(document: Uint8Array, page: CodePage, policy: OutsideCodePage) {
    this.#document = document;
    this.#tokens.write(document);
    this.#tokens.finish();
    this.#text = new MessageSetText(this.#tokens.window);
    this.#page = page;
    this.#policy = policy;
  }

  read(): MessageSet {
    const tokens = this.#tokens;
    for (let kind = tokens.next(); kind !== TOKEN.done; kind = tokens.next()) {
      if (kind === TOKEN.leaf) this.#leaf();
      else if (kind === TOKEN.start) this.#open();
      else if (kind === TOKEN.text) this.#content();
      else if (kind === TOKEN.end) this.#close();
      else this.#instruction();
    }
    return this.#messageSet();
  }

  #instruction(): void {
    const { name: target, depth } = this.#tokens;
    if (target !== "qbxml") this.#fail(`the processing instruction "${target.slice(0, 100)}" is not allowed`);
    if (depth > 0 || this.#kind !== undefined)
      this.#fail("the qbxml instruction must stand before the QBXML element");
    if (this.#version !== undefined) this.#fail("there are two qbxml instructions");
    this.#version = versionIn(this.#tokens);
    if (this.#version === undefined)
      this.#fail(`the qbxml instruction needs a version, as in <?qbxml version="16.0"?>`);
  }

  #open(): void {
    this.#dropLayout();
    const { depth } = this.#tokens;
    if (depth === 0) this.#openRoot();
    else if (depth === 1) this.#openMessageSet();
    else this.#openContent(depth);
  }

  /** White space whose element turns out to hold elements. */
  #dropLayout(): void {
    if (this.#contentStart === -1) return;
    this.#text.truncate(this.#contentStart);
    this.#contentStart = -1;
  }

  #content(): void {
    const tokens = this.#tokens;
    if (tokens.depth < 2) return this.#refuseText();
    if (this.#contentStart === -1) {
      this.#contentStart = this.#text.length;
      this.#text.bytes(END_OF_TAG);
    }
    if (tokens.isPlain) this.#text.range(tokens.textStart, tokens.textEnd);
    else this.#text.ascii(this.#page.text(tokens.text(), (character) => this.#instead(character)));
  }

  #refuseText(): void {
    if (NOT_LAYOUT.test(this.#tokens.text())) this.#fail("text beside elements is not allowed");
  }

  #close(): void {
    const { depth } = this.#tokens;
    if (depth > 0) this.#writeClose();
    else this.#text.bytes(END_OF_ROOT);
    this.#openTagStarted = false;
  }

  #instead(character: string): string {
    this.#outside ??= new OutsidePolicy(this.#page, this.#policy, this.#document);
    return this.#outside.instead(character);
  }

  #messageSet(): MessageSet {
    if (this.#version === undefined) {
      const message = 'the instruction <?qbxml version="16.0"?> is missing before the QBXML element';
      this.#fail(message, this.#rootPlace);
    }
    if (this.#kind === undefined) this.#fail("the QBXML element holds no message set");
    return Object.freeze({
      text: this.#text.finish(),
      kind: this.#kind,
      version: this.#version,
      onError: this.#onError,
      newMessageSetID: this.#newMessageSetID,
      oldMessageSetID: this.#oldMessageSetID,
      requests: Object.freeze(this.#requests),
      writes: this.#writes,
      changes: this.#outside === undefined ? NO_CHANGES : Object.freeze(this.#outside.changes),
    });
  }

  #openRoot(): void {
    const { name, attributeCount } = this.#tokens;
    if (name !== "QBXML") this.#fail(`the root element is "${name}", not "QBXML"`);
    if (attributeCount > 0) this.#fail("QBXML takes no attributes");
    if (this.#version === undefined) this.#rootPlace = this.#tokens.position();
    this.#text.bytes(PROLOG);
    this.#text.bytes(usual.version === this.#version ? usual.bytes : Buffer.from(this.#version ?? ""));
    this.#text.bytes(END_OF_PROLOG);
  }

  #openMessageSet(): void {
    const { name } = this.#tokens;
    const kind = KINDS.get(name);
    if (kind === undefined) this.#fail(`"${name}" is not a message set of requests`);
    if (this.#kind !== undefined) this.#fail("there are two message sets; send one at a time");
    this.#kind = kind;
    this.#readSetAttributes(name);
    this.#writeOpen();
  }

  #readSetAttributes(name: string): void {
    const tokens = this.#tokens;
    for (let index = 0; index < tokens.attributeCount; index++) {
      const attribute = tokens.attributeName(index);
      if (this.#kind === "subscriptions" || !SET_ATTRIBUTES.has(attribute))
        this.#fail(`${name} has no attribute "${attribute}"`);
    }
    this.#onError = tokens.attribute("onError");
    if (this.#kind === "requests" && !ON_ERROR.has(this.#onError ?? ""))
      this.#fail(`${name} needs onError="stopOnError" or onError="continueOnError"`);
    this.#newMessageSetID = tokens.attribute("newMessageSetID");
    this.#oldMessageSetID = tokens.attribute("oldMessageSetID");
    this.#writes = (this.#newMessageSetID ?? this.#oldMessageSetID) !== undefined;
  }

  #openContent(depth: number): void {
    const { name } = this.#tokens;
    this.#countElement(name, depth);
    if (depth === 2) this.#requests.push(this.#summary(name));
    this.#writeOpen();
  }

  #countElement(name: string, depth: number): void {
    if (name.endsWith("Rq") && RESERVED.has(name)) this.#checkPlace(name, depth);
    if (++this.#elements > MAX_ELEMENTS) this.#fail(`more than ${MAX_ELEMENTS} elements`);
  }

  /** Is what would be written. */
  #leaf(): void {
    const tokens = this.#tokens;
    this.#dropLayout();
    this.#countElement(tokens.name, tokens.depth);
    this.#text.bytes(this.#openTagStarted ? END_OF_TAG_AND_LINE : END_OF_LINE);
    if (tokens.textEnd > tokens.textStart) this.#text.range(tokens.start, tokens.end);
    else this.#writeEmpty();
    this.#openTagStarted = false;
  }

  #writeEmpty(): void {
    this.#text.bytes(TAG);
    this.#text.bytes(this.#tokens.nameBytes);
    this.#text.bytes(END_OF_EMPTY_TAG);
  }

  #checkPlace(name: string, depth: number): void {
    if (KINDS.has(name)) this.#fail("a message set inside a message set");
    if (depth > 2) this.#fail(`the request ${name} inside another request`);
  }

  #summary(name: string): RequestSummary {
    const facts = REQUEST_FACTS.get(name);
    const known = facts !== undefined && facts.subscription === (this.#kind === "subscriptions");
    const writes = known ? facts.writes : true;
    this.#writes ||= writes;
    return Object.freeze({
      name,
      requestID: this.#tokens.attribute("requestID"),
      writes,
      iterator: this.#tokens.attribute("iterator"),
    });
  }

  #writeOpen(): void {
    const text = this.#text;
    text.bytes(this.#openTagStarted ? END_OF_TAG_AND_TAG : LINE_AND_TAG);
    text.bytes(this.#tokens.nameBytes);
    for (let index = 0; index < this.#tokens.attributeCount; index++) {
      this.#writeAttribute(this.#tokens.attributeAt(index), index);
    }
    this.#openTagStarted = true;
  }

  #writeAttribute({ name, start, end, isPlain }: Attribute, index: number): void {
    const text = this.#text;
    const tokens = this.#tokens;
    text.bytes(BLANK);
    text.bytes(name.bytes);
    text.bytes(VALUE);
    if (isPlain) text.range(start, end);
    else
      text.ascii(this.#page.attribute(tokens.attributeValue(index), (character) => this.#instead(character)));
    text.bytes(END_OF_VALUE);
  }

  #writeClose(): void {
    const text = this.#text;
    if (this.#openTagStarted && text.length <= this.#contentStart + 1) this.#dropLayout();
    if (this.#openTagStarted && this.#contentStart === -1) return text.bytes(END_OF_EMPTY_TAG);
    text.bytes(this.#openTagStarted ? END_TAG : LINE_AND_END_TAG);
    text.bytes(this.#tokens.nameBytes);
    text.bytes(END_OF_TAG);
    this.#contentStart = -1;
  }

  #fail(message: string, place = this.#tokens.position()): never {
    const { line, column } = place;
    throw new QBError("QB_MESSAGE_SET", `line ${line}, column ${column}: ${message}`, {
      details: { line, column },
    });
  }
}
