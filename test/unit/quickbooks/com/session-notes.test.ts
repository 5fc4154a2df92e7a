import assert from "node:assert/strict";
import { it } from "node:test";
import type { QuickBooksSession } from "qbconnector";
import { SETTINGS } from "../../../support/quickbooks-requests.js";
import type { HostScript } from "../../../support/scripted-host.js";
import { scriptedRoad } from "../../../support/scripted-road.js";

/** @param id Of the command: the first host is asked to find the server before. */
function openedWith(id: number, ...notes: readonly string[]): Pick<HostScript, "acts"> {
  const opened = { companyFile: "C:\\Books\\Open.qbw", versions: ["16.0"], release: "16.0", notes };
  return { acts: { open: { reply: { id, opened } } } };
}

it("what QuickBooks does not do of the settings is warned of, once for each road and note", async (t) => {
  const [unread, disobeyed] = ["it goes on without readOnly", "QuickBooks does not obey"] as const;
  const scripts = [openedWith(2, unread), openedWith(1, unread, disobeyed), openedWith(1, unread, disobeyed)];
  const warnings = async (): Promise<string[]> => {
    const { road, logged } = scriptedRoad(t, scripts);
    const openAgain = async (): Promise<QuickBooksSession> => {
      await road.release();
      return await road.open(SETTINGS);
    };
    for (let count = 0; count < scripts.length; count++) await (await openAgain()).close();
    return logged.map(({ message }) => message);
  };
  for (const road of ["one", "another"]) {
    const [first, second, ...others] = await warnings();
    assert.match(first ?? "", /goes on without readOnly/, road);
    assert.match(second ?? "", /does not obey/, road);
    assert.deepEqual(others, []);
  }
});
