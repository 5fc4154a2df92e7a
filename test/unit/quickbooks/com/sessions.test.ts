import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import { isRunning, scriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const QUERY = messageSet("<HostQueryRq/>");
const FILE_A = { ...SETTINGS, companyFile: "C:\\Books\\A.qbw" };
const FILE_B = { ...SETTINGS, companyFile: "C:\\Books\\B.qbw" };

describe("sessions of the COM road", () => {
  it("a closed session is parked, checked and taken again by the same settings", async (t) => {
    const { road, calls, starts } = scriptedRoad(t);
    const first = await road.open(FILE_A);
    await first.process(QUERY);
    await first.close();
    const second = await road.open({ ...FILE_A, companyFile: "c:/books/a.QBW" });
    assert.equal(second.companyFile, "C:\\Books\\A.qbw");
    await second.process(QUERY);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 process", "1 check", "1 process"]);
    assert.deepEqual(starts, [process.execPath]);
    await second.close();
  });

  it("a session that was closed answers 0x8004040C, also while it is parked, and may be closed twice", async (t) => {
    const { road, calls } = scriptedRoad(t);
    const session = await road.open(FILE_A);
    await session.close();
    await session.close();
    await assert.rejects(session.process(QUERY), { code: "QB_SESSION_LOST", hresult: "0x8004040C" });
    assert.deepEqual(calls(), ["1 find", "1 open"]);
  });

  it("a parked session is ended in order when the idle time is over, and its process with it", async (t) => {
    const { road, calls, pids, clock } = scriptedRoad(t, [{}], { idleReleaseMs: 7000 });
    await (await road.open(FILE_A)).close();
    assert.deepEqual(clock.due, [7000]);
    clock.advance(6999);
    assert.deepEqual(calls(), ["1 find", "1 open"]);
    clock.advance(1);
    await until(() => !isRunning(pids()[0]!), "the host has ended");
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 end"]);
    const again = await road.open(FILE_A);
    assert.deepEqual(calls().slice(4), ["2 open"]);
    await again.close();
  });

  it("a session that is taken again is not ended by the time of before", async (t) => {
    const { road, calls, clock } = scriptedRoad(t);
    await (await road.open(FILE_A)).close();
    const session = await road.open(FILE_A);
    clock.advance(60_000);
    await session.process(QUERY);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 check", "1 process"]);
    await session.close();
  });

  it("idleReleaseMs 0 ends the session before close resolves", async (t) => {
    const { road, calls, pids } = scriptedRoad(t, [{}], { idleReleaseMs: 0 });
    await (await road.open(FILE_A)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 end"]);
    assert.equal(isRunning(pids()[0]!), false);
  });

  it("the parked session of another application is ended before another company file is opened", async (t) => {
    const { road, calls } = scriptedRoad(t);
    await (await road.open(FILE_A)).close();
    const other = await road.open({ ...FILE_B, applicationName: "Another" });
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "2 open"]);
    await other.close();
  });

  it("two applications on one company file have a process each, and both are parked", async (t) => {
    const { road, calls, pids } = scriptedRoad(t);
    const one = await road.open(FILE_A);
    const other = await road.open({ ...FILE_A, applicationName: "Another" });
    await one.close();
    await other.close();
    await (await road.open(FILE_A)).close();
    await (await road.open({ ...FILE_A, applicationName: "Another" })).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "2 open", "1 check", "2 check"]);
    assert.equal(pids().filter(isRunning).length, 2);
    await road.release();
    assert.equal(pids().filter(isRunning).length, 0);
  });

  it("of one application, the parked session with other settings is ended before another is opened", async (t) => {
    const { road, calls } = scriptedRoad(t);
    await (await road.open(FILE_A)).close();
    await (await road.open({ ...FILE_A, readOnly: true })).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 open"]);
  });

  it("the session for whatever file is open stands in nobody's way", async (t) => {
    const { road, calls } = scriptedRoad(t);
    await (await road.open(FILE_A)).close();
    await (await road.open({ ...SETTINGS, applicationName: "Another" })).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "2 open"]);
  });

  it("release ends everything that is parked, and open works again", async (t) => {
    const { road, calls, pids } = scriptedRoad(t);
    await (await road.open(FILE_A)).close();
    await road.release();
    assert.equal(isRunning(pids()[0]!), false);
    await (await road.open(FILE_A)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 end", "2 open"]);
  });

  it("release leaves a session alone that is in use", async (t) => {
    const { road } = scriptedRoad(t);
    const session = await road.open(FILE_A);
    await road.release();
    await session.process(QUERY);
    await session.close();
  });

  it("a parked session that QuickBooks has dropped is ended, and another opened", async (t) => {
    const { road, calls } = scriptedRoad(t, [{ acts: { check: { hresult: "0x8004040D" } } }, {}]);
    await (await road.open(FILE_A)).close();
    const session = await road.open(FILE_A);
    await session.process(QUERY);
    assert.deepEqual(calls(), [
      ...["1 find", "1 open", "1 check", "1 close", "1 end"],
      ...["2 open", "2 process"],
    ]);
    await session.close();
  });

  for (const [hresult, isParked] of [
    ["0x80040400", true],
    ["0x80040414", true],
    ["0x80040402", false],
    ["0x8004FFFF", false],
  ] as const)
    it(`after ${hresult} a session is ${isParked ? "" : "not "}parked`, async (t) => {
      const { road, calls } = scriptedRoad(t, [{ acts: { process: { hresult, description: "Why." } } }]);
      const session = await road.open(FILE_A);
      await assert.rejects(session.process(QUERY), (error) => {
        assert.ok(error instanceof QBError);
        assert.equal(error.hresult, hresult);
        assert.match(error.message, /Why\./);
        assert.equal(error.details["step"], "process");
        return true;
      });
      await session.close();
      assert.equal(calls().includes("1 close"), !isParked);
    });

  it("an open that QuickBooks refuses leaves no process behind when the idle time is over", async (t) => {
    const { road, calls, pids, clock } = scriptedRoad(t, [{ acts: { open: { hresult: "0x80040403" } } }]);
    await assert.rejects(road.open(FILE_A), { code: "QB_COMPANY_FILE", hresult: "0x80040403" });
    assert.deepEqual(calls(), ["1 find", "1 open"]);
    assert.deepEqual(clock.due, [5000]);
    clock.advance(5000);
    await until(() => !isRunning(pids()[0]!), "the host has ended");
    assert.deepEqual(calls(), ["1 find", "1 open", "1 end"]);
  });

  it("a host without koffi says what to install", async (t) => {
    const error = { message: "koffi cannot be loaded", advice: "Install it." };
    const { road } = scriptedRoad(t, [{ acts: { find: { error } } }]);
    await assert.rejects(road.open(FILE_A), { code: "QB_PLATFORM", advice: "Install it." });
  });

  it("a defect in the host is told as one", async (t) => {
    const { road } = scriptedRoad(t, [{ acts: { open: { error: { message: "oops" } } } }]);
    await assert.rejects(road.open(FILE_A), { code: "QB_INTERNAL" });
  });
});
