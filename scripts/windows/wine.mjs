// Wine, which runs programs of Windows: where it is, its prefix, and how a program is run in it.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Of the request processor, and with 32 of the Node that loads it; the program around them is a 64-bit one. */
export const BITS = process.argv.includes("--32") ? 32 : 64;
const FOR_32 = { machine: "i686", folder: "-32", packages: ["wine32:i386", "gcc-mingw-w64-i686-win32"] };
const FOR_64 = { machine: "x86_64", folder: "", packages: ["gcc-mingw-w64-x86-64"] };
const TARGET = BITS === 32 ? FOR_32 : FOR_64;
export const PACKAGES = ["wine", "wine64", ...TARGET.packages];
/** The plain `wine` of Debian asks for a 32-bit one on every start. */
export const WINE = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"].find(existsSync);
const SERVER = ["/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", "/usr/bin/wineserver"].find(
  existsSync,
);
const COMPILER = `/usr/bin/${TARGET.machine}-w64-mingw32-gcc`;
const LIBRARIES_32 = "/usr/lib/i386-linux-gnu/wine";

export const FOLDER = resolve("build", "wine");
export const STUB = join(FOLDER, `stub${TARGET.folder}`);

export const environment = {
  ...process.env,
  WINEPREFIX: join(FOLDER, `prefix${TARGET.folder}`),
  WINEARCH: "win64",
  // By it Wine reads file names, arguments and environment.
  LC_ALL: "C.UTF-8",
  WINEDEBUG: "-all",
  // Otherwise Wine asks to install Mono and Gecko.
  WINEDLLOVERRIDES: "mscoree,mshtml=",
};

/** The Debian packages whose programs are not there. */
export function missingPackages() {
  const missing = [];
  if (WINE === undefined || SERVER === undefined) missing.push("wine", "wine64");
  if (BITS === 32 && !existsSync(LIBRARIES_32)) missing.push("wine32:i386");
  if (!existsSync(COMPILER)) missing.push(TARGET.packages.at(-1));
  return missing;
}

/** The same file as programs of Windows name it. */
export function windowsPath(path) {
  return `Z:${resolve(path).replaceAll("/", "\\")}`;
}

/** A new prefix that says it is Windows 10; Node refuses what Wine says by itself. */
export async function makePrefix() {
  const made = join(environment.WINEPREFIX, "made-by-qbconnector");
  if (existsSync(made)) return;
  mkdirSync(FOLDER, { recursive: true });
  await must("wineboot", ["--init"]);
  await must("reg", ["add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"]);
  writeFileSync(made, "");
}

/** Compiles the stub of QuickBooks' request processor and registers it. */
export async function makeStub() {
  const sources = resolve("test", "windows", "stub");
  mkdirSync(STUB, { recursive: true });
  const made = spawnSync("sh", [join(sources, "build.sh"), STUB, TARGET.machine], { stdio: "inherit" });
  if (made.status !== 0) throw new Error("the stub does not compile");
  const registrar = BITS === 32 ? "C:\\windows\\syswow64\\regsvr32.exe" : "regsvr32";
  await must(registrar, ["/s", windowsPath(join(STUB, "stub.dll"))]);
  // With 32 the library alone: a request processor in a process of its own would be preferred.
  if (BITS === 64) await must(join(STUB, "stub.exe"), ["/regserver"]);
}

async function must(program, args) {
  const { status, output } = await runInWine(program, args, { name: "set-up", timeoutMs: 120_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}\n${output}`);
}

/**
 * Runs a program of Windows. Its output goes to a file: Node does not start on the pipes that Wine gives it.
 * A status of undefined is one that was ended at its time limit.
 */
export function runInWine(program, args, { name, timeoutMs, cwd = FOLDER, env = {} }) {
  mkdirSync(join(FOLDER, "output"), { recursive: true });
  const file = join(FOLDER, "output", `${name}.txt`);
  const output = openSync(file, "w");
  const child = spawn(WINE, [program, ...args], {
    cwd,
    env: { ...environment, ...env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  return new Promise((done, failed) => {
    let late = false;
    const timer = setTimeout(() => (late = child.kill("SIGKILL")), timeoutMs);
    child.on("error", failed);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      done({ status: late ? undefined : (code ?? signal), output: readFileSync(file, "utf8") });
    });
  });
}

/** Ends every program of Windows that still runs in our prefix. */
export function stopWine() {
  if (SERVER === undefined) return;
  for (const option of ["-k", "-w"]) spawnSync(SERVER, [option], { env: environment, timeout: 30_000 });
}
