import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface EndedProgram {
  readonly status: number | NodeJS.Signals | null;
  readonly output: string;
}

export interface RunningProgram {
  readonly ended: Promise<EndedProgram>;
  kill(): void;
}

/** Where `scripts/test-windows.mjs` has made things. */
function place(name: "QB_WINE" | "QB_WINDOWS_NODE" | "QB_WINDOWS_APP" | "QB_STUB"): string {
  const path = process.env[name];
  if (path === undefined) throw new Error(`${name} is not set: run npm run test:windows`);
  return path;
}

/** Starts a compiled module of the app with the Node of Windows. */
export function startOnWindows(
  module: string,
  environment: Readonly<Record<string, string>>,
): RunningProgram {
  return start(place("QB_WINDOWS_NODE"), [module], environment);
}

/** Registers and unregisters with Windows' own program: `["/s", dll]`. */
export async function registerStub(...options: readonly string[]): Promise<void> {
  await must(start("regsvr32", ["/s", ...options, windowsPath(join(place("QB_STUB"), "stub.dll"))], {}));
}

/** `/regserver` or `/unregserver`. */
export async function registerLocalServer(option: string): Promise<void> {
  await must(start(join(place("QB_STUB"), "stub.exe"), [option], {}));
}

/** Output goes to a file: Node does not start on the pipes that Wine gives it. */
function start(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): RunningProgram {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-wine-"));
  const file = join(folder, "output.txt");
  const output = openSync(file, "w");
  const child = spawn(place("QB_WINE"), [program, ...args], {
    cwd: place("QB_WINDOWS_APP"),
    env: { ...process.env, ...environment },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = new Promise<EndedProgram>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve({ status: code ?? signal, output: readFileSync(file, "utf8") });
      rmSync(folder, { recursive: true, force: true });
    });
  });
  return { ended, kill: () => void child.kill("SIGKILL") };
}

async function must(program: RunningProgram): Promise<void> {
  const { status, output } = await program.ended;
  if (status !== 0) throw new Error(`it ended with ${status}\n${output}`);
}

function windowsPath(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}
