import assert from "node:assert/strict";
import { it } from "node:test";
import type { QBClient } from "qbconnector";
import { curl } from "../../support/curl.js";
import { add, query } from "../../support/message-sets.js";
import { until } from "../../support/until.js";
import type { HandleCounts } from "../support/handle-counts.js";
import { startOnWindows } from "../support/wine.js";
import { hostProcesses, residentBytes, wineProcesses } from "../support/wine-processes.js";
import { startWindowsConnector } from "../support/windows-connector.js";

interface Use {
  readonly bytes: { readonly connector: number; readonly host: number };
  readonly handles: { readonly connector: number; readonly host: number };
  /** As Linux numbers them: others are others. */
  readonly pids: readonly number[];
}

const DOCUMENT =
  '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0"/></QBXMLMsgsRs></QBXML>';
const CLIENTS = 4;
const WARM_UP = 2_000;
const ALL = 10_000;
/** Wine tells the size of a process's table of handles, which grows in steps; a leak of one for each call is 8,000. */
const MOST_HANDLES = 1_000;
/** A leak of 4 KB for each call is 31 MB; what a collector of garbage leaves for later is less. */
const MOST_BYTES = 20 * 1024 * 1024;

async function handles(): Promise<Use["handles"]> {
  const { status, output } = await startOnWindows("build/windows/support/handle-counts.js", {}).ended;
  assert.equal(status, 0, output);
  const { nodes, control } = JSON.parse(output) as HandleCounts;
  assert.ok(control > 0, "the table of handles grows with them");
  const host = nodes.find(({ parent }) => nodes.some(({ pid }) => pid === parent));
  const connector = nodes.find(({ pid }) => pid === host?.parent);
  assert.ok(host && connector && nodes.length === 2, output);
  return { connector: connector.handles, host: host.handles };
}

async function use(): Promise<Use> {
  const counted = await handles();
  const [host, ...otherHosts] = hostProcesses();
  const [connector, ...others] = wineProcesses().filter(({ pid }) => pid !== host?.pid);
  assert.ok(host && connector && otherHosts.length + others.length === 0, "a connector and its host run");
  const bytes = { connector: residentBytes(connector.pid), host: residentBytes(host.pid) };
  return { bytes, handles: counted, pids: [connector.pid, host.pid] };
}

/** Shared among the clients; each waits for its answer before it asks again. */
async function send(clients: readonly QBClient[], calls: number): Promise<void> {
  let left = calls;
  const work = clients.map(async (client) => {
    while (left-- > 0) assert.equal(await client.send(query()), DOCUMENT);
  });
  await Promise.all(work);
}

it("10,000 calls through one host: neither memory nor handles grow", async (t) => {
  const { client, quickBooks } = await startWindowsConnector(
    t,
    ({ method }) => (method === "ProcessRequest" ? { value: DOCUMENT } : undefined),
    { com: { idleReleaseMs: 120_000 } },
  );
  const clients = Array.from({ length: CLIENTS }, () => client());
  await send(clients, WARM_UP);
  const before = await use();
  await send(clients, ALL - WARM_UP);
  const after = await use();
  t.diagnostic(`after ${WARM_UP} calls ${JSON.stringify(before)}, after ${ALL} ${JSON.stringify(after)}`);
  const count = (name: string): number => quickBooks.calls.filter(({ method }) => method === name).length;
  assert.deepEqual([count("ProcessRequest"), count("OpenConnection2"), count("BeginSession")], [ALL, 1, 1]);
  assert.deepEqual(after.pids, before.pids);
  for (const who of ["connector", "host"] as const) {
    const [bytes, opened] = [after.bytes[who] - before.bytes[who], after.handles[who] - before.handles[who]];
    assert.ok(bytes < MOST_BYTES, `the memory of the ${who} grew by ${bytes} bytes`);
    assert.ok(opened < MOST_HANDLES, `the ${who} has ${opened} handles more`);
  }
});

it("while QuickBooks is busy with one call, all others are answered", async (t) => {
  const order: string[] = [];
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  t.after(() => letGo());
  const { client, url, quickBooks } = await startWindowsConnector(t, async ({ method }) => {
    if (method !== "ProcessRequest") return undefined;
    await held;
    order.push("QuickBooks");
    return { value: DOCUMENT };
  });
  const caller = client();
  const call = caller.send(query());
  await until(() => quickBooks.calls.some(({ method }) => method === "ProcessRequest"), "it is asked");
  const status = async (...args: readonly string[]): Promise<string> =>
    (await curl(["-k", "-w", "%{http_code}", "-o", "/dev/null", ...args])).stdout;
  order.push(`health ${await status(`${url}/health`)}`);
  order.push(
    `stranger ${await status("-u", "Foo:wrong", "-H", "Content-Type: text/xml", "-d", query(), url)}`,
  );
  await assert.rejects(client("Reader").send(add()), (error: { code?: unknown }) => {
    order.push(`refused ${String(error.code)}`);
    return true;
  });
  await assert.rejects(client().send("<QBXML>"), (error: { code?: unknown }) => {
    order.push(`malformed ${String(error.code)}`);
    return true;
  });
  letGo();
  assert.equal(await call, DOCUMENT);
  assert.deepEqual(order, [
    "health 200",
    "stranger 401",
    "refused QB_READ_ONLY",
    "malformed QB_XML_MALFORMED",
    "QuickBooks",
  ]);
});
