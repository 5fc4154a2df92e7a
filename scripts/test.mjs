// Runs the compiled tests with node's own runner. It takes files differently by version of Node, hence the list.
//   node scripts/test.mjs [--in FOLDER[,FOLDER]] [--without FILE[,FILE]] [part of a file name ...]
import { setMaxListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { run } from "node:test";
import { tap } from "node:test/reporters";
import { parseArgs } from "node:util";

const FOLDERS = "unit,contract,integration,docs,fuzz";
/** Under Wine a process takes ten times longer to start. */
const FILE_TIMEOUT_MS = process.platform === "win32" ? 600_000 : 180_000;
/** Node 24 applies the time limit of a file to each of its tests and waits for what these leave behind. */
const RUN_TIMEOUT_MS = process.platform === "win32" ? 1_800_000 : 900_000;

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { in: { type: "string", default: FOLDERS }, without: { type: "string", default: "" } },
});
const leftOut = new Set(values.without.split(",").filter(Boolean));
const compiled = values.in.split(",").flatMap(compiledTests);
const unknown = [...leftOut].filter((name) => !compiled.some((file) => nameOf(file) === name));
if (unknown.length > 0) stop(`left out, but not there: ${unknown.join(", ")}`);
const files = compiled.filter(isWanted);
const missing = files.filter((file) => !existsSync(file));
if (files.length === 0) stop(`no test file in ${values.in} matches ${JSON.stringify(filters)}`);
if (missing.length > 0) stop(`not compiled: ${missing.join(", ")}; run: npm run build:tests`);

const listed = new Set(files.map((file) => resolve(file)));
const idle = [];
let failures = 0;
const signal = AbortSignal.timeout(RUN_TIMEOUT_MS);
setMaxListeners(0, signal);
const events = run({
  files: [...listed],
  concurrency: 2,
  timeout: FILE_TIMEOUT_MS,
  signal,
});
for await (const text of tap(worthReading(events))) process.stdout.write(text);

if (idle.length > 0) stop(`executed no test: ${idle.join(", ")}`);
process.exitCode = failures > 0 ? 1 : 0;

/** The compiled counterpart of every test source: nothing stale runs, nothing missing goes unnoticed. */
function compiledTests(folder) {
  const sources = join("test", folder);
  if (!existsSync(sources)) return [];
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join("build", folder, name.replace(/\.ts$/, ".js")));
}

function isWanted(file) {
  if (leftOut.has(nameOf(file))) return false;
  return filters.length === 0 || filters.some((part) => file.replaceAll("\\", "/").includes(part));
}

/** As `unit/index`. */
function nameOf(file) {
  return relative("build", file)
    .replaceAll("\\", "/")
    .replace(/\.test\.js$/, "");
}

/** A line for each file is printed here; the reporter gets every failure and the runner's own counts. */
async function* worthReading(source) {
  for await (const event of source) {
    const isFile = listed.has(event.data?.name);
    if (event.type === "test:complete" && isFile) printDuration(event.data);
    // The runner counts a file without tests as a test that passed.
    if (event.type === "test:pass" && isFile) idle.push(event.data.name);
    if (event.type === "test:fail") failures++;
    if (event.type === "test:pass" && typeof event.data.skip === "string") printSkipped(event.data);
    if (isWorthReading(event)) yield event;
  }
}

function printDuration({ name, details }) {
  console.log(`${relative("build", name)} ${(details.duration_ms / 1000).toFixed(1)} s`);
}

function printSkipped({ file, name, skip }) {
  console.log(`${nameOf(file)}: skipped: ${name}: ${skip}`);
}

function isWorthReading({ type, data }) {
  if (type === "test:fail") return data.details.error?.failureType !== "subtestsFailed";
  return (
    type === "test:stdout" || type === "test:stderr" || (type === "test:diagnostic" && data.nesting === 0)
  );
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
