import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { QuickBooksSettings } from "qbconnector";
import { completeComOptions } from "../../dist/quickbooks/com/com-options.js";
import { ComRoad } from "../../dist/quickbooks/com/com-road.js";
import { systemSurroundings } from "../../dist/quickbooks/com/surroundings.js";
import { messageSet } from "../support/quickbooks-requests.js";
import { until } from "../support/until.js";
import { plainSettings } from "./support/host-settings.js";
import { startScriptedQuickBooks } from "./support/scripted-quickbooks.js";

const FILES = ["C:\\Books\\A.qbw", "C:\\Books\\B.qbw"];
const BUSY = { hresult: 0x8001010a };

function countingRoad(test: { after(work: () => unknown): unknown }, host: "process" | "thread") {
  let starts = 0;
  const counted = <Start extends (...values: never[]) => unknown>(start: Start): Start =>
    ((...values) => (starts++, start(...values))) as Start;
  const { startProcess, startThread } = systemSurroundings;
  const surroundings = {
    ...systemSurroundings,
    startProcess: counted(startProcess),
    startThread: counted(startThread),
  };
  const road = new ComRoad(completeComOptions({ host, idleReleaseMs: 600_000 }), surroundings);
  test.after(() => road.release());
  return { road, starts: () => starts };
}

for (const host of ["process", "thread"] as const)
  describe(`one ${host} as host`, () => {
    const settings: QuickBooksSettings = plainSettings;

    for (const step of ["OpenConnection2", "BeginSession"])
      it(`sees ${step} refused 20 times, holds nothing of QuickBooks, and opens in the end`, async (t) => {
        let refusals = 0;
        const quickBooks = await startScriptedQuickBooks(t, ({ method }) =>
          method === step && ++refusals <= 20 ? BUSY : undefined,
        );
        const { road, starts } = countingRoad(t, host);
        for (let count = 0; count < 20; count++)
          await assert.rejects(road.open(settings), { hresult: "0x8001010A" });
        await until(() => quickBooks.connected() === 0, "no request processor is left");
        const session = await road.open(settings);
        await session.process(messageSet("<HostQueryRq/>"));
        await session.close();
        assert.equal(starts(), 1);
      });

    it("serves company files in turn", async (t) => {
      const quickBooks = await startScriptedQuickBooks(t);
      const { road, starts } = countingRoad(t, host);
      for (let count = 0; count < 10; count++)
        await (await road.open({ ...settings, companyFile: FILES[count % 2] ?? "" })).close();
      const begun = quickBooks.calls.filter(({ method }) => method === "BeginSession");
      assert.deepEqual(
        begun.map((call) => call.arguments[0]),
        [...FILES, ...FILES, ...FILES, ...FILES, ...FILES],
      );
      assert.equal(starts(), 1);
    });
  });
