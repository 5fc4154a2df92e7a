// The road through COM against the stub of QuickBooks: opening, small calls, large documents, memory of program and host.
// Here it starts itself with the Node of Windows under Wine; `node scripts/test-windows.mjs automation` prepares that.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inTurns, median, printTable, ROUNDS, SECONDS } from "./measure.mjs";

const SMALL = `<?xml version="1.0" encoding="utf-8"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerQueryRq requestID="1"/></QBXMLMsgsRq></QBXML>`;
const LARGE = SMALL.replace("/>", `><FullName>${"€üŽ…".repeat(1_250_000)}</FullName></CustomerQueryRq>`);
const SETTINGS = {
  applicationName: "bench",
  applicationId: "",
  companyFile: "",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
};
const CASES = ["child that echoes, no COM", "simulator, in-process", "COM, process", "COM, thread"];
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

async function startUnderWine() {
  const { runInWine, stopWine, windowsPath } = await import("../../scripts/windows/wine.mjs");
  const { APP, NODE_EXE } = await import("../../scripts/windows/windows-app.mjs");
  cpSync("test/bench", join(APP, "test", "bench"), { recursive: true });
  const args = ["--expose-gc", windowsPath(join(APP, "test", "bench", "com.mjs"))];
  const env = { QBSTUB_PORT: "", QBSTUB_ECHO: "1" };
  try {
    const { status, output } = await runInWine(NODE_EXE, args, {
      name: "bench-com",
      timeoutMs: 600_000,
      cwd: APP,
      env,
    });
    console.log(output);
    process.exitCode = status === 0 ? 0 : 1;
  } finally {
    stopWine();
  }
}

async function measure() {
  const { listProcesses } = await import("../../dist/windows/processes.js");
  const { findServers } = await import("../../dist/quickbooks/com/host/find-servers.js");
  const servers = findServers();
  if (servers.length === 0 || !servers.every(({ path }) => /stub\.(dll|exe)/i.test(path)))
    throw new Error("this benchmark calls the stub only, and something else is registered");
  const memory = await memoryReader();
  const hosts = () => listProcesses().filter(({ name, pid }) => name === "node.exe" && pid !== process.pid);
  const results = await inTurns(CASES, (name) => runCase(name, { hosts, memory }));
  console.log(`medians of ${ROUNDS} rounds of ${SECONDS} s, Node.js ${process.version}`);
  printResults(results);
}

async function runCase(name, { hosts, memory }) {
  const processor = await processors[name]();
  const small = { kind: "requests", text: SMALL, writes: false, requests: [{ name: "CustomerQueryRq" }] };
  const large = { ...small, text: LARGE };
  const opening = performance.now();
  const session = await processor.open(SETTINGS);
  const openMs = performance.now() - opening;
  for (let call = 0; call < 50; call++) await session.process(small);
  const perSecond = await callsPerSecond(session, small);
  globalThis.gc();
  const peak = watchMemory();
  const largeMs = [];
  for (let call = 0; call < 3 && processor.echoes !== false; call++)
    largeMs.push(await timeOf(() => session.process(large)));
  const result = {
    openMs,
    perSecond,
    largeMs: median(largeMs),
    program: peak(),
    host: Math.max(0, ...hosts().map(({ pid }) => memory(pid))),
  };
  await session.close();
  await processor.release?.();
  return result;
}

async function callsPerSecond(session, set) {
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < SECONDS * 1000; calls++) await session.process(set);
  return calls / ((performance.now() - start) / 1000);
}

async function timeOf(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** By how much heap and buffers of the program grow from now on at the highest, as seen every 2 ms. */
function watchMemory() {
  const held = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  let highest = before;
  const look = () => (highest = Math.max(highest, held()));
  const timer = setInterval(look, 2);
  return () => {
    clearInterval(timer);
    look();
    return highest - before;
  };
}

/** Peak resident memory of another process, as Windows counts it. */
async function memoryReader() {
  const { native } = await import("../../dist/windows/native.js");
  const kernel = native().open("kernel32.dll");
  const open = kernel.define("void *__stdcall OpenProcess(uint32_t, int, uint32_t)");
  const close = kernel.define("int __stdcall CloseHandle(void *)");
  const read = kernel.define("int __stdcall K32GetProcessMemoryInfo(void *, void *, uint32_t)");
  return (pid) => {
    const handle = open(0x1010, 0, pid);
    const counters = Buffer.alloc(72);
    counters.writeUInt32LE(counters.length, 0);
    const isRead = read(handle, counters, counters.length);
    close(handle);
    return isRead === 0 ? 0 : Number(counters.readBigUInt64LE(8));
  };
}

const processors = {
  "simulator, in-process": async () => {
    const { Simulator } = await import("qbconnector/simulator");
    const { readMessageSet } = await import("qbconnector/qbxml");
    const simulator = new Simulator();
    return {
      echoes: false,
      async open(settings) {
        const session = await simulator.open(settings);
        return { process: ({ text }) => session.process(readMessageSet(text)), close: () => session.close() };
      },
    };
  },
  "child that echoes, no COM": async () => {
    const { Host } = await import("../../dist/quickbooks/com/host.js");
    const { ProcessLink } = await import("../../dist/quickbooks/com/process-link.js");
    const { systemClock } = await import("../../dist/quickbooks/com/clock.js");
    const module = fileURLToPath(new URL("./servers/echo-host.mjs", import.meta.url));
    const start = (events) => new ProcessLink(module, process.execPath, events);
    return {
      async open() {
        const host = new Host({ start, clock: systemClock, logger: SILENT, onCrash() {} });
        await host.process({ kind: "requests", text: SMALL, writes: false });
        return { process: (set) => host.process(set), close: () => host.end() };
      },
    };
  },
  "COM, process": () => com("process"),
  "COM, thread": () => com("thread"),
};

async function com(host) {
  const { ComRequestProcessor } = await import("qbconnector/com");
  return new ComRequestProcessor({ host, logger: SILENT });
}

function printResults(results) {
  const of = (name, what) => median(results.get(name).map((result) => result[what]));
  const ratio = (name, what) => (of(name, what) / of(CASES[0], what)).toFixed(2);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  const onlyEchoes = (name, text) => (of(name, "largeMs") === undefined ? "" : text());
  const rows = CASES.map((name) => [
    name,
    of(name, "openMs").toFixed(0),
    of(name, "perSecond").toFixed(0),
    ratio(name, "perSecond"),
    onlyEchoes(name, () => of(name, "largeMs").toFixed(0)),
    onlyEchoes(name, () => ratio(name, "largeMs")),
    onlyEchoes(name, () => megabytes(of(name, "program"))),
    onlyEchoes(name, () => megabytes(of(name, "host"))),
  ]);
  const head = ["road", "open ms", "small calls/s", "ratio", "large ms", "ratio", "program + MB", "host MB"];
  printTable(head, rows);
}

if (process.platform === "win32") await measure();
else await startUnderWine();
