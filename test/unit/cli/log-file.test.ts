import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LogFile } from "../../../dist/cli/log-file.js";
import { temporaryFolder } from "../../support/command.js";

const read = (file: string): string => readFileSync(file, "utf8");

test("a full file is kept as .old and begun anew: two files at most, no line torn or lost between them", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  const log = new LogFile(file, 100);
  const lines = Array.from({ length: 30 }, (_, at) => `line ${String(at).padStart(3, "0")} äöü\n`);
  for (const line of lines) log.write(line);
  assert.deepEqual(readdirSync(folder).sort(), ["connector.log", "connector.log.old"]);
  const kept = read(`${file}.old`) + read(file);
  assert.ok(statSync(file).size <= 100 && statSync(`${file}.old`).size <= 100);
  assert.equal(kept, lines.slice(-kept.split("\n").length + 1).join(""));
  log.close();
});

test("what an earlier run wrote counts, and a line longer than a file is written whole", (t) => {
  const file = join(temporaryFolder(t), "connector.log");
  const earlier = new LogFile(file, 100);
  earlier.write(`${"a".repeat(80)}\n`);
  earlier.close();
  const log = new LogFile(file, 100);
  log.write(`${"b".repeat(300)}\n`);
  assert.equal(read(file), `${"b".repeat(300)}\n`);
  assert.equal(read(`${file}.old`), `${"a".repeat(80)}\n`);
  log.close();
});

test("a file that cannot be renamed is written on", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  mkdirSync(`${file}.old`);
  writeFileSync(join(`${file}.old`, "kept"), "");
  const log = new LogFile(file, 10);
  log.write("first line\n");
  log.write("second line\n");
  assert.equal(read(file), "first line\nsecond line\n");
  log.close();
});

test("a file that was closed can be removed, and is begun anew by the next line", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "connector.log");
  const log = new LogFile(file, 100);
  log.write("first line\n");
  log.close();
  rmSync(file);
  assert.deepEqual(readdirSync(folder), []);
  log.write("second line\n");
  assert.equal(read(file), "second line\n");
  log.close();
});
