import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startProgram } from "../../../support/command.js";
import { isRunning } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const PROGRAM = fileURLToPath(new URL("../../../support/program-with-com-road.js", import.meta.url));

function start(t: TestContext, host: "process" | "thread", ...words: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-com-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = join(folder, "log.txt");
  writeFileSync(log, "");
  const script = JSON.stringify({ log });
  const program = startProgram(t, process.execPath, [PROGRAM, host, ...words], {
    environment: { QBCONNECTOR_SCRIPTED_HOST: script },
  });
  const lines = (): string[][] =>
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
  const calls = (): (string | undefined)[] => lines().map(([, call]) => call);
  return { program, calls, hostPid: () => Number(lines()[0]?.[0]) };
}

describe("the end of the program", () => {
  for (const state of ["park", "keep"])
    for (const host of ["process", "thread"] as const)
      it(`comes while a session is ${state === "park" ? "parked" : "open"} in a ${host}`, async (t) => {
        const { program, calls } = start(t, host, state);
        const { code, stdout, stderr } = await program.ended;
        assert.deepEqual([code, stdout, stderr], [0, "C:\\Books\\Open.qbw\n", ""]);
        if (host === "process") await until(() => calls().includes("end"), "the host was told");
      });

  it("by force ends the host, too", async (t) => {
    const { program, calls, hostPid } = start(t, "process", "stay");
    await until(() => calls().includes("open"), "the session is open");
    assert.equal(isRunning(hostPid()), true);
    program.signal("SIGKILL");
    await until(() => !isRunning(hostPid()), "the host has ended");
    assert.deepEqual(calls().slice(0, 3), ["start", "find", "open"]);
    // Windows ends it together with the program, before it can do anything.
    if (process.platform !== "win32") assert.deepEqual(calls().slice(3), ["end"]);
  });
});
