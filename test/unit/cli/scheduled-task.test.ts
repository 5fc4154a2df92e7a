import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runCommand, taskProgram } from "../../../dist/cli/scheduled-task.js";
import { temporaryFolder } from "../../support/command.js";

test("a program that cannot be started has no exit code", (t) => {
  const { exitCode, text } = runCommand(join(temporaryFolder(t), "schtasks.exe"), []);
  assert.equal(exitCode, undefined);
  assert.match(text, /ENOENT/);
});

test("what a program says on both outputs is kept, without what the terminal could take for an order", () => {
  const script = `process.stdout.write("out\\u001b[2J\\u0000 \\u00fc\\n"); process.stderr.write("err"); process.exitCode = 3;`;
  assert.deepEqual(runCommand(process.execPath, ["--eval", script]), {
    exitCode: 3,
    text: "out?[2J ?\n\nerr",
  });
});

test("the schtasks.exe of Windows itself is run, wherever Windows is", () => {
  assert.equal(taskProgram({ SystemRoot: "D:\\WINNT" }), "D:\\WINNT\\System32\\schtasks.exe");
  assert.equal(taskProgram({}), "C:\\Windows\\System32\\schtasks.exe");
});
