// Reading answers into records: ours against other parsers, each in a fresh process, whole and while the document arrives.
//   ROUNDS=3 node test/bench/reader.mjs [CUSTOMERS...]      default: 1000 50000, and 1 GB that is made while it is read
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { ResponseStream, readResponses } from "qbconnector/qbxml";
import { SaxesParser } from "saxes";
import xml2js from "xml2js";
import { customers } from "./customers.mjs";
import { median, printTable, ROUNDS } from "./measure.mjs";

const STREAMING = {
  "qbconnector, streaming": ownStream,
  "saxes and a builder, streaming": saxesStream,
  "fast-xml-parser, record by record": fxpStream,
};
const WHOLE = {
  "qbconnector, whole": (file) => readResponses(readFileSync(file)).responses[0].answer,
  "JSON.parse of the records": (file) => JSON.parse(readFileSync(file.replace(".xml", ".json"), "utf8")),
  "saxes and a builder, whole": saxesWhole,
  "fast-xml-parser, whole": (file) =>
    fxp().parse(readFileSync(file, "utf8")).QBXML.QBXMLMsgsRs.CustomerQueryRs.CustomerRet,
  "xml2js, whole": xml2jsWhole,
};
const PARSERS = { ...STREAMING, ...WHOLE };
/** Read for as long as this many bytes last. */
const ENDLESS = "qbconnector, 1 GB made while it is read";
const ENDLESS_BYTES = 1e9;

async function ownStream(file, take) {
  for await (const event of new ResponseStream(createReadStream(file)))
    if (event.type === "record") take(event.record);
}

/** The records of the file again and again. */
async function* repeated(file) {
  const bytes = readFileSync(file);
  const start = bytes.indexOf("<CustomerRet>");
  const end = bytes.lastIndexOf("</CustomerQueryRs>");
  yield bytes.subarray(0, start);
  for (let sent = 0; sent < ENDLESS_BYTES; sent += end - start)
    for (let at = start; at < end; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, end));
  yield bytes.subarray(end);
}

async function endlessStream(file, take) {
  for await (const event of new ResponseStream(repeated(file)))
    if (event.type === "record") take(event.record);
}

/** The usual builder: a stack of objects, text of leaves as strings. */
function saxesBuilder(take) {
  const parser = new SaxesParser({ xmlns: false });
  const open = [];
  let text = "";
  parser.on("opentag", ({ name }) => {
    text = "";
    open.push({ name, fields: undefined });
  });
  parser.on("text", (data) => (text += data));
  parser.on("closetag", () => {
    const { name, fields } = open.pop();
    if (name === "CustomerRet") return take(fields);
    const parent = open.at(-1);
    if (parent !== undefined && open.length > 3) (parent.fields ??= {})[name] = fields ?? text;
    text = "";
  });
  return parser;
}

async function saxesStream(file, take) {
  const parser = saxesBuilder(take);
  for await (const chunk of createReadStream(file, "utf8")) parser.write(chunk);
  parser.close();
}

function saxesWhole(file) {
  const records = [];
  saxesBuilder((record) => records.push(record))
    .write(readFileSync(file, "utf8"))
    .close();
  return records;
}

function fxp() {
  return new XMLParser({
    parseTagValue: false,
    htmlEntities: true,
    processEntities: { enabled: true, maxTotalExpansions: Infinity, maxExpandedLength: Infinity },
  });
}

/** It has no streaming of its own: the document is cut behind each record. */
async function fxpStream(file, take) {
  const parser = fxp();
  const END = "</CustomerRet>\n";
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    rest += chunk;
    for (let end = rest.indexOf(END); end !== -1; end = rest.indexOf(END)) {
      const start = rest.indexOf("<CustomerRet>");
      take(parser.parse(rest.slice(start, end + END.length)).CustomerRet);
      rest = rest.slice(end + END.length);
    }
  }
}

async function xml2jsWhole(file) {
  const parser = new xml2js.Parser({ explicitArray: false });
  return (await parser.parseStringPromise(readFileSync(file, "utf8"))).QBXML.QBXMLMsgsRs.CustomerQueryRs
    .CustomerRet;
}

