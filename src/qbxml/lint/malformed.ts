import { HTML_ENTITIES } from "./html-entities.js";
import { shown } from "../check/finding.js";
import { piecesOf, type Piece } from "./source-scan.js";
import { textOf, type SourceText } from "./source-text.js";

/** Why a document is not XML, in plain words. */
export interface XmlMistake {
  readonly offset: number;
  readonly message: string;
  readonly repair?: string;
}

/** An `&` that begins no reference that XML knows. */
export const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)/;
const ATTRIBUTE = /\s*([^\s=<>"'/]+)(\s*=\s*("[^"]*"|'[^']*')?)?/y;
const NUMBER = /&#(?:x([0-9a-fA-F]+)|([0-9]+));/g;
const NOT_FIRST = "the XML declaration must stand at the very beginning";
const SOAP = /:(?:Envelope|Body)$/i;
const SECOND = "a second document begins here; send one at a time";
const MAX_DEPTH = 64;
const CONTROL = /[^\t\n\r\x20-\xff]/;

/** The first reason that can be named; undefined for documents that are well-formed, and for rare other reasons. */
export function firstXmlMistake(document: SourceText): XmlMistake | undefined {
  const { source } = document;
  const open: Piece[] = [];
  let roots = 0;
  for (const piece of piecesOf(source)) {
    const text = source.slice(piece.start, piece.end);
    const mistake = mistakeIn(piece, text, open, roots) ?? unmatched(piece, open, document);
    if (mistake !== undefined) return mistake;
    if (piece.kind === "start" && open.length === 0) roots++;
    if (piece.kind === "start" && !piece.empty) open.push(piece);
    if (piece.kind === "end") open.pop();
  }
  const last = open.at(-1);
  if (last !== undefined)
    return { offset: last.start, message: `<${tag(last)}> is never closed`, repair: `add </${tag(last)}>` };
  return roots === 0 ? { offset: 0, message: "there is no element in the document" } : undefined;
}

function mistakeIn(
  piece: Piece,
  text: string,
  open: readonly Piece[],
  roots: number,
): XmlMistake | undefined {
  const at = (index: number): number => piece.start + index;
  switch (piece.kind) {
    case "text":
      return mistakeInText(text, at, open.length > 0);
    case "start":
      if (open.length === 0 && roots > 0)
        return { offset: piece.start, message: `<${tag(piece)}> stands behind the end of the document` };
      if (open.length >= MAX_DEPTH)
        return { offset: piece.start, message: `there are more than ${MAX_DEPTH} levels of elements` };
      return mistakeInTag(piece, text, at);
    case "cdata":
      return open.length > 0 ? undefined : outside(piece.start);
    case "stray":
      return {
        offset: piece.start,
        message: "a < that begins no tag must be written &lt;",
        repair: "write &lt;",
      };
    case "broken":
      return {
        offset: piece.start,
        message: "what begins with this < does not end: a > or a quotation mark is missing",
      };
    case "doctype":
      return { offset: piece.start, message: "a DOCTYPE is not allowed" };
    case "comment":
      return text.slice(4, -3).includes("--") || text.endsWith("--->")
        ? { offset: piece.start, message: "a comment must not contain --" }
        : undefined;
    case "instruction":
      return piece.name.toLowerCase() === "xml" && piece.start > 0
        ? { offset: piece.start, message: roots > 0 && open.length === 0 ? SECOND : NOT_FIRST }
        : undefined;
    case "end":
      return undefined;
  }
}

function mistakeInText(text: string, at: (index: number) => number, inside: boolean): XmlMistake | undefined {
  if (!inside) return /[^ \t\r\n]/.test(text) ? outside(at(text.search(/[^ \t\r\n]/))) : undefined;
  const control = CONTROL.exec(text);
  if (control !== null)
    return {
      offset: at(control.index),
      message: "a control character, which XML does not allow",
      repair: "leave it out",
    };
  const end = text.indexOf("]]>");
  if (end >= 0) return { offset: at(end), message: "]]> must not stand in text", repair: "write ]]&gt;" };
  return mistakeInReferences(text, at);
}

function outside(offset: number): XmlMistake {
  return { offset, message: "text stands outside of the elements" };
}

function mistakeInReferences(text: string, at: (index: number) => number): XmlMistake | undefined {
  const bare = BARE_AMPERSAND.exec(text);
  const number = [...text.matchAll(NUMBER)].find((match) => !isCharacter(match));
  if (number !== undefined && !(bare !== null && bare.index < number.index))
    return {
      offset: at(number.index),
      message: `${number[0].slice(0, 20)} is no character of XML`,
      repair: "leave it out",
    };
  if (bare === null) return undefined;
  const entity = /^&([A-Za-z][A-Za-z0-9]*);/.exec(text.slice(bare.index, bare.index + 40));
  const message =
    entity === null ? "a bare & must be written &amp;" : `&${entity[1] as string}; is not an entity of XML`;
  const repair = entity === null ? "write &amp;" : inPlaceOf(entity[1] as string);
  return { offset: at(bare.index), message, repair };
}

function inPlaceOf(entity: string): string {
  const code = HTML_ENTITIES.get(entity);
  return code === undefined ? "write the character itself, or its number, as in &#233;" : `write &#${code};`;
}

function isCharacter([, hex, decimal]: RegExpMatchArray): boolean {
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

function mistakeInTag(piece: Piece, text: string, at: (index: number) => number): XmlMistake | undefined {
  if (SOAP.test(piece.name))
    return {
      offset: piece.start,
      message: "this is a SOAP envelope, not qbXML",
      repair: "send what is in it",
    };
  if (piece.name.includes(":")) return namespaces(piece.start);
  const body = text.slice(1 + piece.name.length, piece.empty ? -2 : -1);
  const seen = new Set<string>();
  const attribute = new RegExp(ATTRIBUTE);
  while (attribute.lastIndex < body.trimEnd().length) {
    const index = at(1 + piece.name.length + attribute.lastIndex);
    const match = attribute.exec(body);
    if (match === null)
      return { offset: index, message: `the tag <${tag(piece)}> holds what is no attribute` };
    const mistake = mistakeInAttribute(match, seen, index);
    if (mistake !== undefined) return mistake;
  }
  return mistakeInReferences(body, (index) => at(1 + piece.name.length + index));
}

function mistakeInAttribute(match: RegExpExecArray, seen: Set<string>, at: number): XmlMistake | undefined {
  const [whole, name = "", , value] = match;
  const offset = at + whole.length - whole.trimStart().length;
  const written = shown("", textOf(name));
  if (name === "xmlns" || name.includes(":")) return namespaces(offset);
  if (value === undefined)
    return {
      offset,
      message: `the value of the attribute ${written} must stand in straight quotation marks`,
    };
  if (!/^\s/.test(whole)) return { offset, message: `a space is missing before the attribute ${written}` };
  if (seen.has(name)) return { offset, message: `the attribute ${written} stands there twice` };
  seen.add(name);
  return undefined;
}

function namespaces(offset: number): XmlMistake {
  return {
    offset,
    message: "namespaces (xmlns, names with a colon) are not part of qbXML",
    repair: "leave them out",
  };
}

function unmatched(piece: Piece, open: readonly Piece[], document: SourceText): XmlMistake | undefined {
  if (piece.kind !== "end") return undefined;
  const expected = open.at(-1);
  if (expected === undefined)
    return { offset: piece.start, message: `</${tag(piece)}> closes nothing`, repair: "leave it out" };
  if (expected.name === piece.name) return undefined;
  const { line } = document.positionOf(expected.start);
  const message = `</${tag(piece)}> stands where </${tag(expected)}> must: <${tag(expected)}> was opened in line ${line}`;
  const isOuter = open.some(({ name }) => name === piece.name);
  const repair = `${isOuter ? "add" : "write"} </${tag(expected)}>${isOuter ? ` before </${tag(piece)}>` : ""}`;
  return { offset: piece.start, message, repair };
}

function tag({ name }: Piece): string {
  return shown("", textOf(name));
}
