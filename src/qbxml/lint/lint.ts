import { QBError } from "../../errors.js";
import { checkCharacters } from "./character-check.js";
import { CodePage } from "../code-page.js";
import { decodeDocument } from "../decode.js";
import { addLooseText, LOOSE_TEXT, readElementSource, type SourceElement } from "./element-source.js";
import { mistakesInDocument } from "./envelope-check.js";
import { looseTextIn } from "./loose-text.js";
import { firstXmlMistake } from "./malformed.js";
import { checkProlog, readProlog, type Prolog } from "./prolog.js";
import type { CheckScope, Edition, Finding, LintFinding } from "../check/finding.js";
import type { Mistake } from "../check/mistake.js";
import { SourceText, textOf } from "./source-text.js";
import { undecodable } from "./undecodable.js";
import { QBXML_VERSIONS, readVersion } from "./version-text.js";

export type Country = "US" | "CA" | "UK" | "AU";

export interface LintOptions {
  /** Check against this version, for example `13.0`, whatever the document declares. */
  readonly version?: string;
  /** Whose QuickBooks it is for. Default: what the version names, as `CA3.0` does, else `US`. */
  readonly country?: Country;
  /** The Windows code page of the company file. Default: 1252. */
  readonly codePage?: string | number;
}

const EDITIONS: Readonly<Record<Country, Edition>> = { US: "QBD", CA: "QBCA", UK: "QBUK", AU: "QBAU" };
const LATEST = Number(QBXML_VERSIONS.at(-1));
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A finding, and the byte at which it stands. */
export interface PlacedFinding {
  readonly offset: number;
  readonly finding: Finding;
}

/**
 * Says of a qbXML document, requests or responses, everything that QuickBooks would refuse it for, and where, in the order
 * of the document. An empty list: nothing was found. Of a document that is not XML the first reason is the only finding.
 */
export function lint(document: string | Uint8Array, options: LintOptions = {}): LintFinding[] {
  const settings = readOptions(options);
  const text = typeof document === "string" ? document : decodeOrFinding(document);
  if (typeof text !== "string") return [text];
  const source = new SourceText(text);
  return placeFindings(source, lintSource(source, settings));
}

export function placeFindings(document: SourceText, placed: readonly PlacedFinding[]): LintFinding[] {
  return placed.map(({ offset, finding }) => Object.freeze({ ...finding, ...document.positionOf(offset) }));
}

export interface LintSettings {
  readonly version: string | undefined;
  readonly edition: Edition | undefined;
  readonly page: CodePage;
}

/** Throws `QB_INVALID_ARGUMENT`. */
export function readOptions({ version, country, codePage }: LintOptions): LintSettings {
  if (version !== undefined && readVersion(version) === undefined)
    throw wrongOption("version", version, QBXML_VERSIONS);
  if (country !== undefined && !Object.hasOwn(EDITIONS, country))
    throw wrongOption("country", country, Object.keys(EDITIONS));
  const edition = country === undefined ? undefined : EDITIONS[country];
  return { version, edition, page: CodePage.of(codePage ?? 1252) };
}

function wrongOption(name: string, value: string, known: readonly string[]): QBError {
  const message = `${name} "${String(value).slice(0, 40)}" is not one of ${known.join(", ")}`;
  return new QBError("QB_INVALID_ARGUMENT", message);
}

function decodeOrFinding(bytes: Uint8Array): string | LintFinding {
  try {
    return decodeDocument(bytes);
  } catch (error) {
    return undecodable(bytes, error);
  }
}

export function lintSource(document: SourceText, settings: LintSettings): PlacedFinding[] {
  const prolog = readProlog(document.source);
  const tree = readTree(document, prolog);
  if (!("root" in tree)) return [tree];
  const placed = [
    ...checkProlog(document.source, prolog).map(({ offset, verdict }) => ({
      offset,
      finding: { severity: "error", path: "", ...verdict } satisfies Finding,
    })),
    ...mistakesInDocument(tree.root, scopeOf(prolog, settings)).map((mistake) =>
      place(document, mistake, tree),
    ),
    ...(prolog.ofRequests ? checkCharacters(document, tree.root, settings.page) : []),
  ];
  return placed.sort((left, right) => left.offset - right.offset);
}

export function scopeOf(prolog: Prolog, { version, edition }: LintSettings): CheckScope {
  const declared = readVersion(version ?? prolog.version ?? "");
  return { version: declared?.number ?? LATEST, edition: edition ?? declared?.edition ?? "QBD" };
}

/** The elements of a document, and the places of text that stands beside elements. */
export interface DocumentTree {
  readonly root: SourceElement;
  readonly looseText: ReadonlyMap<unknown, number>;
}

/** The elements; or the one finding of a document that is not XML. What is wrong with the prolog is told elsewhere. */
export function readTree(document: SourceText, prolog: Prolog): DocumentTree | PlacedFinding {
  if (LONE_SURROGATE.test(document.text)) return malformed(0, "half of a surrogate pair");
  const bytes = Buffer.from(document.bytes);
  blank(bytes, 0, prolog.end);
  try {
    return readPastLooseText(document, bytes, prolog);
  } catch (error) {
    return explainMalformed(document, bytes, error);
  }
}

function readPastLooseText(document: SourceText, bytes: Buffer, prolog: Prolog): DocumentTree {
  try {
    return { root: readElementSource(bytes), looseText: new Map() };
  } catch (error) {
    if (!(error instanceof QBError) || error.code !== LOOSE_TEXT) throw error;
  }
  const loose = looseTextIn(document.source, prolog.end);
  for (const { start, end } of loose) blank(bytes, start, end);
  const root = readElementSource(bytes);
  const looseText = new Map<unknown, number>();
  for (const { start, end } of loose) {
    const text = document.source.slice(start, end);
    const element = addLooseText(root, start, textOf(text));
    const at = start + Math.max(0, text.search(/[^ \t\r\n]/));
    if (!looseText.has(element)) looseText.set(element, at);
  }
  return { root, looseText };
}

function blank(bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) if (bytes[at] !== 0x0a && bytes[at] !== 0x0d) bytes[at] = 0x20;
}

function explainMalformed(document: SourceText, bytes: Buffer, error: unknown): PlacedFinding {
  if (!(error instanceof QBError)) throw error;
  const found = firstXmlMistake(new SourceText(bytes.toString()));
  if (found !== undefined) return malformed(found.offset, found.message, found.repair);
  const { line, column } = error.details as { line?: number; column?: number };
  const message = error.message.replace(/^line \d+, column \d+: /, "");
  return malformed(document.offsetOf(line ?? 1, column ?? 1), message);
}

function malformed(offset: number, message: string, repair?: string): PlacedFinding {
  const finding: Finding = { rule: "malformed", severity: "error", path: "", message };
  return { offset, finding: repair === undefined ? finding : { ...finding, repair } };
}

function place(
  document: SourceText,
  { finding, element, kind, attribute }: Mistake,
  { looseText }: DocumentTree,
): PlacedFinding {
  const { start, contentStart, contentEnd } = element as SourceElement;
  if (attribute !== undefined)
    return { offset: attributeAt(document, start, contentStart, attribute), finding };
  if (finding.rule === "content") return { offset: looseText.get(element) ?? start, finding };
  return { offset: kind === "value" && contentStart < contentEnd ? contentStart : start, finding };
}

function attributeAt({ source }: SourceText, start: number, end: number, name: string): number {
  const found = new RegExp(`\\s${name.replace(/[^A-Za-z0-9_]/g, "\\$&")}\\s*=`).exec(
    source.slice(start, end),
  );
  return found === null ? start : start + found.index + 1;
}
