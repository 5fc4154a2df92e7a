import { createInterface } from "node:readline";
import { Option, type Command } from "commander";
import { QBError } from "../../errors.js";
import type { ConnectionStatus, OnlineConnection, OnlineOptions } from "../../online/index.js";
import { EXIT } from "../exit-codes.js";
import { describeFailure, wrongUse } from "../failure.js";
import { say } from "../options.js";
import { RowTable } from "../row-table.js";

interface OnlineCommandOptions {
  readonly connectionString?: string;
  readonly paste?: boolean;
  readonly json?: boolean;
}

type Work = (connection: OnlineConnection, signal: AbortSignal) => Promise<unknown>;

const FIRST_ROWS = 100;

export function addOnlineCommands(program: Command): void {
  const online = program
    .command("online")
    .description("connect to QuickBooks Online, and ask it")
    .helpCommand(false)
    .addHelpText("after", HELP);
  addCommand(online, "login", "log in with a browser, and keep the tokens")
    .option("--paste", "open no browser: print where to log in, and read the URL at which it ended")
    .action((options: OnlineCommandOptions) => login(options));
  addCommand(online, "status", "how long the tokens last; asks nobody").action(
    (options: OnlineCommandOptions) => withConnection(options, "OFF", {}, showStatus),
  );
  addCommand(online, "query <query>", "print the objects that a query finds, while they come")
    .option("--json", "print each as a line of JSON instead of a table")
    .action((query: string, options: OnlineCommandOptions) =>
      withConnection(options, "REFRESH", {}, (connection, signal) =>
        printRows(connection.query(query, { signal }), options.json === true),
      ),
    );
  addCommand(online, "logout", "end the connection at Intuit, and forget the tokens").action(
    (options: OnlineCommandOptions) => withConnection(options, "OFF", {}, logout),
  );
}

function addCommand(online: Command, name: string, description: string): Command {
  return online
    .command(name)
    .description(description)
    .addOption(
      new Option("--connection-string <string>", "which company and application").env("QBCONNECTOR_ONLINE"),
    )
    .addHelpText("after", HELP);
}

const HELP = `
Put the connection string into the environment variable QBCONNECTOR_ONLINE rather than on the command line, which every
user of the machine can read. Once logged in it may be left out, or name the OAuthSettingsLocation only.

Exit codes:
  0  done; status: connected
  1  wrong use: bad options, a bad connection string, settings that cannot be read
  3  QuickBooks Online or the authorization server failed, refused, or could not be reached
  4  whether it was done is not known
  5  status: somebody has to log in

Examples:
  export QBCONNECTOR_ONLINE="OAuthClientId=...; OAuthClientSecret=...; CallbackURL=http://localhost:8080/callback; UseSandbox=true"
  qbconnector online login
  qbconnector online status
  qbconnector online query "select Id, DisplayName, Balance from Customer where Balance > '0'"
  qbconnector online logout`;

function login({ paste = false, ...options }: OnlineCommandOptions): Promise<void> {
  const tell = (url: URL): void => void process.stderr.write(`Log in here:\n\n${url.href}\n\n`);
  const ways: OnlineOptions = paste
    ? { openBrowser: () => {}, readRedirectedURL: ({ signal }) => readPasted(signal) }
    : {};
  return withConnection(options, "GETANDREFRESH", { onAuthorizationURL: tell, ...ways }, showStatus);
}

async function logout(connection: OnlineConnection): Promise<void> {
  try {
    await connection.revoke();
  } catch (error) {
    if ((error as QBError).code !== "QB_NOT_CONNECTED") throw error;
    return say("Nobody was logged in.");
  }
  await connection.forget();
  say("Logged out: the tokens are revoked and forgotten.");
}

/** Whatever the connection string says of InitiateOAuth, unless it is OFF: each command knows what it may do. */
async function withConnection(
  { connectionString = "" }: OnlineCommandOptions,
  initiate: "OFF" | "REFRESH" | "GETANDREFRESH",
  options: OnlineOptions,
  work: Work,
): Promise<void> {
  // Takes longer to load than all the rest; the other commands do without.
  const { connect, formatOnlineConnectionString, parseOnlineConnectionString } =
    await import("../../online/index.js");
  const values = parseOnlineConnectionString(connectionString);
  const InitiateOAuth = initiate === "REFRESH" && values.InitiateOAuth === "OFF" ? "OFF" : initiate;
  const text = formatOnlineConnectionString({ ...values, InitiateOAuth });
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => controller.abort();
  process.once("SIGINT", abort);
  try {
    await using connection = await connect(text, { ...options, signal });
    await work(connection, signal);
  } catch (error) {
    if (!(error instanceof QBError) || error.family === "usage") throw error;
    process.stderr.write(describeFailure(error));
    process.exitCode = error.outcome === "not_applied" ? EXIT.nothingApplied : EXIT.outcomeUnknown;
  } finally {
    process.off("SIGINT", abort);
  }
}

async function showStatus(connection: OnlineConnection): Promise<void> {
  const status = await connection.status();
  for (const [name, value] of statusLines(status)) say(`${name.padEnd(9)}  ${value}`);
  if (!status.connected) process.exitCode = EXIT.findings;
}

function statusLines(status: ConnectionStatus): [string, string][] {
  const { connected, companyId, sandbox, endedSince, endedReason } = status;
  const company = `${companyId ?? "not known"}${sandbox ? " (sandbox)" : ""}`;
  const ended = endedSince === undefined ? "" : `, since ${time(endedSince)}: ${endedReason}`;
  return [
    ["connected", connected ? "yes" : `no${ended}`],
    ["company", company],
    ["access", ends(status.accessTokenExpiresAt, "renewed when it is used")],
    ["refresh", ends(status.refreshTokenExpiresAt, "moves on with each use")],
    ["consent", ends(status.refreshTokenEndsAt, "whatever is done; then log in again")],
    ["days left", String(status.daysLeft ?? "not known")],
  ];
}

function ends(at: Date | undefined, note: string): string {
  return at === undefined ? "not known" : `until ${time(at)}, ${note}`;
}

function time(at: Date): string {
  return `${at.toISOString().slice(0, 16)}Z`;
}

async function printRows(rows: AsyncIterable<unknown>, json: boolean): Promise<void> {
  const first: unknown[] = [];
  let table: RowTable | undefined;
  const begin = async (): Promise<void> => {
    table = new RowTable(first);
    await print(table.heading() + first.map((row) => table?.line(row)).join(""));
  };
  for await (const row of rows) {
    if (json || typeof row !== "object") await print(`${JSON.stringify(row)}\n`);
    else if (table !== undefined) await print(table.line(row));
    else if (first.push(row) === FIRST_ROWS) await begin();
  }
  if (table === undefined && first.length > 0) await begin();
}

/** Waits for slow readers, so that a large answer is not held in memory. */
function print(text: string): Promise<void> | undefined {
  const { stdout } = process;
  if (stdout.write(text) || stdout.destroyed) return undefined;
  return new Promise((resolve) => {
    const go = (): void => {
      stdout.off("drain", go).off("close", go);
      resolve();
    };
    stdout.on("drain", go).on("close", go);
  });
}

/** The first line of standard input. */
async function readPasted(signal: AbortSignal): Promise<string> {
  process.stderr.write("Paste the URL at which the browser ended: ");
  const lines = createInterface({ input: process.stdin });
  const close = (): void => lines.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    for await (const line of lines) if (line.trim() !== "") return line.trim();
    throw wrongUse("no URL was pasted", "Paste the whole address that the browser shows after the login.");
  } finally {
    lines.close();
    process.stdin.destroy();
  }
}
