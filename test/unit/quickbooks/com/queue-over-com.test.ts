import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { QBError } from "qbconnector";
import { SessionQueue } from "../../../../dist/quickbooks/session-queue.js";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import { isRunning, scriptedRoad, type ScriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const WRITE = messageSet("<CustomerAddRq><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>");
const CALL = { user: "u:a", settings: SETTINGS, set: WRITE };

function queueOver(t: TestContext, { road }: ScriptedRoad): SessionQueue {
  const queue = new SessionQueue(road, {
    maxWaiting: 10,
    deadlineMs: 60_000,
    companyFileWaitMs: 60_000,
    ticketIdleMs: 60_000,
    retryPausesMs: [0, 0, 0],
  });
  t.after(() => queue.destroy(new QBError("QB_CLOSED", "the test is over")));
  return queue;
}

describe("the queue over the COM road", () => {
  it("a write gets a new host when that of the held session ended while it was idle", async (t) => {
    const scripted = scriptedRoad(t);
    const queue = queueOver(t, scripted);
    await queue.connect(SETTINGS);
    const [pid = 0] = scripted.pids();
    process.kill(pid, "SIGKILL");
    await until(() => scripted.logged.length > 0 && !isRunning(pid), "its end is known");
    assert.equal(queue.connected, false);
    await queue.process(CALL);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "2 open", "2 process"]);
    assert.equal(queue.connected, true);
  });

  it("a write gets a new host when the deadline ended that of the held session", async (t) => {
    const scripted = scriptedRoad(t, [{ acts: { process: "hang" } }, {}]);
    const queue = queueOver(t, scripted);
    await queue.connect(SETTINGS);
    const late = queue.process({ ...CALL, deadlineMs: 50 });
    await assert.rejects(late, { code: "QB_DEADLINE", outcome: "unknown" });
    await queue.process(CALL);
    assert.deepEqual(scripted.calls(), ["1 find", "1 open", "1 process", "2 open", "2 process"]);
  });

  it("QuickBooks is ended once for one call, however often the call is tried again", async (t) => {
    const facts = {
      windowsVersion: "",
      user: "ann",
      session: 2,
      elevated: false,
      servers: [],
      quickBooks: [{ name: "QBW.EXE", pid: 4242, session: 2, elevated: false }],
      dialogs: [],
    };
    for (const hresult of ["0x80040414", "0x80040401"]) {
      const options = { closeAndRetryConnect: true };
      const scripted = scriptedRoad(t, [{ acts: { open: { hresult } }, facts }], options);
      const queue = queueOver(t, scripted);
      await assert.rejects(queue.process(CALL), { hresult });
      assert.deepEqual(scripted.ended.length + scripted.logged.length, 1, hresult);
    }
  });
});
