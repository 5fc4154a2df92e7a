import { QBError } from "../errors.js";
import { CodePage, OutsidePolicy, type CharacterChange, type OutsideCodePage } from "./code-page.js";
import { REQUEST_FACTS } from "./schema/request-facts.js";
import { tokenize, type Attributes, type Position, type TokenHandler } from "./tokenizer.js";

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
}

/** Some seconds of work; a set with so many elements has more requests than QuickBooks does in a day. */
const MAX_ELEMENTS = 1_000_000;
const KINDS: Readonly<Record<string, MessageSet["kind"]>> = {
  QBXMLMsgsRq: "requests",
  QBXMLSubscriptionMsgsRq: "subscriptions",
};
const SET_ATTRIBUTES = new Set(["onError", "newMessageSetID", "oldMessageSetID", "responseData"]);
const ON_ERROR = new Set(["stopOnError", "continueOnError", "rollbackOnError"]);
/** A carriage return comes only from a reference: as line end it is read as a line feed. */
const NOT_LAYOUT = /[^ \t\n]/;
const VERSION = /^version\s*=\s*(?:"([^"]*)"|'([^']*)')\s*$/;
const VERSION_FORM = /^(?:US|CA|UK|OZ|AU)?\d{1,2}\.\d$/;

/**
 * Reads one message set strictly, without building objects, and writes it anew.
 *
 * Throws `QB_XML_MALFORMED` (not XML, or more of XML than qbXML uses), `QB_MESSAGE_SET` (XML, but not one message set) and
 * `QB_CHARACTERS` (QuickBooks cannot store a character), each with line and column.
 */
export function readMessageSet(text: string, options: EnvelopeOptions = {}): MessageSet {
  const page = options.codePage ?? CodePage.of(1252);
  const outside = new OutsidePolicy(page, options.outsideCodePage ?? "refuse", text);
  return tokenize(text, (position) => new EnvelopeHandler(position, page, outside)).messageSet();
}

/** Follows the tokens of one document: level 0 is QBXML, 1 the message set, 2 the requests, below that their content. */
class EnvelopeHandler implements TokenHandler {
  readonly #position: () => Position;
  readonly #page: CodePage;
  readonly #outside: OutsidePolicy;
  readonly #requests: RequestSummary[] = [];
  #elements = 0;
  #version: string | undefined;
  #kind: MessageSet["kind"] | undefined;
  #setAttributes: Attributes = {};
  #body = "";
  /** Text since the last tag; whether it is content or layout is known at the next tag. */
  #pending = "";
  /** An open tag has been written up to its `>`, because it may turn out to be empty. */
  #openTagStarted = false;

  constructor(position: () => Position, page: CodePage, outside: OutsidePolicy) {
    this.#position = position;
    this.#page = page;
    this.#outside = outside;
  }

