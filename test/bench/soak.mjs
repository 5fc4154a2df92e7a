// Mixed clients on two connectors for minutes: nothing may be left behind, and what was written must be what was told.
//   node test/bench/soak.mjs [--seconds N]
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { printTable } from "./measure.mjs";
import { chance, curl, plainRequest, qbClient, rude, ticketLeaver } from "./soak-clients.mjs";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "180" } } });
const seconds = Number(values.seconds);
const HEAP_MARGIN = 12e6;
const QUIET_LIMIT_MS = 20_000;

const child = fork(fileURLToPath(new URL("./servers/soak.mjs", import.meta.url)), [], {
  execArgv: ["--expose-gc"],
});
const ended = once(child, "exit");
const [{ ports, pem, pin }] = await once(child, "message");
const targets = [{ url: `http://127.0.0.1:${ports[0]}` }, { url: `https://127.0.0.1:${ports[1]}`, pem, pin }];
const written = new Map();
const fates = new Map();
const waiting = new Map();
const problems = [];
let questions = 0;
let lastId = 0;

child.on("message", ({ written: ids, answer, ...state }) => {
  for (const id of ids ?? []) written.set(id, (written.get(id) ?? 0) + 1);
  waiting.get(answer)?.(state);
});

try {
  // What is made once and kept, such as the code of rare cases, is no leak.
  await load(seconds / 4);
  const before = await quiet();
  await load((seconds * 3) / 4);
  const after = await quiet(before.resources);
  judge(before, after);
} finally {
  await ask("end");
  child.disconnect();
  await ended;
}
check(!/Socket|TLS/.test(process.getActiveResourcesInfo().join()), "the clients left connections open");
for (const problem of problems) console.error(`FAILED: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function ask(what, more = {}) {
  const number = ++questions;
  return new Promise((resolve) => {
    waiting.set(number, resolve);
    child.send({ ask: what, number, ...more });
  }).finally(() => waiting.delete(number));
}

async function load(forSeconds) {
  const end = performance.now() + forSeconds * 1000;
  const ledger = {
    ids: () => `w${++lastId}`,
    tell: (id, fate) => fates.set(id, fate),
    going: () => performance.now() < end,
  };
  const clients = targets.flatMap((target) =>
    [qbClient, qbClient, plainRequest, plainRequest, curl, ticketLeaver, rude, rude, rude].map((client) =>
      client(target, ledger),
    ),
  );
  await Promise.all([...clients, restarts(ledger)]);
}

async function restarts({ going }) {
  while (going()) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await ask("restart", { index: chance(0.5) ? 0 : 1 });
  }
}

/** Waits until the connectors hold nothing but their listening sockets. */
async function quiet(resources = /^(?:PipeWrap )*TCPServerWrap TCPServerWrap$/) {
  const end = performance.now() + QUIET_LIMIT_MS;
  for (;;) {
    const state = await ask("state");
    const same =
      typeof resources === "string" ? state.resources === resources : resources.test(state.resources);
    if ((same && state.openSessions === 0) || performance.now() > end) {
      check(same, `open handles: ${state.resources}`);
      check(state.openSessions === 0, `${state.openSessions} sessions are open`);
      return state;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function judge(before, after) {
  const grown = after.heap - before.heap;
  check(grown < HEAP_MARGIN, `the heap grew by ${(grown / 1e6).toFixed(1)} MB`);
  const counts = { ok: 0, unknown: 0, not_applied: 0 };
  const allowed = { ok: [1], unknown: [0, 1], not_applied: [0] };
  for (const [id, fate] of fates) {
    const times = written.get(id) ?? 0;
    counts[fate]++;
    check(allowed[fate]?.includes(times), `${id} was told "${fate}" and written ${times} times`);
  }
  for (const id of written.keys()) check(fates.has(id), `${id} was written, and nobody was told anything`);
  for (const [fate, count] of Object.entries(counts)) check(count > 0, `no write was ever "${fate}"`);
  printTable(
    ["told", "writes", "written"],
    Object.entries(counts).map(([fate, count]) => [
      fate,
      count,
      [...fates].reduce((sum, [id, told]) => sum + (told === fate ? (written.get(id) ?? 0) : 0), 0),
    ]),
  );
  console.log(
    `heap ${(before.heap / 1e6).toFixed(1)} MB, ${seconds} s later ${(after.heap / 1e6).toFixed(1)} MB; open handles: ${after.resources}`,
  );
}

function check(right, problem) {
  if (!right && problems.length < 20) problems.push(problem);
}
