import { readFileSync, writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import type { QBClient } from "../../client/qb-client.js";
import { parseConnectionString } from "../../connection-string.js";
import { QBError } from "../../errors.js";
import { decodeDocument } from "../../qbxml/decode.js";
import type { LintFinding } from "../../qbxml/check/finding.js";
import { EXIT } from "../exit-codes.js";
import { naming, wrongUse } from "../failure.js";
import { summarizeResponse, type ResponseSummary } from "../response-summary.js";
import { formatTable, onOneLine } from "../table.js";

interface SendOptions {
  readonly to?: string;
  readonly output?: string;
  readonly raw?: boolean;
}

export function addSendCommand(program: Command): void {
  program
    .command("send <file>")
    .description("send the qbXML message set in a file (- is standard input) to a connector")
    .addOption(new Option("--to <connection-string>", "where to, as whom").env("QBCONNECTOR_TO"))
    .option("--output <file>", "write the response there, as it came")
    .option("--raw", "print the response, as it came, instead of the report")
    .addHelpText("after", SEND_HELP)
    .action(send);
}

const SEND_HELP = `
Put the connection string into the environment variable QBCONNECTOR_TO rather than into --to: the command line of a
process, and so the password, can be read by every user of the machine.

Exit codes:
  0  every request has the status Info or Warn
  1  wrong use: bad options, an unreadable file, a bad connection string
  2  at least one request has an Error status
  3  the connector or QuickBooks failed or could not be reached; nothing was applied
  4  whether the message set was applied is not known

Example:
  export QBCONNECTOR_TO="URL='http://127.0.0.1:2080' User='Foo' Password='Bar'"
  qbconnector send request.xml --output response.xml`;

async function send(file: string, options: SendOptions): Promise<void> {
  const client = await makeClient(options.to);
  try {
    const qbxml = readMessageSetFile(file);
    const answer = await sendOrReport(client, qbxml);
    if (answer !== undefined) show(answer, options);
  } finally {
    await client.close();
  }
}

async function makeClient(connectionString: string | undefined): Promise<QBClient> {
  if (connectionString === undefined)
    throw wrongUse("nobody to send to", "Give a connection string in QBCONNECTOR_TO or with --to.");
  if (parseConnectionString(connectionString).URL === undefined)
    throw wrongUse("the connection string has no URL", "Name the connector: URL='http://127.0.0.1:2080'");
  // The HTTP client takes longer to load than all the rest; the other commands do without.
  const { QBClient } = await import("../../client/qb-client.js");
  return new QBClient(connectionString);
}

function readMessageSetFile(file: string): string {
  const advice = "Name a file with a qbXML message set, or - for standard input.";
  return naming(`cannot read ${file}`, advice, () => decodeDocument(readFileSync(file === "-" ? 0 : file)));
}

/** Gives nothing when the call failed: then the failure was shown. Ctrl-C ends the call. */
async function sendOrReport(client: QBClient, qbxml: string): Promise<string | undefined> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once("SIGINT", abort);
  try {
    return await client.send(qbxml, { signal: controller.signal });
  } catch (error) {
    if (!(error instanceof QBError)) throw error;
    showFailure(error);
    return undefined;
  } finally {
    process.off("SIGINT", abort);
  }
}

function show(answer: string, { output, raw }: SendOptions): void {
  if (raw === true) process.stdout.write(answer);
  const saved = output === undefined || save(output, answer);
  try {
    const summary = summarizeResponse(answer);
    if (raw !== true) process.stdout.write(formatReport(summary));
    process.exitCode = summary.failed ? EXIT.requestFailed : saved ? EXIT.done : EXIT.wrongUse;
  } catch (error) {
    showFailure(error as QBError);
  }
}

/** The set was processed, so the report goes on when the file cannot be written. */
function save(file: string, answer: string): boolean {
  try {
    writeFileSync(file, answer);
    return true;
  } catch (error) {
    process.stderr.write(`qbconnector: the response was not written: ${(error as Error).message}\n`);
    return false;
  }
}

function formatReport({ rows, setStatus }: ResponseSummary): string {
  const headings = ["Request", "ID", "Status>", "Severity", "Objects>", "Message"];
  const cells = rows.map((row) => [
    row.request,
    row.requestID,
    row.statusCode,
    row.severity,
    String(row.objects),
    row.message,
  ]);
  return formatTable(headings, cells) + (setStatus === "" ? "" : `Message set status: ${setStatus}\n`);
}

function showFailure(error: QBError): void {
  const facts = {
    error: error.code,
    message: error.message,
    outcome: error.outcome,
    retryable: error.retryable ? "yes" : "no",
    hresult: error.hresult ?? "",
    who: error.who,
    advice: error.advice,
  };
  const shown = Object.entries(facts).filter(([, value]) => value !== "");
  process.stderr.write(
    [...shown, ...findingsOf(error)]
      .map(([name, value]) => `${name.padEnd(10)} ${onOneLine(value)}\n`)
      .join(""),
  );
  process.exitCode = error.outcome === "not_applied" ? EXIT.nothingApplied : EXIT.outcomeUnknown;
}

/** What the connector's lint found in a message set that QuickBooks refused without a reason. */
function findingsOf({ details }: QBError): [string, string][] {
  const findings = Array.isArray(details["findings"]) ? (details["findings"] as Partial<LintFinding>[]) : [];
  return findings.map(({ line, column, rule, message }) => [
    "finding",
    `${line ?? ""}:${column ?? ""} ${rule ?? ""}: ${message ?? ""}`,
  ]);
}