  instruction(target: string, body: string, depth: number): void {
    if (target !== "qbxml") this.#fail(`the processing instruction "${target.slice(0, 100)}" is not allowed`);
    if (depth > 0 || this.#kind !== undefined)
      this.#fail("the qbxml instruction must stand before the QBXML element");
    if (this.#version !== undefined) this.#fail("there are two qbxml instructions");
    const match = VERSION.exec(body.trim());
    const version = match?.[1] ?? match?.[2] ?? "";
    if (!VERSION_FORM.test(version))
      this.#fail(`the qbxml instruction needs a version, as in <?qbxml version="16.0"?>`);
    this.#version = version;
  }

  open(name: string, attributes: Attributes, depth: number): void {
    this.#dropLayout();
    if (depth === 0) this.#openRoot(name, attributes);
    else if (depth === 1) this.#openMessageSet(name, attributes);
    else this.#openContent(name, attributes, depth);
    this.#openTagStarted = depth > 0;
  }

  text(data: string): void {
    this.#pending += data;
  }

  close(name: string, depth: number): void {
    if (!this.#openTagStarted || depth < 2) this.#dropLayout();
    const content = this.#pending;
    this.#pending = "";
    if (depth > 0) this.#writeClose(name, content);
  }

  messageSet(): MessageSet {
    if (this.#version === undefined) {
      this.#fail('the instruction <?qbxml version="16.0"?> is missing before the QBXML element');
    }
    if (this.#kind === undefined) this.#fail("the QBXML element holds no message set");
    const { newMessageSetID, oldMessageSetID, onError } = this.#setAttributes;
    const recovery = newMessageSetID !== undefined || oldMessageSetID !== undefined;
    return Object.freeze({
      text: `<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="${this.#version}"?>\n<QBXML>${this.#body}\n</QBXML>\n`,
      kind: this.#kind,
      version: this.#version,
      onError,
      newMessageSetID,
      oldMessageSetID,
      requests: Object.freeze(this.#requests),
      writes: recovery || this.#requests.some((request) => request.writes),
      changes: Object.freeze(this.#outside.changes),
    });
  }

  #openRoot(name: string, attributes: Attributes): void {
    if (name !== "QBXML") this.#fail(`the root element is "${name}", not "QBXML"`);
    if (Object.keys(attributes).length > 0) this.#fail("QBXML takes no attributes");
  }

  #openMessageSet(name: string, attributes: Attributes): void {
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined) this.#fail(`"${name}" is not a message set of requests`);
    if (this.#kind !== undefined) this.#fail("there are two message sets; send one at a time");
    this.#kind = kind;
    this.#checkSetAttributes(name, attributes);
    this.#setAttributes = attributes;
    this.#writeOpen(name, attributes);
  }

  #checkSetAttributes(name: string, attributes: Attributes): void {
    for (const attribute of Object.keys(attributes)) {
      if (this.#kind === "subscriptions" || !SET_ATTRIBUTES.has(attribute)) {
        this.#fail(`${name} has no attribute "${attribute}"`);
      }
    }
    if (this.#kind === "requests" && !ON_ERROR.has(attributes["onError"] ?? "")) {
      this.#fail(`${name} needs onError="stopOnError" or onError="continueOnError"`);
    }
  }

  #openContent(name: string, attributes: Attributes, depth: number): void {
    if (Object.hasOwn(KINDS, name)) this.#fail("a message set inside a message set");
    if (depth > 2 && REQUEST_FACTS.has(name)) this.#fail(`the request ${name} inside another request`);
    if (++this.#elements > MAX_ELEMENTS) this.#fail(`more than ${MAX_ELEMENTS} elements`);
    if (depth === 2) this.#requests.push(this.#summary(name, attributes));
    this.#writeOpen(name, attributes);
  }

  #summary(name: string, attributes: Attributes): RequestSummary {
    const facts = REQUEST_FACTS.get(name);
    const known = facts !== undefined && facts.subscription === (this.#kind === "subscriptions");
    return Object.freeze({
      name,
      requestID: attributes["requestID"],
      writes: known ? facts.writes : true,
      iterator: attributes["iterator"],
    });
  }

  #writeOpen(name: string, attributes: Attributes): void {
    if (this.#openTagStarted) this.#body += ">";
    this.#body += `\n<${name}`;
    for (const attribute in attributes) {
      this.#body += ` ${attribute}="${this.#page.attribute(attributes[attribute] as string, this.#outside.instead)}"`;
    }
  }

  #writeClose(name: string, content: string): void {
    const text = this.#page.text(content, this.#outside.instead);
    if (!this.#openTagStarted) this.#body += `\n</${name}>`;
    else if (text === "") this.#body += "/>";
    else this.#body += `>${text}</${name}>`;
    this.#openTagStarted = false;
  }

  #dropLayout(): void {
    const text = this.#pending;
    if (text === "") return;
    if (text !== "\n" && NOT_LAYOUT.test(text)) this.#fail("text beside elements is not allowed");
    this.#pending = "";
  }

  #fail(message: string): never {
    const { line, column } = this.#position();
    throw new QBError("QB_MESSAGE_SET", `line ${line}, column ${column}: ${message}`, {
      details: { line, column },
    });
  }
}
