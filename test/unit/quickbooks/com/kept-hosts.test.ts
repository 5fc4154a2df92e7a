import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import type { Act } from "../../../support/scripted-host.js";
import { isRunning, scriptedRoad, type ScriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const QUERY = messageSet("<HostQueryRq/>");
const FILE_A = { ...SETTINGS, companyFile: "C:\\Books\\A.qbw" };
const FILE_B = { ...SETTINGS, companyFile: "C:\\Books\\B.qbw" };
const BUSY = { hresult: "0x8001010A" };
const NODE_32 = "C:\\node32\\node.exe";
const SERVER_32 = {
  progId: "QBXMLRP2.RequestProcessor",
  clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3206}",
  view: "32-bit",
  kind: "in-process",
  path: "C:\\QBXMLRP2.dll",
  exists: true,
};

async function refuse({ road }: ScriptedRoad, name = SETTINGS.applicationName): Promise<void> {
  await assert.rejects(road.open({ ...FILE_A, applicationName: name }));
}

describe("hosts without a session", () => {
  for (const host of ["process", "thread"] as const)
    it(`in a ${host}: 20 opens that QuickBooks refuses, and one that it takes, start one`, async (t) => {
      const scripts = [{ acts: { open: { ...BUSY, times: 20 } } }];
      const scripted = scriptedRoad(t, scripts, { host });
      for (let count = 0; count < 20; count++) await refuse(scripted);
      const session = await scripted.road.open(FILE_A);
      await session.process(QUERY);
      await session.close();
      assert.equal(scripted.starts.length, 1);
      await scripted.road.release();
      const opens = Array.from({ length: 21 }, () => "1 open");
      assert.deepEqual(scripted.calls(), ["1 find", ...opens, "1 process", "1 close", "1 end"]);
    });

  it("serve company files in turn", async (t) => {
    const { road, starts, calls } = scriptedRoad(t);
    for (const file of [FILE_A, FILE_B, FILE_A]) await (await road.open(file)).close();
    assert.equal(starts.length, 1);
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 open", "1 close", "1 open"]);
  });

  it("serve the application that they had, and no other", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }]);
    for (const name of ["One", "Other", "One", "Other"]) await refuse(scripted, name);
    const own = { ...FILE_A, applicationName: "One", applicationId: "id" };
    await assert.rejects(scripted.road.open(own));
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "2 open", "1 open", "2 open", "3 open"]);
  });

  it("are four at most: the oldest is ended", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }]);
    for (const name of ["1", "2", "3", "4", "5", "6"]) await refuse(scripted, name);
    const [first, second, ...others] = scripted.pids();
    await until(() => !isRunning(first!) && !isRunning(second!), "the oldest have ended");
    assert.deepEqual(others.map(isRunning), [true, true, true, true]);
  });

  it("are ended after idleReleaseMs without an open", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }], { idleReleaseMs: 7000 });
    await refuse(scripted);
    scripted.clock.advance(6999);
    await refuse(scripted);
    assert.deepEqual(scripted.clock.due, [7000]);
    scripted.clock.advance(7000);
    await until(() => !isRunning(scripted.pids()[0]!), "the host has ended");
    await refuse(scripted);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "1 open", "1 end", "2 open"]);
  });

  it("are not kept with idleReleaseMs 0", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }], { idleReleaseMs: 0 });
    await refuse(scripted);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "1 end"]);
    assert.equal(isRunning(scripted.pids()[0]!), false);
  });

  it("are ended by release", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }]);
    await refuse(scripted);
    await scripted.road.release();
    assert.equal(isRunning(scripted.pids()[0]!), false);
    await refuse(scripted);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "1 end", "2 open"]);
  });

  it("are of the 32-bit Node when the server needs it", async (t) => {
    const gone = { acts: { open: BUSY }, servers: [SERVER_32] };
    const scripted = scriptedRoad(t, [gone], { node32: NODE_32 });
    for (let count = 0; count < 3; count++) await refuse(scripted);
    assert.deepEqual(scripted.starts, [process.execPath, NODE_32]);
    assert.deepEqual(scripted.calls(), ["1 find", "1 end", "2 open", "2 open", "2 open"]);
  });

  it("that ended while they were kept are replaced", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { open: BUSY } }]);
    await refuse(scripted);
    process.kill(scripted.pids()[0]!, "SIGKILL");
    await until(() => !isRunning(scripted.pids()[0]!), "it has ended");
    await until(() => scripted.logged.length > 0, "its end was told");
    await refuse(scripted);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "2 open"]);
  });

  const spoiled: readonly (readonly [string, Act])[] = [
    ["cannot undo what it did", { ...BUSY, remains: true }],
    ["has a defect", { error: { message: "oops" } }],
    ["sends nonsense", { reply: 1 }],
    ["crashes", { exit: 3 }],
  ];
  for (const [what, act] of spoiled)
    it(`are none of which one ${what} in open`, async (t) => {
      const scripted = scriptedRoad(t, [{ acts: { open: act } }, {}]);
      await refuse(scripted);
      await until(() => !isRunning(scripted.pids()[0]!), "the host has ended");
      await (await scripted.road.open(FILE_A)).close();
      assert.equal(scripted.starts.length, 2);
    });

  it("are none whose deadline passed", async (t) => {
    const { road, calls, starts } = scriptedRoad(t, [{ acts: { open: "hang" } }, {}]);
    const controller = new AbortController();
    const opening = road.open(FILE_A, { signal: controller.signal });
    await until(() => calls().includes("1 open"), "the host opens");
    controller.abort();
    await assert.rejects(opening, { code: "QB_ABORTED" });
    await (await road.open(FILE_A)).close();
    assert.equal(starts.length, 2);
  });

  it("are none whose session did not end in order", async (t) => {
    const { road, calls } = scriptedRoad(t, [{ acts: { close: { hresult: "0x80040402" } } }, {}]);
    await (await road.open(FILE_A)).close();
    await (await road.open(FILE_B)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 close", "1 end", "2 open"]);
  });

  it("are none whose session was lost", async (t) => {
    const { road, calls } = scriptedRoad(t, [{ acts: { process: { hresult: "0x80040402" } } }, {}]);
    const session = await road.open(FILE_A);
    await assert.rejects(session.process(QUERY));
    await session.close();
    await (await road.open(FILE_A)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 process", "1 close", "1 end", "2 open"]);
  });
});
