import { BYTE, BYTES, findClass } from "./character-data.js";
import type { DocumentSource } from "./document-source.js";
import { endOfName, endOfSameName, type Name } from "./name-table.js";
import { setOwn } from "./set-own.js";

export type Attributes = Readonly<Record<string, string>>;

/** More bytes are needed. */
export const NEED_MORE = -1;
/** With more attributes than these a set of names is made. */
const MANY = 32;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const EQUALS = 0x3d;
/** What a value is not written as it is with. */
const NOT_PLAIN = BYTE.work | BYTE.reference | BYTE.wide | BYTE.layout | BYTE.control;
/** What a writer could not write as it stands in the source. */
const NOT_COPIED = NOT_PLAIN | BYTE.greater;
const NO_NAMES = new Set<Name>();
const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** Where an attribute stands in the window, and its value once it is wanted. */
export class Attribute {
  name: Name;
  start: number;
  end: number;
  /** A writer would write the value as it stands in the source. */
  isPlain: boolean;
  value: string | undefined;
  /** Classes of its bytes. */
  seen: number;

  constructor(name: Name, start: number, end: number, seen: number, isPlain: boolean) {
    this.name = name;
    this.start = start;
    this.end = end;
    this.seen = seen;
    this.isPlain = isPlain;
    this.value = undefined;
  }
}

/** The attributes of one start tag after the other. */
export class AttributeList {
  count = 0;
  /** A value has yet to be read. */
  hasRaw = false;
  readonly #source: DocumentSource;
  /** Those of earlier tags are used again. */
  readonly #attributes: Attribute[] = [];
  #manyNames = NO_NAMES;

  constructor(source: DocumentSource) {
    this.#source = source;
  }

  /** Reads one attribute; gives its end, or `NEED_MORE`. */
  scan(at: number, element: Name): number {
    const { bytes } = this.#source.window;
    const limit = bytes.length;
    const previous = this.count === 0 ? undefined : this.at(this.count - 1).name;
    const guess = previous === undefined ? element.firstAttribute : previous.nextAttribute;
    let name = guess;
    let here = guess === undefined ? -1 : endOfSameName(bytes, at, limit, guess);
    if (here === -1) {
      here = endOfName(bytes, at, limit);
      if (here >= limit) return NEED_MORE;
      name = this.#source.nameAt(at, here);
      if (previous === undefined) element.firstAttribute = name;
      else previous.nextAttribute = name;
    }
    return this.#scanEquals(at, here, name as Name);
  }

  #scanEquals(nameStart: number, nameEnd: number, name: Name): number {
    const { bytes } = this.#source.window;
    const limit = bytes.length;
    let here = endOfWhiteSpace(bytes, nameEnd, limit);
    if (here >= limit) return NEED_MORE;
    if (bytes[here] !== EQUALS && here === nameEnd) this.#source.failName(nameStart);
    if (bytes[here] !== EQUALS) this.#source.fault(`the attribute ${name.text} has no value`, here);
    here = endOfWhiteSpace(bytes, here + 1, limit);
    return here >= limit ? NEED_MORE : this.#scanValue(here, name, nameStart);
  }

  #scanValue(at: number, name: Name, nameStart: number): number {
    const { bytes } = this.#source.window;
    const limit = bytes.length;
    const quote = bytes[at];
    if (quote !== QUOTE && quote !== APOSTROPHE)
      this.#source.fault(`the value of ${name.text} must stand in quotation marks`, at);
    let seen = 0;
    let end = at + 1;
    for (; end < limit && bytes[end] !== quote; end++) seen |= BYTES[bytes[end] as number] as number;
    if ((seen & BYTE.less) !== 0) {
      const place = findClass(bytes, at, end, BYTE.less);
      this.#source.fault(`"<" in the value of ${name.text} must be written as &lt;`, place);
    }
    if (end >= limit) return NEED_MORE;
    if (this.#isRepeated(name)) this.#source.fault(`the attribute ${name.text} stands twice`, nameStart);
    this.#add(name, at + 1, end, seen);
    return end + 1;
  }

  #isRepeated(name: Name): boolean {
    const { count } = this;
    if (count < MANY) {
      for (let index = 0; index < count; index++) if (this.at(index).name === name) return true;
      return false;
    }
    if (count === MANY) this.#manyNames = new Set(this.#attributes.slice(0, count).map((one) => one.name));
    const { size } = this.#manyNames;
    return this.#manyNames.add(name).size === size;
  }

  #add(name: Name, start: number, end: number, seen: number): void {
    const isPlain = (seen & NOT_COPIED) === 0 && this.#source.window.bytes[end] === QUOTE;
    if ((seen & NOT_PLAIN) !== 0) this.hasRaw = true;
    const attribute = this.#attributes[this.count];
    if (attribute === undefined) this.#attributes.push(new Attribute(name, start, end, seen, isPlain));
    else {
      attribute.name = name;
      attribute.start = start;
      attribute.end = end;
      attribute.isPlain = isPlain;
      attribute.seen = seen;
      attribute.value = undefined;
    }
    this.count++;
  }

  /** Reads the values that are not written as they are, once all of the tag is there: what is odd in them is told once. */
  readRaw(): void {
    const source = this.#source;
    this.hasRaw = false;
    for (let index = 0; index < this.count; index++) {
      const attribute = this.at(index);
      const { start, end, seen } = attribute;
      if ((seen & BYTE.control) !== 0) source.meetControls(start, end);
      if ((seen & NOT_PLAIN) !== 0) attribute.value = source.attributeValue(start, end, seen);
    }
  }

  at(index: number): Attribute {
    return this.#attributes[index] as Attribute;
  }

  value(index: number): string {
    const attribute = this.at(index);
    return (attribute.value ??= this.#source.window.ascii(attribute.start, attribute.end));
  }

  find(name: string): string | undefined {
    for (let index = 0; index < this.count; index++)
      if (this.at(index).name.text === name) return this.value(index);
    return undefined;
  }

  asObject(): Attributes {
    if (this.count === 0) return NO_ATTRIBUTES;
    const attributes: Record<string, string> = {};
    for (let index = 0; index < this.count; index++)
      setOwn(attributes, this.at(index).name.text, this.value(index));
    return attributes;
  }
}

export function endOfWhiteSpace(bytes: Uint8Array, at: number, limit: number): number {
  let end = at;
  while (end < limit && isWhiteSpace(bytes[end] as number)) end++;
  return end;
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
