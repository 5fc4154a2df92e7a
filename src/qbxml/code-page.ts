import { QBError } from "../errors.js";
import { decodeStrictly } from "./decode.js";
import type { Position } from "./position.js";

/** What to do with a character that QuickBooks' code page does not have. */
export type OutsideCodePage = "refuse" | "transliterate" | "replace";

/** A character that was changed on its way to QuickBooks. */
export interface CharacterChange extends Position {
  readonly character: string;
  readonly replacement: string;
}

const IN_TEXT = /[^\t\n\x20-\x25\x27-\x3b=\x3f-\x7e]/u;
const IN_ATTRIBUTE = /[^\x20\x21\x23-\x25\x27-\x3b=\x3f-\x7e]/u;
const EVERYWHERE_IN_TEXT = new RegExp(IN_TEXT, "gu");
const EVERYWHERE_IN_ATTRIBUTE = new RegExp(IN_ATTRIBUTE, "gu");
const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const COMBINING_MARKS = /\p{Mark}/gu;
/** Letters that no decomposition brings to the Latin alphabet. */
const WITHOUT_DECOMPOSITION: Readonly<Record<string, string>> = {
  Ł: "L",
  ł: "l",
  Đ: "D",
  đ: "d",
  Ħ: "H",
  ħ: "h",
  ı: "i",
  Œ: "OE",
  œ: "oe",
  ẞ: "SS",
  Ŧ: "T",
  ŧ: "t",
  "\u2010": "-",
  "\u2011": "-",
  "\u2012": "-",
  "\u2212": "-",
  "\u2015": "-",
  "\u2032": "'",
  "\u2033": '"',
};

/**
 * The characters that QuickBooks can store: those of one Windows code page.
 *
 * ASCII goes as it is; what is inside the page but above ASCII is written as a decimal reference, because raw it is often
 * refused as a parse error; what is outside is refused, transliterated or replaced by `?`, and each change is reported.
 */
export class CodePage {
  /** Windows' number of the page, for example `1252`. */
  readonly number: number;
  readonly #inside: (codePoint: number) => boolean;

  private constructor(number: number, inside: (codePoint: number) => boolean) {
    this.number = number;
    this.#inside = inside;
  }

  /** @param name `1252`, `windows-1252`, `cp1252`; `65001` is UTF-8. Throws `QB_INVALID_ARGUMENT` for pages Node does not know. */
  static of(name: string | number): CodePage {
    const number = Number(/^(?:windows-|cp)?(\d{3,5})$/i.exec(String(name).trim())?.[1]);
    const known = cache.get(number);
    if (known !== undefined) return known;
    const page = new CodePage(number, insideTest(number, name));
    cache.set(number, page);
    return page;
  }

  has(codePoint: number): boolean {
    return codePoint < 0x80 || (codePoint >= 0xa0 && this.#inside(codePoint));
  }

  /** Element content, escaped. `outside` is called for each character that the page does not have and gives what to write instead. */
  text(value: string, outside: (character: string) => string): string {
    return IN_TEXT.test(value) ? this.#escape(value, outside, EVERYWHERE_IN_TEXT) : value;
  }

  /** An attribute value, escaped, without its quotes. */
  attribute(value: string, outside: (character: string) => string): string {
    return IN_ATTRIBUTE.test(value) ? this.#escape(value, outside, EVERYWHERE_IN_ATTRIBUTE) : value;
  }

  #escape(value: string, outside: (character: string) => string, escaped: RegExp): string {
    return value.replace(escaped, (character) => {
      const codePoint = character.codePointAt(0) as number;
      if (!this.has(codePoint)) return this.#escape(outside(character), () => "?", escaped);
      return MARKUP[character] ?? `&#${codePoint};`;
    });
  }

  /** The nearest spelling inside the page, or undefined. A combining mark on its own is dropped. */
  transliterate(character: string): string | undefined {
    if (/^\p{Mark}$/u.test(character)) return "";
    const candidates = [
      WITHOUT_DECOMPOSITION[character],
      character.normalize("NFKD").replace(COMBINING_MARKS, ""),
    ];
    return candidates.find((spelling) => spelling !== undefined && spelling !== "" && this.#hasAll(spelling));
  }

  #hasAll(text: string): boolean {
    for (const character of text) if (!this.has(character.codePointAt(0) as number)) return false;
    return true;
  }
}

const cache = new Map<number, CodePage>();

/** Labels of the pages that are not called `windows-N`. */
const OTHER_LABELS: Readonly<Record<number, string>> = {
  866: "ibm866",
  874: "windows-874",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  28591: "iso-8859-1",
};

function insideTest(number: number, name: string | number): (codePoint: number) => boolean {
  if (number === 65001) return () => true;
  const characters = charactersOf(knownLabel(number, name), number >= 932 && number <= 950);
  return (codePoint) => characters.has(codePoint);
}

