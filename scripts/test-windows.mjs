// Runs the tests of the road through COM with the Node of Windows under Wine, against a request processor of our own.
//   node scripts/test-windows.mjs [--32] [part of a file name ...]
// test/windows/*.test.ts run on Windows; test/windows/outside/*.test.ts run here and start programs of Windows. Without the part of
// a name the tests that need no COM run on Windows too. With --32 the request processor is a 32-bit library and the program a 64-bit
// one: a host in a 32-bit Node stands between.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { testOnWindowsNode } from "./test-on-windows-node.mjs";
import { BITS, environment, makePrefix, makeStub, missingPackages, PACKAGES } from "./windows/wine.mjs";
import { runInWine, STUB, stopWine, windowsPath, WINE } from "./windows/wine.mjs";
import { APP, copyCompiled, installDependencies, installNode } from "./windows/windows-app.mjs";
import { installNode32, NODE_32_EXE, NODE_EXE } from "./windows/windows-app.mjs";
import { buildStubLibraries } from "../test/windows/stub-libraries/build.mjs";

/** The table of HRESULTs, with the pauses of what is tried again, takes minutes. */
const FILE_TIMEOUT_MS = 600_000;
const filters = process.argv.slice(2).filter((word) => word !== "--32");
/** The tests whose program is told of a 32-bit Node. */
const WITH_32 = ["contract.test.js", "node-32.test.js", "main-job.test.js", "hresults.test.js"];
/** What tests on this side have to know. */
const places = { QB_WINE: WINE, QB_WINDOWS_NODE: NODE_EXE, QB_WINDOWS_APP: APP, QB_STUB: STUB };
if (BITS === 32) environment.QB_NODE32 = windowsPath(NODE_32_EXE);
const REPORT = ["--test-reporter=spec"];

let failed = 0;
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (stopWine(), process.exit(1)));
try {
  installPrograms();
  installNode();
  installNode32();
  installDependencies();
  copyCompiled();
  if (BITS === 64) buildStubLibraries(join(APP, "build", "stub-libraries"));
  await makePrefix();
  await makeStub();
  for (const file of wanted("windows")) report(file, await runOnWindows(file));
  if (BITS === 32) for (const file of wanted("windows/bits32")) report(file, await runOnWindows(file));
  for (const file of wanted("windows/outside")) {
    // Servers whose client was killed stay under Wine, and these files count processes.
    stopWine();
    report(file, await runHere(file));
  }
  if (BITS === 64 && filters.length === 0 && !(await testOnWindowsNode())) failed++;
} catch (error) {
  console.error(error.message);
  failed++;
} finally {
  stopWine();
}
process.exitCode = failed > 0 ? 1 : 0;

/** Wine and the compiler, from Debian when we may; nothing is skipped without them. */
function installPrograms() {
  const missing = missingPackages();
  if (BITS === 64 && missing.length > 0 && process.getuid() === 0 && existsSync("/etc/debian_version")) {
    aptGet("update");
    aptGet("install", "-y", "--no-install-recommends", ...missing);
  }
  if (missingPackages().length === 0) return;
  throw new Error(
    `The tests of the road through COM need Wine and a compiler for Windows. Missing: ${missingPackages().join(" ")}.\n` +
      `On Debian${BITS === 32 ? ", after dpkg --add-architecture i386 and apt-get update" : ""}: apt-get install --no-install-recommends ${PACKAGES.join(" ")}`,
  );
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], { stdio: "inherit", env });
}

/** The compiled counterpart of every test source: nothing stale runs, nothing missing goes unnoticed. */
function wanted(folder) {
  const sources = join("test", folder);
  const names = existsSync(sources) ? readdirSync(sources).sort() : [];
  const files = names.filter((name) => name.endsWith(".test.ts"));
  const compiled = files.map((name) => join("build", folder, name.replace(/\.ts$/, ".js")));
  const possible = compiled.filter((file) => BITS === 64 || WITH_32.some((name) => file.endsWith(name)));
  return possible.filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));
}

async function runOnWindows(file) {
  const args = [...REPORT, windowsPath(join(APP, file))];
  const options = { name: file.replaceAll("/", "-"), timeoutMs: FILE_TIMEOUT_MS, cwd: APP };
  return await timed(() => runInWine(NODE_EXE, args, options));
}

async function runHere(file) {
  return await timed(
    () =>
      new Promise((done, fail) => {
        const child = spawn(process.execPath, [...REPORT, file], {
          env: { ...environment, ...places },
          timeout: FILE_TIMEOUT_MS,
          killSignal: "SIGKILL",
        });
        let output = "";
        child.stdout.on("data", (chunk) => (output += chunk));
        child.stderr.on("data", (chunk) => (output += chunk));
        child.on("error", fail);
        child.on("close", (code, signal) => done({ status: code ?? signal, output }));
      }),
  );
}

async function timed(work) {
  const start = Date.now();
  return { ...(await work()), seconds: (Date.now() - start) / 1000 };
}

/** A file without tests, and one whose tests were skipped, is no success. */
function report(file, { status, output, seconds }) {
  const count = (what) => Number(new RegExp(`^ℹ ${what} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const passed = count("pass");
  const isGood = status === 0 && passed > 0 && passed === count("tests");
  console.log(
    `${isGood ? "ok" : "FAILED"} ${file} ${passed} of ${count("tests")} in ${seconds.toFixed(1)} s`,
  );
  if (isGood) return;
  failed++;
  const from = output.indexOf("✖ failing tests:");
  const what = status === undefined ? `ended after ${FILE_TIMEOUT_MS / 1000} s` : `status ${status}`;
  console.log(`${what}\n${from < 0 ? output.slice(-10_000) : output.slice(from)}`);
}
