// A small request through the connector: 600 bytes in, 2 KB out, Basic, a processor that answers at once.
import { inTurns, median, printTable, ROUNDS, SECONDS, startServer } from "./measure.mjs";
import { load, rowsOf } from "./wrk.mjs";

const CASES = {
  "node:http, password, body": ["bare", []],
  "+ gate": ["bare", ["gate"]],
  "+ gate + session queue": ["bare", ["gate", "queue"]],
  fastify: ["fastify", []],
  "connector, all defaults": ["connector", []],
  "connector, every event heard": ["connector", ["events"]],
};
const names = Object.keys(CASES);

const servers = new Map();
for (const name of names) servers.set(name, await startServer(CASES[name][0], { args: CASES[name][1] }));
try {
  for (const name of names) await load(servers.get(name), { seconds: 1 });
  const results = await inTurns(names, (name) => load(servers.get(name), { seconds: SECONDS }));
  console.log(`medians of ${ROUNDS} rounds of ${SECONDS} s, Node.js ${process.version}`);
  printTable(
    ["server", "requests/s", "ratio", "CPU us/request", "CPU ratio"],
    rowsOf(names, results, median),
  );
} finally {
  for (const server of servers.values()) await server.stop();
}
