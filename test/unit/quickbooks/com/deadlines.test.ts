import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import { isRunning, scriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const QUERY = messageSet("<HostQueryRq/>");
const WRITE = messageSet("<CustomerAddRq><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>");

describe("deadlines of the COM road", () => {
  for (const [what, set, outcome] of [
    ["a read", QUERY, "not_applied"],
    ["a write", WRITE, "unknown"],
  ] as const)
    it(`the end of the signal ends the process that hangs in ${what}, and the next call gets another`, async (t) => {
      const { road, calls, pids } = scriptedRoad(t, [{ acts: { process: "hang" } }, {}]);
      const session = await road.open(SETTINGS);
      const controller = new AbortController();
      const call = session.process(set, { signal: controller.signal });
      await until(() => calls().includes("1 process"), "the host has the set");
      controller.abort();
      await assert.rejects(call, { code: "QB_ABORTED", outcome });
      assert.equal(isRunning(pids()[0]!), false);
      await assert.rejects(session.process(set), { hresult: "0x8004040C", outcome: "not_applied" });
      await session.close();
      const next = await road.open(SETTINGS);
      await next.process(QUERY);
      assert.deepEqual(calls(), ["1 find", "1 open", "1 process", "2 open", "2 process"]);
      await next.close();
    });

  it("the end of the signal ends a process that hangs in open", async (t) => {
    const { road, calls, pids } = scriptedRoad(t, [{ acts: { open: "hang" } }, {}]);
    const controller = new AbortController();
    const opening = road.open(SETTINGS, { signal: controller.signal });
    await until(() => calls().includes("1 open"), "the host opens");
    controller.abort();
    await assert.rejects(opening, { code: "QB_ABORTED", outcome: "not_applied" });
    assert.equal(isRunning(pids()[0]!), false);
    await (await road.open(SETTINGS)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "2 open"]);
  });

  it("the end of the signal ends a process that hangs in the check of a parked session", async (t) => {
    const { road, calls, pids } = scriptedRoad(t, [{ acts: { check: "hang" } }, {}]);
    await (await road.open(SETTINGS)).close();
    const controller = new AbortController();
    const opening = road.open(SETTINGS, { signal: controller.signal });
    await until(() => calls().includes("1 check"), "the host checks");
    controller.abort();
    await assert.rejects(opening, { code: "QB_ABORTED" });
    assert.equal(isRunning(pids()[0]!), false);
    await (await road.open(SETTINGS)).close();
    assert.deepEqual(calls().slice(-1), ["2 open"]);
  });

  it("a signal that has aborted already starts no process and sends nothing", async (t) => {
    const { road, calls, starts } = scriptedRoad(t);
    const signal = AbortSignal.abort();
    await assert.rejects(road.open(SETTINGS, { signal }), { code: "QB_ABORTED" });
    assert.deepEqual(starts, []);
    const session = await road.open(SETTINGS);
    await assert.rejects(session.process(WRITE, { signal }), { code: "QB_ABORTED", outcome: "not_applied" });
    await session.process(QUERY);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 process"]);
    await session.close();
  });

  it("a deadline is no crash: the next process starts at once, however many there were", async (t) => {
    const { road, calls, starts } = scriptedRoad(t, [{ acts: { open: "hang" } }]);
    for (let count = 1; count <= 4; count++) {
      const controller = new AbortController();
      const opening = road.open(SETTINGS, { signal: controller.signal });
      await until(() => calls().filter((call) => call.endsWith("open")).length === count, "the host opens");
      controller.abort();
      await assert.rejects(opening, { code: "QB_ABORTED" });
    }
    assert.equal(starts.length, 4);
  });

  it("an EndSession that hangs ends with its process after ten seconds", async (t) => {
    const { road, calls, pids, clock, logged } = scriptedRoad(t, [{ acts: { close: "hang" } }, {}]);
    await (await road.open(SETTINGS)).close();
    const released = road.release();
    await until(() => calls().includes("1 close"), "the host closes");
    clock.advance(9_999);
    assert.equal(isRunning(pids()[0]!), true);
    clock.advance(1);
    await released;
    assert.equal(isRunning(pids()[0]!), false);
    assert.match(logged[0]!.message, /did not end in order/);
    await (await road.open(SETTINGS)).close();
  });

  it("in a thread, a call that hangs is answered, and the next call gets another thread", async (t) => {
    const scripts = [{ acts: { process: "hang" as const } }, {}];
    const { road, clock, starts, calls } = scriptedRoad(t, scripts, { host: "thread" });
    const session = await road.open(SETTINGS);
    const controller = new AbortController();
    const call = session.process(WRITE, { signal: controller.signal });
    await until(() => calls().includes("1 process"), "the host has the set");
    controller.abort();
    clock.advance(2_000);
    await assert.rejects(call, { code: "QB_ABORTED", outcome: "unknown" });
    await session.close();
    const next = await road.open(SETTINGS);
    await next.process(QUERY);
    await next.close();
    assert.deepEqual(starts, ["thread", "thread"]);
  });
});
