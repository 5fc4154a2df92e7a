import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { windowsCommandLine } from "../../dist/cli/windows-command-line.js";
import { configWithUser, runWell } from "../support/command.js";

const SYSTEM = join(process.env["SystemRoot"] ?? "C:\\windows", "System32");
const NAME = "qbconnector test & more";
/** Where the task service keeps what it was given. */
const TASK = join(SYSTEM, "Tasks", NAME);

/** Wine starts its task service with the first call, and does not wait for it. */
async function taskServiceRuns(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = spawnSync(join(SYSTEM, "sc.exe"), ["query", "Schedule"], { encoding: "latin1" });
    if (/RUNNING/.test(stdout)) return;
    spawnSync(join(SYSTEM, "net.exe"), ["start", "Schedule"]);
    await pause(100);
  }
  assert.fail("the task service does not start");
}

describe("qbconnector install on Windows", () => {
  before(taskServiceRuns);

  it("registers the task, again over itself, and uninstall removes it", async (test) => {
    const config = await configWithUser(test);
    const parameters = ["install", "--name", NAME, "--config", config];
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith("qbconnector-"));
    assert.match(await runWell(test, parameters), /^Registered the task "qbconnector test & more"/);
    const task = readFileSync(TASK, "utf8");
    assert.match(task, /<Author>qbconnector<\/Author>/);
    assert.match(task, /<ExecutionTimeLimit>PT0S<\/ExecutionTimeLimit>/);
    await runWell(test, parameters);
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith("qbconnector-")),
      folders,
    );
    assert.match(await runWell(test, ["uninstall", "--name", NAME]), /^Removed the task/);
    assert.equal(existsSync(TASK), false);
    assert.match(
      await runWell(test, ["uninstall", "--name", NAME]),
      /^There is no task.*nothing was removed/,
    );
  });

  it("quotes as Windows takes apart", () => {
    const parts = [
      "C:\\Program Files\\a b\\",
      'say "hi"',
      'a\\"b\\\\"',
      "",
      "é€\u{1F600} ",
      "\\\\server\\x y\\\\",
      "a'b",
    ];
    const script = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";
    const line = windowsCommandLine(["--eval", script, "--", ...parts]);
    const { stdout } = spawnSync(process.execPath, [line], {
      windowsVerbatimArguments: true,
      encoding: "utf8",
    });
    assert.deepEqual(JSON.parse(stdout), parts);
  });
});
