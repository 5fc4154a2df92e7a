import type { LintFinding, RepairChange } from "../qbxml/index.js";
import { onOneLine } from "./table.js";

/** Paints text for a terminal, or leaves it as it is. */
export type Paint = (text: string, colour: Colour) => string;
type Colour = keyof typeof COLOURS;

const COLOURS = { error: "1;31", warning: "1;33", fixed: "1;32", strong: "1", faint: "2" } as const;
const ESCAPE = "\u001b[";
/** Most of a line that is shown, around the place that is meant. */
const WINDOW = 100;
const LEAD = 60;

/** Colours go only to terminals, and nowhere when NO_COLOR is set. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const wanted = stream.isTTY && (process.env["NO_COLOR"] ?? "") === "";
  return wanted ? (text, colour) => `${ESCAPE}${COLOURS[colour]}m${text}${ESCAPE}0m` : (text) => text;
}

/** A finding as a compiler tells it: where, what, the line with a mark under the place, and what helps. */
export function formatFinding(
  file: string,
  finding: LintFinding,
  lines: readonly string[],
  paint: Paint,
): string {
  const { line, column, severity, rule, message } = finding;
  const where = paint(`${onOneLine(file)}:${line}:${column}:`, "strong");
  const head = `${where} ${paint(`${severity}[${rule}]:`, severity)} ${onOneLine(message)}\n`;
  return head + excerpt(finding, lines[line - 1] ?? "", paint) + notes(finding, paint);
}

export function formatChange(file: string, change: RepairChange, paint: Paint): string {
  const where = paint(`${onOneLine(file)}:${change.line}:${change.column}:`, "strong");
  return `${where} ${paint(`fixed[${change.rule}]:`, "fixed")} ${onOneLine(change.what)}\n`;
}

function excerpt({ line, column, severity }: LintFinding, text: string, paint: Paint): string {
  const characters = [...text];
  const from = Math.max(0, Math.min(column - 1 - LEAD, characters.length - WINDOW));
  const shown = characters
    .slice(from, from + WINDOW)
    .map(asOneColumn)
    .join("");
  const gutter = " ".repeat(String(line).length);
  const mark = " ".repeat(column - 1 - from) + paint("^", severity);
  const bar = paint("|", "faint");
  return ` ${paint(String(line), "faint")} ${bar} ${shown}\n ${gutter} ${bar} ${mark}\n`;
}

/** Nothing in the line moves the mark or steers the terminal. */
function asOneColumn(character: string): string {
  return /[\p{Cc}\p{Bidi_Control}]/u.test(character) ? " " : character;
}

function notes({ expected = [], allowed, repair, path, line, message }: LintFinding, paint: Paint): string {
  const values =
    typeof allowed === "string" ? [allowed].filter((words) => !message.includes(words)) : (allowed ?? []);
  const rows: readonly (readonly [string, string])[] = [
    ["in", path],
    ["expected", expected.join(", ")],
    ["allowed", values.slice(0, MAX_VALUES).join(", ") + (values.length > MAX_VALUES ? " ..." : "")],
    ["help", repair ?? ""],
  ];
  const gutter = " ".repeat(String(line).length);
  return rows
    .filter(([, text]) => text !== "")
    .map(([name, text]) => ` ${gutter} ${paint("=", "faint")} ${name}: ${onOneLine(text)}\n`)
    .join("");
}

const MAX_VALUES = 12;

/** `2 errors, 1 warning in 3 files.` */
export function formatSummary(findings: readonly LintFinding[], changes: number, files: number): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const parts = [
    ...(changes === 0 ? [] : [count(changes, "change")]),
    ...(errors === 0 ? [] : [count(errors, "error")]),
    ...(findings.length === errors ? [] : [count(findings.length - errors, "warning")]),
  ];
  return `${parts.length === 0 ? "No findings" : parts.join(", ")} in ${count(files, "file")}.\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
