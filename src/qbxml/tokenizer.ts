import { SaxesParser } from "saxes";
import { QBError } from "../errors.js";

/** A place in a document; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Attributes = Readonly<Record<string, string>>;

export interface TokenHandler {
  /** A processing instruction; `depth` 0 is outside the root element. */
  instruction?(target: string, body: string, depth: number): void;
  open(name: string, attributes: Attributes, depth: number): void;
  /** Character data with every reference resolved; may come in pieces. */
  text(data: string): void;
  close(name: string, depth: number): void;
}

const MAX_DEPTH = 64;
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;
/** A message may quote names, and those may be as long as the document. */
const MAX_MESSAGE = 200;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads a document strictly: XML 1.0, one root, no DOCTYPE, no entities beyond the five, no namespaces, at most 64 levels.
 * Comments disappear, CDATA is text.
 *
 * Throws `QB_XML_MALFORMED` with `details.line` and `details.column`. Errors that the handler throws pass through.
 */
export function tokenize<Handler extends TokenHandler>(
  text: string,
  makeHandler: (position: () => Position) => Handler,
): Handler {
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  const position = (): Position => ({ line: parser.line, column: Math.max(1, parser.column) });
  const handler = makeHandler(position);
  const fail = (message: string): never => malformed(message, position());
  if (text.charCodeAt(0) === 0xfeff) fail("a second byte order mark");
  if (LONE_SURROGATE.test(text)) fail("half of a surrogate pair");
  listen(parser, handler, fail);
  try {
    parser.write(text);
    if ((parser.xmlDecl.version ?? "1.0") !== "1.0") fail("only XML version 1.0 is supported");
    parser.close();
  } catch (error) {
    throw error instanceof QBError || !isSaxesError(error) ? error : malformedBy(error, position());
  }
  return handler;
}

/** Not more listeners than needed: with eight, V8 makes the parser a dictionary, and it runs at a fifth of its speed. */
function listen(parser: SaxesParser, handler: TokenHandler, fail: (message: string) => never): void {
  let depth = 0;
  parser.on("doctype", () => fail("a DOCTYPE is not allowed"));
  parser.on("processinginstruction", ({ target, body }) => handler.instruction?.(target, body, depth));
  parser.on("opentag", ({ name, attributes }) => {
    checkName(name, fail);
    for (const attribute in attributes) checkName(attribute, fail);
    if (depth >= MAX_DEPTH) fail(`more than ${MAX_DEPTH} levels of elements`);
    handler.open(name, attributes, depth++);
  });
  parser.on("text", (data) => handler.text(data));
  parser.on("cdata", (data) => handler.text(data));
  parser.on("closetag", ({ name }) => handler.close(name, --depth));
}

function checkName(name: string, fail: (message: string) => never): void {
  if (!PLAIN_NAME.test(name) || name === "xmlns")
    fail(`"${name.slice(0, 100)}" is not a qbXML name; namespaces are not allowed`);
}

/** saxes begins its messages with the position. */
const SAXES_MESSAGE = /^(?:undefined:)?\d+:\d+: /;

function isSaxesError(error: unknown): error is Error {
  return error instanceof Error && SAXES_MESSAGE.test(error.message);
}

function malformedBy(error: Error, position: Position): QBError {
  return malformedError(error.message.replace(SAXES_MESSAGE, ""), position);
}

function malformed(message: string, position: Position): never {
  throw malformedError(message, position);
}

function malformedError(message: string, { line, column }: Position): QBError {
  return new QBError("QB_XML_MALFORMED", `line ${line}, column ${column}: ${message.slice(0, MAX_MESSAGE)}`, {
    details: { line, column },
  });
}
