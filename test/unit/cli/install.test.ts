import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { XMLParser } from "fast-xml-parser";
import { install, uninstall } from "../../../dist/cli/commands/install.js";
import { configWithUser, temporaryFolder } from "../../support/command.js";
import { scriptedSchtasks, type ScriptedSchtasks } from "../../support/scripted-schtasks.js";

const PROGRAM = String.raw`D:\Windows\System32\schtasks.exe`;
const NAME = { name: "qbconnector" };

async function installed(t: TestContext): Promise<ScriptedSchtasks & { config: string }> {
  const config = await configWithUser(t);
  const scripted = scriptedSchtasks();
  install({ ...NAME, config }, scripted.machine);
  return { ...scripted, config };
}

test("install registers a task in UTF-16, from a private file that is gone afterwards", async (t) => {
  const config = await configWithUser(t);
  const files: string[] = [];
  const scripted = scriptedSchtasks();
  const { run } = scripted.machine;
  const machine = {
    ...scripted.machine,
    run: (program: string, parameters: readonly string[]) => {
      const file = parameters[parameters.indexOf("/XML") + 1] ?? "";
      if (parameters[0] === "/Create") {
        files.push(file);
        if (process.platform !== "win32") {
          assert.equal(statSync(file).mode & 0o777, 0o600);
          assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
        }
      }
      return run(program, parameters);
    },
  };
  install({ ...NAME, config }, machine);
  const [file = ""] = files;
  assert.deepEqual(scripted.calls.at(-1), [PROGRAM, "/Create", "/XML", file, "/TN", "qbconnector", "/F"]);
  assert.equal(existsSync(dirname(file)), false);
  const bytes = scripted.tasks.get("qbconnector") ?? Buffer.alloc(0);
  assert.deepEqual([bytes[0], bytes[1]], [0xff, 0xfe]);
  const { Task } = new XMLParser().parse(bytes.toString("utf16le").slice(1)) as {
    Task: { Principals: { Principal: object }; Actions: { Exec: object } };
  };
  assert.deepEqual(Task.Principals.Principal, {
    UserId: String.raw`SHOP\ann`,
    LogonType: "InteractiveToken",
    RunLevel: "LeastPrivilege",
  });
});

test("install says what it registered, how to start it, see it and undo it, and why it is no service", async (t) => {
  const { said, warned, config } = await installed(t);
  const text = said.join("\n");
  assert.match(text, /Registered the task "qbconnector"\. When SHOP\\ann logs on/);
  assert.ok(text.includes(`"C:\\Program Files\\nodejs\\node.exe" C:\\Users\\ann`));
  assert.match(text, /session 0[^]*0x80040408/);
  assert.match(text, /schtasks \/Run \/TN qbconnector\n/);
  assert.match(text, /schtasks \/Query \/TN qbconnector \/V \/FO LIST\n/);
  assert.ok(text.includes(join(dirname(config), "connector.log")));
  assert.match(text, /qbconnector uninstall$/);
  assert.deepEqual(warned, []);
});

test("a name with blanks is quoted in what install says", async (t) => {
  const { machine, said } = scriptedSchtasks();
  install({ name: String.raw`Books\My task`, config: await configWithUser(t) }, machine);
  assert.match(said.join("\n"), /\/Run \/TN "Books\\My task"\n[^]*uninstall --name "Books\\My task"$/);
});

test("install a second time replaces the task, uninstall removes it, a second uninstall says that there is none", async (t) => {
  const { machine, tasks, said, config } = await installed(t);
  install({ ...NAME, config, user: "other" }, machine);
  assert.match(tasks.get("qbconnector")?.toString("utf16le") ?? "", /<UserId>other</);
  uninstall("qbconnector", machine);
  assert.equal(tasks.size, 0);
  assert.match(said.at(-1) ?? "", /^Removed the task "qbconnector"/);
  uninstall("qbconnector", machine);
  assert.match(said.at(-1) ?? "", /There is no task "qbconnector".*nothing was removed\. FEHLER: Das System/);
});

