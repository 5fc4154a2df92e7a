import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it, type TestContext } from "node:test";
import { SETTINGS } from "../../../support/quickbooks-requests.js";
import { scriptedRoad, type ScriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";
import type { ComRequestProcessorOptions } from "qbconnector/com";

const FACTS = {
  windowsVersion: "10.0.19045",
  user: "ann",
  session: 2,
  elevated: false,
  servers: [],
  quickBooks: [
    { name: "QBW.EXE", pid: 4242, session: 2, elevated: false },
    { name: "QBW.EXE", pid: 4343, session: 1, elevated: false },
  ],
  dialogs: [],
};
const NOBODY = { ...FACTS, quickBooks: FACTS.quickBooks.slice(1) };

function stuck(
  t: TestContext,
  options: ComRequestProcessorOptions,
  { hresult = "0x80040401", facts = FACTS }: { hresult?: string; facts?: unknown } = {},
): ScriptedRoad {
  const refusing = { acts: { open: { hresult } }, facts };
  const scripted = scriptedRoad(t, [refusing, { facts }, refusing, { facts }, {}], options);
  scripted.running.add(4242).add(4343);
  return scripted;
}

const MODULES = ["quickbooks/com/close-and-retry.js", "quickbooks/com/clock.js", "index.js"].map(
  (path) => new URL(`../../../../dist/${path}`, import.meta.url).href,
);
/** Nothing but the wait for QuickBooks' end keeps it running. */
const WAITING_PROGRAM = `
const [{ CloseAndRetry }, { systemClock }, { QBError }] = await Promise.all(${JSON.stringify(MODULES)}.map((url) => import(url)));
let looks = 0;
let opened = 0;
const options = { closeAndRetryConnect: true, closeAndRetryCount: 1, closeAndRetryTimeout: 60,
  closeAndRetryErrorList: ["0x80040401"], logger: { warn() {}, error() {} } };
const surroundings = { clock: systemClock, isRunning: () => ++looks < 3, endProcess() {} };
const look = async () => ({ session: 1, quickBooks: [{ name: "QBW.EXE", pid: 1, session: 1 }] });
const open = async () => {
  if (++opened === 1) throw new QBError("QB_QUICKBOOKS_UNREACHABLE", "", { hresult: "0x80040401" });
  return "opened again";
};
process.stdout.write(await new CloseAndRetry(options, surroundings, look).run(open, undefined));
`;

describe("closeAndRetryConnect", () => {
  it("keeps the program running while it waits for the end of QuickBooks", () => {
    const program = ["--input-type=module", "-e", WAITING_PROGRAM];
    const { status, stdout } = spawnSync(process.execPath, program, { encoding: "utf8", timeout: 60_000 });
    // 13: the program ended while it waited.
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "opened again" });
  });

  it("is off: QuickBooks is not ended", async (t) => {
    const { road, ended, calls } = stuck(t, {});
    await assert.rejects(road.open(SETTINGS), { hresult: "0x80040401" });
    await road.release();
    assert.deepEqual(ended, []);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 end"]);
  });

  it("ends the QuickBooks of this Windows session, says so, and opens again", async (t) => {
    const { road, ended, calls, logged } = stuck(t, { closeAndRetryConnect: true, closeAndRetryCount: 2 });
    const session = await road.open(SETTINGS);
    assert.deepEqual(ended, [4242]);
    assert.deepEqual(
      calls().filter((call) => !call.endsWith("end")),
      ["1 find", "1 open", "2 look", "3 open", "4 look", "5 open"],
    );
    assert.match(logged[0]!.message, /QBW\.EXE is ended/);
    await session.close();
  });

  it("does so as often as closeAndRetryCount says", async (t) => {
    const { road, calls } = stuck(t, { closeAndRetryConnect: true, closeAndRetryCount: 1 });
    await assert.rejects(road.open(SETTINGS), { hresult: "0x80040401" });
    assert.deepEqual(
      calls().filter((call) => !call.endsWith("end")),
      ["1 find", "1 open", "2 look", "3 open"],
    );
  });

  it("only for the failures of the list", async (t) => {
    const person = stuck(t, { closeAndRetryConnect: true }, { hresult: "0x8004040A" });
    await assert.rejects(person.road.open(SETTINGS), { hresult: "0x8004040A" });
    assert.deepEqual(person.ended, []);
    const options = {
      closeAndRetryConnect: true,
      closeAndRetryErrorList: ["0x8004040a"],
      closeAndRetryCount: 2,
    };
    const listed = stuck(t, options, { hresult: "0x8004040A" });
    await (await listed.road.open(SETTINGS)).close();
    assert.deepEqual(listed.ended, [4242]);
  });

  it("does not open again where no QuickBooks of this session runs", async (t) => {
    const { road, ended, calls } = stuck(t, { closeAndRetryConnect: true }, { facts: NOBODY });
    await assert.rejects(road.open(SETTINGS), { hresult: "0x80040401" });
    assert.deepEqual(ended, []);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 end", "2 look", "2 end"]);
  });

  it("waits closeAndRetryTimeout seconds for its end, and then gives the failure", async (t) => {
    const { road, running, ended, clock } = stuck(t, { closeAndRetryConnect: true, closeAndRetryTimeout: 3 });
    running.delete = () => false;
    const opening = assert.rejects(road.open(SETTINGS), { hresult: "0x80040401" });
    await until(() => ended.length === 1, "QuickBooks is ended");
    for (let waited = 0; waited < 3000; waited += 250) {
      await until(() => clock.due.length > 0, "its end is waited for");
      clock.advance(250);
    }
    await opening;
  });

  it("the caller's signal ends the wait", async (t) => {
    const { road, running, ended, clock, calls } = stuck(t, { closeAndRetryConnect: true });
    running.delete = () => false;
    const controller = new AbortController();
    const opening = road.open(SETTINGS, { signal: controller.signal });
    const refused = assert.rejects(opening, { code: "QB_ABORTED" });
    await until(() => ended.length === 1, "QuickBooks is ended");
    await until(() => clock.due.length > 0, "its end is waited for");
    controller.abort();
    clock.advance(250);
    await refused;
    assert.ok(!calls().includes("3 open"));
  });
});