if (process.argv[2] === "--one") await measureOne(process.argv[3], process.argv[4], process.argv[5]);
else {
  const counts = process.argv.slice(2).map(Number);
  for (const count of counts.length > 0 ? counts : [1_000, 50_000]) measureAll(count);
  if (counts.length === 0) measureEndless();
}

/** Prints milliseconds, CPU milliseconds, peak memory and what was read. */
async function measureOne(name, warmUp, file) {
  for (let turn = 0; turn < 10; turn++) await readAll(name, warmUp);
  const startCpu = process.cpuUsage();
  const start = performance.now();
  const records = await readAll(name, file);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(startCpu);
  console.log(
    JSON.stringify({
      ms,
      cpuMs: (user + system) / 1000,
      rssMB: peakMemory(),
      ...records,
    }),
  );
}

/** In MB. What the process had before it became this program, as its parent's copy, does not count. */
function peakMemory() {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(kilobytes) / 1024;
}

async function readAll(name, file) {
  let count = 0;
  let last;
  const take = (record) => {
    count++;
    last = record;
  };
  if (name === ENDLESS) await endlessStream(file, take);
  else if (name in STREAMING) await STREAMING[name](file, take);
  else for (const record of await WHOLE[name](file)) take(record);
  return { count, digest: createHash("sha256").update(canonical(last)).digest("hex").slice(0, 8) };
}

/** Booleans and numbers as the text that they were. */
function canonical(value) {
  return JSON.stringify(value, (_key, item) =>
    typeof item === "boolean" || typeof item === "number" ? String(item) : item,
  );
}

function measureAll(count) {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-bench-"));
  try {
    const [warmUp, file] = [write(folder, 1_000), write(folder, count)];
    const size = statSync(file).size;
    const results = new Map(Object.keys(PARSERS).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, runs] of results) runs.push(runOne(name, warmUp, file));
    report(results, size, count);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureEndless() {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-bench-"));
  try {
    const file = write(folder, 1_000);
    const runs = Array.from({ length: ROUNDS }, () => runOne(ENDLESS, file, file));
    const size = statSync(file).size * Math.round(runs[0].count / 1_000);
    console.log(`${runs[0].count} customers, ${(size / 1e6).toFixed(0)} MB, medians of ${ROUNDS} rounds`);
    printTable(["reader", "MB/s", "MB per CPU s", "peak MB"], [[ENDLESS, ...figures(runs, size)]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figures(runs, size) {
  return ["ms", "cpuMs"]
    .map((key) => (size / 1000 / median(runs.map((run) => run[key]))).toFixed(0))
    .concat(median(runs.map((run) => run.rssMB)).toFixed(0));
}

function write(folder, count) {
  const file = join(folder, `${count}.xml`);
  const handle = openSync(file, "w");
  for (const piece of customers(count)) writeSync(handle, piece);
  closeSync(handle);
  if (count <= 200_000)
    writeFileSync(
      file.replace(".xml", ".json"),
      JSON.stringify(readResponses(readFileSync(file)).responses[0].answer),
    );
  return file;
}

function runOne(name, warmUp, file) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--max-old-space-size=8000", import.meta.filename, "--one", name, warmUp, file],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

function report(results, size, count) {
  const [own] = results.values();
  const [{ digest }] = own;
  console.log(
    `${count} customers, ${(size / 1e6).toFixed(0)} MB, medians of ${ROUNDS} rounds, Node.js ${process.version}`,
  );
  const rows = [...results].map(([name, runs]) => {
    if (runs.some((run) => run.count !== count || run.digest !== digest))
      throw new Error(`${name} reads something else`);
    const ours = results.get(name in STREAMING ? "qbconnector, streaming" : "qbconnector, whole");
    const ratio = median(runs.map((run) => run.cpuMs)) / median(ours.map((run) => run.cpuMs));
    return [name, ...figures(runs, size), ratio.toFixed(2)];
  });
  printTable(["reader", "MB/s", "MB per CPU s", "peak MB", "times our CPU time"], rows);
}