function knownLabel(number: number, name: string | number): string {
  const label = OTHER_LABELS[number] ?? `windows-${number}`;
  try {
    decodeStrictly(new Uint8Array(), label);
    return label;
  } catch (cause) {
    throw new QBError("QB_INVALID_ARGUMENT", `code page "${name}" is not known; the Western one is 1252`, {
      cause,
    });
  }
}

function charactersOf(label: string, doubleBytes: boolean): ReadonlySet<number> {
  const found = new Set<number>();
  const tryBytes = (...bytes: number[]): void => {
    const characters = decodeOrEmpty(Uint8Array.from(bytes), label);
    if ([...characters].length === 1) found.add(characters.codePointAt(0) as number);
  };
  for (let high = 0x80; high < 0x100; high++) {
    tryBytes(high);
    if (doubleBytes) for (let low = 0x40; low < 0x100; low++) tryBytes(high, low);
  }
  return found;
}

function decodeOrEmpty(bytes: Uint8Array, label: string): string {
  try {
    return decodeStrictly(bytes, label);
  } catch {
    return "";
  }
}

/**
 * What to write for the characters outside the page, and the record of it.
 * Under `refuse`, and for a character that cannot be transliterated, throws `QB_CHARACTERS` with `details.line`, `column`, `character`.
 */
export class OutsidePolicy {
  readonly changes: CharacterChange[] = [];
  readonly #page: CodePage;
  readonly #policy: OutsideCodePage;
  readonly #document: Uint8Array;
  #places: Iterator<{ character: string } & Position> | undefined;

  constructor(page: CodePage, policy: OutsideCodePage, document: Uint8Array) {
    this.#page = page;
    this.#policy = policy;
    this.#document = document;
  }

  /** Called for each such character, in the order of the document. */
  readonly instead = (character: string): string => {
    const place = this.#next(character);
    const replacement = this.#policy === "replace" ? "?" : this.#spelling(character);
    if (replacement === undefined) this.#refuse(character, place);
    this.changes.push(Object.freeze({ character, replacement, ...place }));
    return replacement;
  };

  #spelling(character: string): string | undefined {
    return this.#policy === "transliterate" ? this.#page.transliterate(character) : undefined;
  }

  #next(character: string): Position {
    this.#places ??= placesOutside(this.#page, decodeStrictly(this.#document, "utf-8"));
    for (;;) {
      const next = this.#places.next();
      if (next.done === true) return { line: 1, column: 1 };
      if (next.value.character === character) return { line: next.value.line, column: next.value.column };
    }
  }

  #refuse(character: string, { line, column }: Position): never {
    const codePoint = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    throw new QBError(
      "QB_CHARACTERS",
      `line ${line}, column ${column}: QuickBooks (code page ${this.#page.number}) cannot store "${character}" (U+${codePoint})`,
      { details: { line, column, character } },
    );
  }
}

const SOURCE_PIECE =
  /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[[^]*?\]\]>|&#(?:x([0-9a-fA-F]+)|(\d+));|[^\0-\x7f]/gu;
const ABOVE_ASCII = /[^\0-\x7f]/gu;
const CDATA = "<![CDATA[";

/** Finds the places in a well-formed document, where a character may stand as itself or as a reference. */
function* placesOutside(page: CodePage, document: string): Generator<{ character: string } & Position> {
  const ruler = new Ruler(document);
  for (const { character, index } of charactersAboveAscii(document)) {
    if (!page.has(character.codePointAt(0) as number)) yield { character, ...ruler.positionOf(index) };
  }
}

/** Comments and instructions are not passed on, and inside CDATA nothing but raw characters means a character. */
export function* charactersAboveAscii(document: string): Generator<{ character: string; index: number }> {
  for (const match of document.matchAll(SOURCE_PIECE)) {
    const [piece, hex, decimal] = match;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (piece.startsWith(CDATA)) {
      for (const { 0: character, index } of piece.matchAll(ABOVE_ASCII))
        yield { character, index: match.index + index };
    } else if (!piece.startsWith("<")) {
      yield { character: piece.startsWith("&") ? String.fromCodePoint(code) : piece, index: match.index };
    }
  }
}

/** Tells line and column of places that come in the order of the document, reading it once. */
class Ruler {
  readonly #document: string;
  #index = 0;
  #line = 1;
  #column = 1;

  constructor(document: string) {
    this.#document = document;
  }

  positionOf(index: number): Position {
    while (this.#index < index) this.#step();
    return { line: this.#line, column: this.#column };
  }

  #step(): void {
    const code = this.#document.codePointAt(this.#index) as number;
    this.#index += code > 0xffff ? 2 : 1;
    if (code === 0x0a || (code === 0x0d && this.#document.charCodeAt(this.#index) !== 0x0a)) {
      this.#line++;
      this.#column = 1;
    } else this.#column++;
  }
}
