import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { LogFile } from "../../../dist/cli/log-file.js";
import { temporaryFolder } from "../../support/command.js";

/** Windows keeps the folder of a file that is open. */
function opened(t: TestContext, file: string, largest: number): LogFile {
  const log = new LogFile(file, largest);
  t.after(() => log.close());
  return log;
}

const read = (file: string): string => readFileSync(file, "utf8");

test("a full file is kept as .old and begun anew: two files at most, no line torn or lost between them", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  const log = opened(t, file, 100);
  const lines = Array.from({ length: 30 }, (_, at) => `line ${String(at).padStart(3, "0")} äöü\n`);
  for (const line of lines) log.write(line);
  assert.deepEqual(readdirSync(folder).sort(), ["connector.log", "connector.log.old"]);
  const kept = read(`${file}.old`) + read(file);
  assert.ok(statSync(file).size <= 100 && statSync(`${file}.old`).size <= 100);
  assert.equal(kept, lines.slice(-kept.split("\n").length + 1).join(""));
});

test("what an earlier run wrote counts, and a line longer than a file is written whole", (t) => {
  const file = join(temporaryFolder(t), "connector.log");
  opened(t, file, 100).write(`${"a".repeat(80)}\n`);
  const log = opened(t, file, 100);
  log.write(`${"b".repeat(300)}\n`);
  assert.equal(read(file), `${"b".repeat(300)}\n`);
  assert.equal(read(`${file}.old`), `${"a".repeat(80)}\n`);
});

test("a file that cannot be renamed is written on", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  mkdirSync(`${file}.old`);
  writeFileSync(join(`${file}.old`, "kept"), "");
  const log = opened(t, file, 10);
  log.write("first line\n");
  log.write("second line\n");
  assert.equal(read(file), "first line\nsecond line\n");
});

test("a file that was closed can be removed, and is begun anew by the next line", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  const log = opened(t, file, 100);
  log.write("first line\n");
  log.close();
  rmSync(file);
  assert.deepEqual(readdirSync(folder), []);
  log.write("second line\n");
  assert.equal(read(file), "second line\n");
});
