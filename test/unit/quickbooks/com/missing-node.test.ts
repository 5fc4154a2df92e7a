import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { completeComOptions } from "../../../../dist/quickbooks/com/com-options.js";
import { ComRoad } from "../../../../dist/quickbooks/com/com-road.js";
import { ProcessLink } from "../../../../dist/quickbooks/com/process-link.js";
import { systemSurroundings } from "../../../../dist/quickbooks/com/surroundings.js";
import { SETTINGS } from "../../../support/quickbooks-requests.js";
import { scriptedRoad } from "../../../support/scripted-road.js";

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

it("a Node that does not exist is told by its path", async () => {
  const road = new ComRoad(completeComOptions({ logger }), {
    ...systemSurroundings,
    startProcess: () => (events) => new ProcessLink("host.js", "/nowhere/node32.exe", events),
  });
  await assert.rejects(road.open(SETTINGS), {
    code: "QB_QUICKBOOKS_FAILED",
    message: /could not be started: .*\/nowhere\/node32\.exe/,
  });
  await road.release();
});

it("a node32 that does not exist is told each time, and is no crash after which starts are put off", async (t) => {
  const node32 = join(tmpdir(), "no", "such", "node32.exe");
  const server = {
    progId: "QBXMLRP2.RequestProcessor",
    clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3206}",
    view: "32-bit",
    kind: "in-process",
    path: "C:\\QBXMLRP2.dll",
    exists: true,
  };
  const { startNode32 } = systemSurroundings;
  const { road } = scriptedRoad(t, [{ servers: [server] }], { node32 }, { startNode32 });
  for (let attempt = 1; attempt <= 4; attempt++)
    await assert.rejects(road.open(SETTINGS), {
      code: "QB_INSTALLATION",
      outcome: "not_applied",
      message: `node32 is ${node32}, and there is no such file`,
    });
});

it("a Node that Windows refuses to start at all is told by its path, with what to do", async () => {
  const road = new ComRoad(completeComOptions({ logger }), {
    ...systemSurroundings,
    // Node throws for it, as it does for a file that is no program, or that a policy forbids.
    startProcess: () => (events) => new ProcessLink("host.js", "\0", events),
  });
  await assert.rejects(road.open(SETTINGS), {
    code: "QB_INSTALLATION",
    outcome: "not_applied",
    message: /could not be started: .*node/,
    advice: /lets the account of this program start .*node/,
  });
});
