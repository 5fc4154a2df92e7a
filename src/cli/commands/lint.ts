import { readFileSync, realpathSync, statSync } from "node:fs";
import { Option, type Command } from "commander";
import { QBError } from "../../errors.js";
import { replaceFile } from "../../private-file.js";
import { decodeDocument } from "../../qbxml/decode.js";
import type { Country, LintFinding, LintOptions, RepairChange } from "../../qbxml/index.js";
import { EXIT } from "../exit-codes.js";
import { naming, wrongUse } from "../failure.js";
import { formatChange, formatFinding, formatSummary, paintFor } from "../finding-report.js";

interface LintCommandOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly qbxmlVersion?: string;
  readonly country?: Country;
  readonly codePage?: string;
}

type Language = typeof import("../../qbxml/index.js");

/** What was found in one file, after the fixing when that was asked for. */
interface Linted {
  readonly file: string;
  readonly text: string;
  readonly findings: readonly LintFinding[];
  readonly changes: readonly RepairChange[];
}

export function addLintCommand(program: Command): void {
  program
    .command("lint <file...>")
    .description("say what is wrong in qbXML files (- is standard input), where, and what belongs there")
    .option("--fix", "correct what can be corrected without a doubt, in the file; for - print it")
    .option("--json", "print one JSON document instead of the report")
    .option("--qbxml-version <version>", "check against this version, as 13.0 (default: the declared one)")
    .addOption(
      new Option("--country <country>", "whose QuickBooks it is for").choices(["US", "CA", "UK", "AU"]),
    )
    .option("--code-page <number>", "the Windows code page of the company file (default: 1252)")
    .addHelpText("after", LINT_HELP)
    .action(runLint);
}

const LINT_HELP = `
Exit codes:
  0  no errors; there may be warnings
  1  wrong use: bad options, an unreadable file
  5  at least one error

Examples:
  qbconnector lint request.xml
  qbconnector lint --fix request.xml`;

async function runLint(files: readonly string[], options: LintCommandOptions): Promise<void> {
  const { fix = false, json = false } = options;
  const settings = settingsOf(options);
  // The other commands do without the rules.
  const language = await import("../../qbxml/index.js");
  const linted = files.map((file) => {
    const bytes = readBytes(file);
    return fix ? fixFile(language, file, bytes, settings) : lintFile(language, file, bytes, settings);
  });
  // The fixed text of standard input goes to standard output; then the report must not.
  const stream = fix && files.includes("-") ? process.stderr : process.stdout;
  stream.write(json ? formatJson(linted) : formatReport(linted, stream));
  const failed = linted.some(({ findings }) => findings.some(({ severity }) => severity === "error"));
  process.exitCode = failed ? EXIT.findings : EXIT.done;
}

function settingsOf({ qbxmlVersion, country, codePage }: LintCommandOptions): LintOptions {
  return {
    ...(qbxmlVersion === undefined ? {} : { version: qbxmlVersion }),
    ...(country === undefined ? {} : { country }),
    ...(codePage === undefined ? {} : { codePage }),
  };
}

function readBytes(file: string): Buffer {
  const advice = "Name files with qbXML, or - for standard input.";
  return naming(`cannot read ${file}`, advice, () => readFileSync(file === "-" ? 0 : file));
}

function lintFile({ lint }: Language, file: string, bytes: Buffer, settings: LintOptions): Linted {
  const text = decodeOrUndefined(bytes);
  return {
    file,
    text: text ?? bytes.toString("latin1"),
    findings: lint(text ?? bytes, settings),
    changes: [],
  };
}

function fixFile(language: Language, file: string, bytes: Buffer, settings: LintOptions): Linted {
  const text = decodeOrUndefined(bytes);
  if (text === undefined) return lintFile(language, file, bytes, settings);
  const { text: fixed, changes, remaining } = language.repair(text, settings);
  if (file === "-") process.stdout.write(fixed);
  else if (changes.length > 0) writeFixed(file, bytes, text, fixed);
  return { file, text: fixed, findings: remaining, changes };
}

function decodeOrUndefined(bytes: Buffer): string | undefined {
  try {
    return decodeDocument(bytes);
  } catch (error) {
    if (error instanceof QBError) return undefined;
    throw error;
  }
}

function writeFixed(file: string, bytes: Buffer, text: string, fixed: string): void {
  const mark = bytes.length - Buffer.byteLength(text) === 3 ? "\uFEFF" : "";
  if (!Buffer.from(mark + text).equals(bytes))
    throw wrongUse(`cannot fix ${file}: it is not in UTF-8`, "Save it as UTF-8 first.");
  const target = realpathSync(file);
  naming(`cannot write ${file}`, "Check who may write the file and its folder.", () =>
    replaceFile(target, mark + fixed, statSync(target).mode & 0o777),
  );
}

function formatReport(linted: readonly Linted[], stream: NodeJS.WriteStream): string {
  const paint = paintFor(stream);
  const reports = linted.flatMap(({ file, text, findings, changes }) => {
    const name = file === "-" ? "<stdin>" : file;
    const lines = text.split(/\r\n?|\n/);
    return [
      ...changes.map((change) => formatChange(name, change, paint)),
      ...findings.map((finding) => formatFinding(name, finding, lines, paint)),
    ];
  });
  const findings = linted.flatMap((file) => file.findings);
  const changes = linted.reduce((sum, file) => sum + file.changes.length, 0);
  return reports.join("") + formatSummary(findings, changes, linted.length);
}

function formatJson(linted: readonly Linted[]): string {
  const files = linted.map(({ file, findings, changes }) => ({ file, findings, changes }));
  return `${JSON.stringify({ files }, null, 2)}\n`;
}
