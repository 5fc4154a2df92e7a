import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { completeComOptions } from "../../../../dist/quickbooks/com/com-options.js";
import { ComRoad } from "../../../../dist/quickbooks/com/com-road.js";
import { checkOwnNode, programFacts, type ProgramFacts } from "../../../../dist/quickbooks/com/own-node.js";
import { systemSurroundings } from "../../../../dist/quickbooks/com/surroundings.js";
import { SETTINGS } from "../../../support/quickbooks-requests.js";

const SCRIPT: ProgramFacts = { isSingleExecutable: false, isPackaged: false, isElectron: false };

function pretend(t: TestContext, holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, configurable: true, enumerable: true });
  t.after(() => Reflect.deleteProperty(holder, name));
}

describe("a program that is no script of Node starts no host, which would be the program once more", () => {
  for (const [fact, what] of [
    ["isSingleExecutable", /single executable/],
    ["isPackaged", /pkg/],
    ["isElectron", /Electron/],
  ] as const)
    it(`${fact}: QB_PLATFORM, with another way`, () => {
      assert.throws(() => checkOwnNode({ ...SCRIPT, [fact]: true }, "process"), {
        code: "QB_PLATFORM",
        message: what,
        advice: /qbconnector serve.*URL/,
      });
    });

  it("a thread starts no program, but Electron forbids what COM needs", () => {
    checkOwnNode({ ...SCRIPT, isSingleExecutable: true }, "thread");
    checkOwnNode({ ...SCRIPT, isPackaged: true }, "thread");
    assert.throws(() => checkOwnNode({ ...SCRIPT, isElectron: true }, "thread"), { code: "QB_PLATFORM" });
  });

  it("a script is no such program", () => {
    assert.deepEqual(programFacts(), SCRIPT);
    checkOwnNode(SCRIPT, "process");
  });

  for (const [what, holder, name, value, host] of [
    ["pkg", process, "pkg", {}, "process"],
    ["Electron", process.versions, "electron", "40.0.0", "process"],
    ["Electron", process.versions, "electron", "40.0.0", "thread"],
  ] as const)
    it(`it is seen, and refused before anything is started: ${what}, ${host}`, async (t) => {
      pretend(t, holder, name, value);
      const road = new ComRoad(completeComOptions({ host }), systemSurroundings);
      for (const call of [() => road.open(SETTINGS), () => road.look(undefined)])
        await assert.rejects(call, { code: "QB_PLATFORM", message: new RegExp(what) });
      const start = host === "thread" ? systemSurroundings.startThread : systemSurroundings.startProcess;
      assert.throws(() => start(), { code: "QB_PLATFORM" });
    });
});
