import type { Verdict } from "../check/mistake.js";
import { nearestName } from "../check/nearest-name.js";
import { shown, type Severity } from "../check/finding.js";
import { piecesOf, type Piece } from "./source-scan.js";
import { textOf } from "./source-text.js";
import { QBXML_VERSIONS, readVersion } from "./version-text.js";

/** What stands before the first element. */
export interface Prolog {
  readonly pieces: readonly Piece[];
  /** Where the first element begins. */
  readonly end: number;
  readonly declarations: readonly Piece[];
  readonly instructions: readonly Piece[];
  /** What the qbxml instruction says, wherever it stands, and however often it says the same. */
  readonly version: string | undefined;
  /** Instructions inside or behind the element. */
  readonly misplaced: readonly Piece[];
  /** Responses need neither a declaration nor an instruction. */
  readonly ofRequests: boolean;
}

/** A finding about the prolog, with the byte that it is about. */
export interface PrologFinding {
  readonly offset: number;
  readonly verdict: Verdict & { readonly severity?: Severity };
}

/** A byte order mark, as its bytes in UTF-8. */
export const MARK = "\xef\xbb\xbf";
const NOT_LAYOUT = /[^ \t\r\n]/;
const VERSION_BODY = /^<\?\s*qbxml\s+version\s*=\s*(?:"([^"]*)"|'([^']*)')\s*\?>$/i;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>$/;
const RESPONSES = /<QBXML(?:SubscriptionMsgsRs|MsgsRs|Events)[\s/>]/;

/** The doctype with which versions 1.x began instead of the instruction. */
export const OLD_DOCTYPE = /^<!DOCTYPE\s+QBXML\b/;

export function readProlog(source: string): Prolog {
  const pieces: Piece[] = [];
  const misplaced: Piece[] = [];
  let end = source.length;
  for (const piece of piecesOf(source)) {
    if (piece.start >= end) {
      if (piece.kind === "instruction") misplaced.push(piece);
    } else if (piece.kind === "start" || piece.kind === "end" || piece.kind === "broken") end = piece.start;
    else pieces.push(piece);
  }
  const instructions = pieces.filter((piece) => isNamed(piece, "qbxml"));
  const all = [...instructions, ...misplaced.filter((piece) => isNamed(piece, "qbxml"))];
  const versions = new Set(all.map((piece) => versionIn(source, piece)));
  return {
    pieces,
    end,
    declarations: pieces.filter((piece) => isNamed(piece, "xml")),
    instructions,
    misplaced,
    version: versions.size === 1 ? [...versions][0] : undefined,
    ofRequests: !RESPONSES.test(source),
  };
}

export function isNamed(piece: Piece, target: string): boolean {
  return piece.kind === "instruction" && piece.name.toLowerCase() === target;
}

export function versionIn(source: string, { start, end }: Piece): string | undefined {
  const match = VERSION_BODY.exec(source.slice(start, end));
  return match?.[1] ?? match?.[2];
}

export function isGoodDeclaration(source: string, { start, end }: Piece): boolean {
  return DECLARATION.test(source.slice(start, end));
}

/** What is wrong before the first element, and what belongs there and is missing or stands elsewhere. */
export function checkProlog(source: string, prolog: Prolog): PrologFinding[] {
  const findings = prolog.pieces.flatMap((piece) => checkPiece(source, prolog, piece));
  if (prolog.ofRequests) findings.push(...checkPresence(source, prolog));
  for (const piece of prolog.misplaced)
    findings.push(
      tell(piece.start, "the qbxml instruction must stand before the QBXML element", "move it there"),
    );
  return findings.sort((left, right) => left.offset - right.offset);
}

function checkPiece(source: string, prolog: Prolog, piece: Piece): PrologFinding[] {
  if (piece.kind === "text") return checkText(source, prolog, piece);
  if (piece.kind === "doctype") return [doctype(source, prolog, piece)];
  if (piece.kind !== "instruction") return piece.kind === "comment" ? [] : [tell(piece.start, NOT_BEFORE)];
  if (isNamed(piece, "xml")) return checkDeclaration(source, prolog, piece);
  if (isNamed(piece, "qbxml")) return checkInstruction(source, prolog, piece);
  return [notAllowed(piece)];
}

function notAllowed({ start, name }: Piece): PrologFinding {
  return tell(start, `the processing instruction ${shown("", textOf(name))} is not allowed`, "leave it out");
}

const NOT_BEFORE = "this must not stand before the QBXML element";