test("a task of somebody else is neither replaced nor removed", async (t) => {
  const { machine, tasks } = scriptedSchtasks();
  const theirs = Buffer.from(
    "<Task><RegistrationInfo><Author>CORP</Author></RegistrationInfo></Task>",
    "utf16le",
  );
  tasks.set("Backup", theirs);
  const refused = { code: "QB_INVALID_ARGUMENT", message: /"Backup" was not made by qbconnector/ };
  const config = await configWithUser(t);
  assert.throws(() => install({ name: "Backup", config }, machine), refused);
  assert.throws(() => uninstall("Backup", machine), refused);
  assert.equal(tasks.get("Backup"), theirs);
});

test("each failure of schtasks.exe comes with its text and what to do", async (t) => {
  const config = await configWithUser(t);
  const { machine, answers, tasks } = scriptedSchtasks();
  answers.set("/Create", { exitCode: 1, text: "ERROR: Access is denied." });
  assert.throws(
    () => install({ ...NAME, config }, machine),
    ({ message, advice }: Error & { advice: string }) => {
      assert.match(message, /could not register.*ended with 1: ERROR: Access is denied\./);
      assert.match(advice, /Run as administrator/);
      return true;
    },
  );
  answers.set("/Create", { exitCode: undefined, text: "spawnSync ENOENT" });
  assert.throws(() => install({ ...NAME, config }, machine), /could not be run: spawnSync ENOENT/);
  answers.clear();
  install({ ...NAME, config }, machine);
  answers.set("/Delete", { exitCode: 1, text: "ERROR: Access is denied." });
  assert.throws(() => uninstall("qbconnector", machine), /could not remove.*Access is denied/);
  assert.equal(tasks.size, 1);
});

test("install refuses before it asks Windows anything", async (t) => {
  const config = await configWithUser(t);
  const none = join(temporaryFolder(t), "none.json");
  const wrong = join(temporaryFolder(t), "wrong.json");
  writeFileSync(wrong, '{"users": [], "quickbooks": {"idle": 1}}', { mode: 0o600 });
  const { machine, calls } = scriptedSchtasks();
  assert.throws(() => install({ ...NAME, config: none }, machine), /no users/);
  assert.throws(
    () => install({ ...NAME, config: wrong }, machine),
    /wrong\.json: quickbooks\.idle is not a known key/,
  );
  for (const name of [
    "",
    " ",
    "a/b",
    "a:b",
    'a"b',
    "a\nb",
    "a\\",
    "\\\\a",
    "..\\a",
    "a\\.\\b",
    "x".repeat(201),
  ])
    assert.throws(() => install({ name, config }, machine), /cannot be the name of a task/, name);
  for (const user of ["", "  ", "a\u0000b", "\uD800"])
    assert.throws(() => install({ ...NAME, config, user }, machine), /is no Windows account/);
  for (const script of [
    "C:\\%TEMP%\\main.js",
    "C:\\$(Arg0)\\main.js",
    "C:\\a\u0001\\main.js",
    "C:\\\uDC00.js",
  ])
    assert.throws(() => install({ ...NAME, config }, { ...machine, script }), /in a task/, script);
  assert.throws(() => uninstall("a/b", machine), /cannot be the name of a task/);
  for (const command of [
    () => install({ ...NAME, config }, { ...machine, platform: "linux" }),
    () => uninstall("qbconnector", { ...machine, platform: "linux" }),
  ])
    assert.throws(command, { code: "QB_PLATFORM", message: /on Windows only/ });
  assert.deepEqual(calls, []);
});

test("a program that will not stay is named, with what to do", async (t) => {
  const config = await configWithUser(t);
  const script = String.raw`C:\Users\ann\AppData\Local\npm-cache\_npx\9f\node_modules\qbconnector\dist\cli\main.js`;
  const node = String.raw`C:\nvm\v22.1.0\node.exe`;
  const { machine, warned, tasks } = scriptedSchtasks({ script, node });
  install({ ...NAME, config }, machine);
  assert.match(warned.join(""), /v22\.1\.0\\node\.exe, but it is in the folder of one version/);
  assert.match(warned.join(""), /_npx.*cache[^]*npm install --global qbconnector/);
  assert.equal(tasks.size, 1);
});
