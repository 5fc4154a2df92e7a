import { isGoodDeclaration, isNamed, MARK, OLD_DOCTYPE, versionIn, type Prolog } from "../lint/prolog.js";
import type { Piece } from "../lint/source-scan.js";
import type { SourceEdit } from "./source-edits.js";
import { readVersion } from "../lint/version-text.js";

const DECLARATION = '<?xml version="1.0"?>';

/** What puts the XML declaration and the qbxml instruction of requests in their places. */
export function repairProlog(
  source: string,
  prolog: Prolog,
  chooseVersion: () => string,
): readonly SourceEdit[] {
  if (!prolog.ofRequests) return [];
  const { pieces } = prolog;
  const odd = pieces.some((piece) => !isUnderstood(source, piece));
  return odd
    ? []
    : [...repairDeclaration(source, prolog), ...repairInstruction(source, prolog, chooseVersion)];
}

function isUnderstood(source: string, piece: Piece): boolean {
  const text = source.slice(piece.start, piece.end);
  if (piece.kind === "text") return !/[^ \t\r\n]/.test(text.replaceAll(MARK, ""));
  if (piece.kind === "doctype") return OLD_DOCTYPE.test(text);
  return piece.kind === "comment" || isNamed(piece, "xml") || isNamed(piece, "qbxml");
}

function repairDeclaration(source: string, { declarations, pieces }: Prolog): readonly SourceEdit[] {
  const [first, ...others] = declarations;
  if (first === undefined) return [insertion(0, `${DECLARATION}\n`, "added the XML declaration")];
  if (!isGoodDeclaration(source, first)) return [];
  const text = source.slice(first.start, first.end);
  const doubles = others
    .filter(({ start, end }) => source.slice(start, end) === text)
    .map((piece) => removal(source, piece, "removed the second XML declaration"));
  const before = pieces.slice(0, pieces.indexOf(first));
  if (before.length === 0) return doubles;
  if (before.every(({ kind }) => kind === "text"))
    return [
      {
        start: 0,
        end: first.start,
        replacement: "",
        rule: "prolog",
        what: `removed ${source.slice(0, first.start).includes(MARK) ? "a byte order mark" : "white space"} before the XML declaration`,
      },
      ...doubles,
    ];
  const leading = before[0]?.kind === "text" ? before[0].end : 0;
  return [
    {
      start: 0,
      end: leading,
      replacement: `${text}\n`,
      rule: "prolog",
      what: "moved the XML declaration to the beginning",
    },
    removal(source, first),
    ...doubles,
  ];
}

function repairInstruction(
  source: string,
  prolog: Prolog,
  chooseVersion: () => string,
): readonly SourceEdit[] {
  const misplaced = prolog.misplaced.filter((piece) => isNamed(piece, "qbxml"));
  const [first, ...others] = [...prolog.instructions, ...misplaced];
  const doctypes = prolog.pieces.filter(({ kind }) => kind === "doctype");
  if (doctypes.length > 0) return replaceDoctypes(source, doctypes, first, chooseVersion);
  if (first === undefined) {
    const text = instruction(chooseVersion());
    return [insertion(prolog.end, `${text}\n`, `added ${text}`)];
  }
  const version = versionIn(source, first);
  if (version === undefined) return [];
  if (readVersion(version) === undefined) return others.length === 0 ? completeVersion(first, version) : [];
  if (others.some((piece) => versionIn(source, piece) !== version)) return [];
  const doubles = others.map((piece) => removal(source, piece, "removed the second qbxml instruction"));
  if (misplaced[0] === first)
    return [
      insertion(
        prolog.end,
        `${instruction(version)}\n`,
        "moved the qbxml instruction before the QBXML element",
      ),
      removal(source, first),
      ...doubles,
    ];
  return first.name === "qbxml" ? doubles : [rename(first, version), ...doubles];
}

function replaceDoctypes(
  source: string,
  doctypes: readonly Piece[],
  present: Piece | undefined,
  chooseVersion: () => string,
): readonly SourceEdit[] {
  const removed = doctypes.map((piece) => removal(source, piece, "removed the DOCTYPE of versions 1.x"));
  const [first] = doctypes;
  if (present !== undefined || first === undefined) return removed;
  const text = instruction(chooseVersion());
  const what = `the DOCTYPE of versions 1.x became ${text}`;
  const replaced = { start: first.start, end: first.end, replacement: text, rule: "prolog", what } as const;
  return [replaced, ...removed.slice(1)];
}

/** `13` is `13.0`. */
function completeVersion({ start, end }: Piece, version: string): readonly SourceEdit[] {
  const right = `${version}.0`;
  if (readVersion(right) === undefined) return [];
  const what = `version "${version}" became "${right}"`;
  return [{ start, end, replacement: instruction(right), rule: "prolog", what }];
}

function rename({ start, end }: Piece, version: string): SourceEdit {
  const what = "wrote the name of the qbxml instruction in lower case";
  return { start, end, replacement: instruction(version), rule: "prolog", what };
}

function instruction(version: string): string {
  return `<?qbxml version="${version}"?>`;
}

function insertion(at: number, replacement: string, what: string): SourceEdit {
  return { start: at, end: at, replacement, rule: "prolog", what };
}

/** With the line end behind it, so that no empty line stays. */
function removal(source: string, { start, end }: Piece, what?: string): SourceEdit {
  const after = /^[ \t]*\r?\n/.exec(source.slice(end, end + 80))?.[0].length ?? 0;
  const edit = { start, end: end + after, replacement: "", rule: "prolog" } as const;
  return what === undefined ? edit : { ...edit, what };
}
