// A small request through the connector: 600 bytes in, 2 KB out, Basic, a processor that answers at once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTurns, median, printTable, ROUNDS, SECONDS, startServer } from "./measure.mjs";
import { AUTHORIZATION, REQUEST } from "./messages.mjs";

const CASES = {
  "node:http, password, body": ["bare", []],
  "+ gate": ["bare", ["gate"]],
  "+ gate + session queue": ["bare", ["gate", "queue"]],
  fastify: ["fastify", []],
  "connector, all defaults": ["connector", []],
  "connector, every event heard": ["connector", ["events"]],
};
const names = Object.keys(CASES);
const folder = mkdtempSync(join(tmpdir(), "qbconnector-bench-"));
const script = join(folder, "post.lua");
writeFileSync(
  script,
  `wrk.method = "POST"\nwrk.headers["Content-Type"] = "text/xml"\nwrk.headers["Authorization"] = ${JSON.stringify(AUTHORIZATION)}\nwrk.body = [==[${REQUEST}]==]\n`,
);

const servers = new Map();
for (const name of names) servers.set(name, await startServer(CASES[name][0], { args: CASES[name][1] }));
try {
  for (const name of names) await load(name, 1);
  const results = await inTurns(names, (name) => load(name, SECONDS));
  print(results);
} finally {
  for (const server of servers.values()) await server.stop();
  rmSync(folder, { recursive: true });
}

async function load(name, seconds) {
  const server = servers.get(name);
  const before = await server.cpu();
  const args = [
    "-c",
    "1",
    "wrk",
    "-t1",
    "-c32",
    `-d${seconds}s`,
    "-s",
    script,
    `http://127.0.0.1:${server.port}/`,
  ];
  const child = spawn("taskset", args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await once(child, "close");
  const cpu = (await server.cpu()) - before;
  if (/Non-2xx/.test(output)) throw new Error(`${name} refused requests:\n${output}`);
  const requests = Number(/(\d+) requests in/.exec(output)[1]);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]), cpu: cpu / requests };
}

function print(results) {
  const speed = (name) => median(results.get(name).map((result) => result.perSecond));
  const cpu = (name) => median(results.get(name).map((result) => result.cpu));
  const base = names[0];
  console.log(`medians of ${ROUNDS} rounds of ${SECONDS} s, Node.js ${process.version}`);
  printTable(
    ["server", "requests/s", "ratio", "CPU us/request", "CPU ratio"],
    names.map((name) => [
      name,
      Math.round(speed(name)),
      (speed(name) / speed(base)).toFixed(2),
      cpu(name).toFixed(1),
      (cpu(name) / cpu(base)).toFixed(2),
    ]),
  );
}
