// Refreshes in a loop, and reports each moment before anything else happens:
//   node refreshing-process.js SETTINGS TOKEN_ENDPOINT ROUNDS [SIGNAL MOMENT]
// MOMENT: the number of the file operation, counted from where the refresh is "marked" or "answered", as answered:3.
import fs from "node:fs";
import { Agent, request } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { QBError } from "../../../dist/errors.js";
import { keyFileSealer } from "../../../dist/online/vault/sealing.js";
import { fileStore } from "../../../dist/online/vault/settings-file.js";
import { TokenVault } from "../../../dist/online/vault/token-vault.js";
import { tokensOf } from "./intuit-stand-in.js";
import { APPLICATION, SILENT } from "./test-vault.js";

const REPORTS = 3;
const OPERATIONS = ["openSync", "writeSync", "fsyncSync", "linkSync", "renameSync", "rmSync"] as const;
const [settings = "", endpoint = "", rounds = "0", signal, moment = ""] = process.argv.slice(2);
const [phase, operation = ""] = moment.split(":");
const write = fs.writeSync.bind(fs);
const agent = new Agent({ keepAlive: true });
let counting = false;
let operations = 0;

function report(...words: readonly (string | number)[]): void {
  write(REPORTS, `${words.join(" ")}\n`);
}

/** The moment at which this process ends or stops itself, as if it came from outside. */
function at(reached: string): void {
  if (reached === phase) counting = true;
  if (!counting || signal === undefined || operations++ !== Number(operation)) return;
  counting = false;
  report("signal");
  process.kill(process.pid, signal);
}

for (const name of OPERATIONS) {
  const original = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (counting) at("");
      const result = original(...args);
      if (name === "renameSync" && args[1] === settings) report("stored");
      return result;
    },
  });
}
syncBuiltinESMExports();

function post(form: URLSearchParams): Promise<Record<string, unknown>> {
  const auth = `${APPLICATION.clientId}:${APPLICATION.clientSecret}`;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    const sending = request(endpoint, { method: "POST", agent, auth, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve(JSON.parse(text) as Record<string, unknown>)).on("error", reject);
    });
    sending.on("error", reject).end(form.toString());
  });
}

const vault = new TokenVault({
  store: fileStore(settings),
  sealer: keyFileSealer(`${settings}.key`),
  logger: { ...SILENT, warn: (_facts, message) => report("warned", message) },
  refresh: async (refreshToken, { refreshing }) => {
    const issuedAt = Date.now();
    report("sent", refreshing?.startedAt ?? 0);
    at("sent");
    const answer = await post(
      new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
    );
    if (answer["error"] === "invalid_grant") throw new QBError("QB_RECONNECT", "invalid_grant");
    report("answered");
    at("answered");
    return tokensOf(answer, issuedAt);
  },
});

function numberOf(token: string | undefined): number {
  return Number(token?.split("-")[1] ?? -1);
}

async function round(): Promise<void> {
  if (phase === "marked") at("marked");
  try {
    const { value } = await vault.accessToken({ force: true });
    report("saved");
    const stored = numberOf((await vault.read())?.grant?.accessToken);
    if (numberOf(value) > stored) report("unsaved", value, stored);
  } catch (error) {
    const { code, message, details } = error as QBError;
    if (code === "QB_RECONNECT") report("reconnect", String(details["since"]), String(details["reason"]));
    else if (code === "QB_TOKEN_STORE_BUSY") report("busy");
    else report("failed", code ?? "", message);
    if (code !== "QB_RECONNECT" && code !== "QB_TOKEN_STORE_BUSY") throw error;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

report("ready");
for (let left = Number(rounds); left > 0; left--) await round();
report("done");
agent.destroy();