function checkText(source: string, prolog: Prolog, { start, end }: Piece): PrologFinding[] {
  const text = source.slice(start, end);
  const mark = text.indexOf(MARK);
  if (mark >= 0 && !NOT_LAYOUT.test(text.replaceAll(MARK, "")))
    return [tell(start + mark, "a second byte order mark stands before the document", "leave it out")];
  const at = text.search(NOT_LAYOUT);
  if (at >= 0) return [tell(start + at, "text stands before the QBXML element", "leave it out")];
  const [declaration] = prolog.declarations;
  if (declaration?.start !== end || start !== 0) return [];
  return [
    tell(
      end,
      "the XML declaration must stand at the very beginning; white space stands before it",
      "leave the white space out",
    ),
  ];
}

function checkDeclaration(source: string, { declarations, pieces }: Prolog, piece: Piece): PrologFinding[] {
  if (piece !== declarations[0])
    return [tell(piece.start, "there are two XML declarations", "leave one out")];
  const before = pieces.slice(0, pieces.indexOf(piece)).filter(({ kind }) => kind !== "text");
  if (before.length > 0)
    return [tell(piece.start, "the XML declaration must stand at the very beginning", "move it there")];
  if (isGoodDeclaration(source, piece)) return [];
  return [
    tell(piece.start, 'the XML declaration is not right; it is <?xml version="1.0"?>, also with an encoding'),
  ];
}

function checkInstruction(source: string, { instructions }: Prolog, piece: Piece): PrologFinding[] {
  if (piece !== instructions[0])
    return [tell(piece.start, "there are two qbxml instructions", "leave one out")];
  const version = versionIn(source, piece);
  if (piece.name !== "qbxml")
    return [tell(piece.start, `the instruction is called qbxml, not ${piece.name}`, "write qbxml")];
  if (version === undefined)
    return [tell(piece.start, `the qbxml instruction needs a version, as in <?qbxml version="16.0"?>`)];
  if (readVersion(version) !== undefined) return [];
  const given = shown("", textOf(version));
  const near = meantVersion(given);
  const message = `there is no qbXML version "${given}"; the last one is ${QBXML_VERSIONS.at(-1) as string}`;
  const finding = tell(piece.start, message, near === undefined ? undefined : `write ${near}`);
  return [{ ...finding, verdict: { ...finding.verdict, given, allowed: QBXML_VERSIONS } }];
}

/** `13.0` of `13`, the last one of one to come. */
export function meantVersion(given: string): string | undefined {
  if (QBXML_VERSIONS.includes(`${given}.0`)) return `${given}.0`;
  const last = QBXML_VERSIONS.at(-1) as string;
  return Number(given) > Number(last) ? last : nearestName(given, QBXML_VERSIONS);
}

function doctype(source: string, prolog: Prolog, { start, end }: Piece): PrologFinding {
  if (!OLD_DOCTYPE.test(source.slice(start, end)))
    return tell(start, "a DOCTYPE is not allowed", "leave it out");
  const message = "this DOCTYPE is how versions 1.x began; it is not accepted any more";
  const repair = `write <?qbxml version="2.0"?>, or a later version, in its place`;
  return tell(start, message, prolog.instructions.length > 0 ? "leave it out" : repair);
}

function checkPresence(source: string, prolog: Prolog): PrologFinding[] {
  const findings: PrologFinding[] = [];
  const { pieces, declarations, instructions, misplaced } = prolog;
  const old = pieces.some(
    ({ kind, start, end }) => kind === "doctype" && OLD_DOCTYPE.test(source.slice(start, end)),
  );
  if (declarations.length === 0) findings.push(noDeclaration());
  if ([...instructions, ...misplaced].every((piece) => !isNamed(piece, "qbxml")) && !old) {
    const message = `the instruction <?qbxml version="16.0"?> is missing before the QBXML element`;
    findings.push(tell(prolog.end, message, "add it, with the version that your QuickBooks has"));
  }
  return findings;
}

function noDeclaration(): PrologFinding {
  const message = `the XML declaration <?xml version="1.0"?> is missing; the connector adds it, other programs may not`;
  const finding = tell(0, message, "add it at the very beginning");
  return { ...finding, verdict: { ...finding.verdict, severity: "warning" } };
}

function tell(offset: number, message: string, repair?: string): PrologFinding {
  return { offset, verdict: { rule: "prolog", message, ...(repair === undefined ? {} : { repair }) } };
}
