import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

const LOADER = `
import { writeSync } from "node:fs";
export async function load(url, context, next) {
  writeSync(1, url + "\\n");
  return next(url, context);
}`;

const PRELOAD = `
import fs from "node:fs";
import { register, syncBuiltinESMExports } from "node:module";
const { readFileSync } = fs;
fs.readFileSync = (path, options) => {
  fs.writeSync(1, path + "\\n");
  return readFileSync(path, options);
};
syncBuiltinESMExports();
register(${JSON.stringify(dataUrl(LOADER))});`;

/** The modules that a program loads and the files that it reads, in order; paths of the product begin behind dist/. */
export function loadedFiles(program: string): string[] {
  const args = ["--import", dataUrl(PRELOAD), "--input-type=module", "--eval", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((file) => file.replace(/^.*\/dist\//, ""));
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
