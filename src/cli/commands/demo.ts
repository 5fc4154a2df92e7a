import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { formatConnectionString } from "../../connection-string.js";
import { QBConnector } from "../../connector/qb-connector.js";
import { QBError } from "../../errors.js";
import { narrate } from "../demo-narrator.js";
import { tellStory } from "../demo-story.js";
import { generatePassword } from "../generated-password.js";
import { say } from "../options.js";
import { pasteLines } from "../paste-lines.js";
import { untilStopped } from "../until-stopped.js";

const FIRST_PORT = 2080;
const LAST_PORT = 2099;
const USER = "demo";

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("show a connector on a simulated company, and a client that uses it; then keep serving")
    .option("--once", "end after the show")
    .addHelpText("after", "\nExample:\n  qbconnector demo --once")
    .action(demo);
}

async function demo({ once = false }: { readonly once?: boolean }): Promise<void> {
  const { Simulator } = await import("../../quickbooks/simulator/index.js");
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-demo-"));
  const connector = new QBConnector({
    quickbooks: new Simulator(),
    enableSSL: true,
    sslCertFile: join(folder, "certificate.pem"),
  });
  try {
    await serve(connector, once);
  } finally {
    await connector.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve(connector: QBConnector, once: boolean): Promise<void> {
  const password = generatePassword();
  connector.addUser(USER, password);
  await listenOnFreePort(connector);
  const stopped = once ? Promise.resolve() : untilStopped(connector, say);
  await show(connector, password);
  if (!once) say("Serving until Ctrl-C.");
  await stopped;
}

async function show(connector: QBConnector, password: string): Promise<void> {
  const url = `https://${connector.localHost}:${connector.localPort}`;
  const { pin } = connector.sslCert.exportPublic();
  const values = { URL: url, User: USER, Password: password, SSLPin: pin };
  say(`A connector serves a simulated company on ${url}. A client adds a customer and an invoice:\n`);
  narrate(connector);
  const table = await send(formatConnectionString(values));
  say(`\n${table}\n${pasteLines(values)}`);
}

async function send(connectionString: string): Promise<string> {
  const { QBClient } = await import("../../client/qb-client.js");
  const client = new QBClient(connectionString);
  try {
    return await tellStory(client);
  } finally {
    await client.close();
  }
}

/** From 2080 on; any free port when none of them is. */
async function listenOnFreePort(connector: QBConnector): Promise<void> {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    connector.localPort = port;
    if (await listens(connector)) return;
  }
  connector.localPort = 0;
  await connector.listen();
}

async function listens(connector: QBConnector): Promise<boolean> {
  try {
    await connector.listen();
    return true;
  } catch (error) {
    if (error instanceof QBError && error.details["reason"] === "EADDRINUSE") return false;
    throw error;
  }
}
