// What TLS costs: on kept connections, and for new ones, the connector and bare Node side by side. RSA 2048, TLS 1.3.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurns, median, printTable, ROUNDS, SECONDS, startServer } from "./measure.mjs";
import { load, rowsOf } from "./wrk.mjs";

const KEPT = {
  "node:http": "http",
  "node:https": "https",
  "connector HTTP": "http",
  "connector HTTPS": "https",
};
const folder = mkdtempSync(join(tmpdir(), "qbconnector-bench-"));
const certificate = `certificate=${join(folder, "certificate.pem")}`;

const servers = new Map();
// The connector makes the certificate, which the bare server takes from its file.
for (const name of Object.keys(KEPT).toReversed()) {
  const args = KEPT[name] === "https" ? [certificate] : [];
  servers.set(name, await startServer(name.startsWith("connector") ? "connector" : "bare", { args }));
}
try {
  await compare("kept connections", Object.keys(KEPT), true);
  await compare("a new connection for each request", ["node:https", "connector HTTPS"], false);
} finally {
  for (const server of servers.values()) await server.stop();
  rmSync(folder, { recursive: true });
}

async function compare(title, names, keepAlive) {
  const run = (name, seconds) => load(servers.get(name), { seconds, scheme: KEPT[name], keepAlive });
  for (const name of names) await run(name, 1);
  const results = await inTurns(names, (name) => run(name, SECONDS));
  console.log(`${title}: medians of ${ROUNDS} rounds of ${SECONDS} s, Node.js ${process.version}`);
  printTable(
    ["server", "requests/s", "ratio", "CPU us/request", "CPU ratio"],
    rowsOf(names, results, median),
  );
  if (keepAlive) printPairs(results);
}

/** HTTPS against HTTP of the same server. */
function printPairs(results) {
  const speed = (name) => median(results.get(name).map(({ perSecond }) => perSecond));
  const cpu = (name) => median(results.get(name).map((result) => result.cpu));
  for (const [plain, secure] of [
    ["node:http", "node:https"],
    ["connector HTTP", "connector HTTPS"],
  ]) {
    const ratio = (speed(secure) / speed(plain)).toFixed(2);
    console.log(`${secure} / ${plain}: ${ratio}, ${(cpu(secure) - cpu(plain)).toFixed(1)} us more\n`);
  }
}
