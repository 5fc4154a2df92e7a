import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, win32 } from "node:path";
import type { QBError } from "../errors.js";
import { wrongUse } from "./failure.js";
import { taskMaker } from "./task-file.js";

export interface CommandResult {
  /** Undefined when the program could not be started. */
  readonly exitCode: number | undefined;
  /** What it printed, on both its outputs. */
  readonly text: string;
}

/** Runs a program to its end. */
export type CommandRunner = (program: string, parameters: readonly string[]) => CommandResult;

const TIME_LIMIT_MS = 60_000;

export const runCommand: CommandRunner = (program, parameters) => {
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    encoding: "latin1",
    timeout: TIME_LIMIT_MS,
    windowsHide: true,
  });
  if (error !== undefined) return { exitCode: undefined, text: error.message };
  return { exitCode: status ?? undefined, text: readable(`${stdout}\n${stderr}`) };
};

/** It speaks in the code page of the console, which Node.js cannot tell; XML comes with zeros between. */
function readable(text: string): string {
  return text
    .replaceAll("\0", "")
    .replace(/[^\n\r\t -~]+/g, "?")
    .trim();
}

/** By its full path: a program of the same name in the current folder would go first otherwise. */
export function taskProgram({ SystemRoot }: NodeJS.ProcessEnv): string {
  return win32.join(SystemRoot || "C:\\Windows", "System32", "schtasks.exe");
}

export function registration(name: string, file: string): readonly string[] {
  return ["/Create", "/XML", file, "/TN", name, "/F"];
}

/** Registers it, or anew when we registered it before. */
export function registerTask(name: string, xml: string, program: string, run: CommandRunner): void {
  refuseForeign(name, program, run);
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-"));
  try {
    const file = join(folder, "task.xml");
    writeFileSync(file, `\uFEFF${xml}`, { encoding: "utf16le", mode: 0o600 });
    const result = run(program, registration(name, file));
    if (result.exitCode !== 0) throw refused(`could not register the task "${name}"`, result);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives what Windows said when there was none that this user can see, and undefined when it is removed. */
export function removeTask(name: string, program: string, run: CommandRunner): string | undefined {
  const maker = refuseForeign(name, program, run);
  const result = run(program, ["/Delete", "/TN", name, "/F"]);
  if (result.exitCode === 0) return undefined;
  // The text of "no such task" is in the language of Windows; but what was there a moment ago is not missing.
  if (maker !== undefined || result.exitCode === undefined)
    throw refused(`could not remove the task "${name}"`, result);
  return result.text;
}

function refuseForeign(name: string, program: string, run: CommandRunner): "qbconnector" | undefined {
  const { exitCode, text } = run(program, ["/Query", "/TN", name, "/XML"]);
  const maker = exitCode === 0 ? taskMaker(text) : undefined;
  if (maker !== "other") return maker;
  throw wrongUse(
    `the task "${name}" was not made by qbconnector, and is left alone`,
    "Choose another name with --name.",
  );
}

function refused(what: string, { exitCode, text }: CommandResult): QBError {
  const said = text === "" ? "it said nothing" : text;
  const how = exitCode === undefined ? "could not be run" : `ended with ${exitCode}`;
  return wrongUse(`${what}: schtasks.exe ${how}: ${said}`, exitCode === undefined ? NO_PROGRAM : ACCESS);
}

const NO_PROGRAM =
  "schtasks.exe is a part of Windows: look whether it is in System32 of the Windows folder, and whether a policy forbids it.";
const ACCESS =
  "When access was denied: open a command prompt with Run as administrator and give the same command there, with --user and --config " +
  "if the administrator is another account. Otherwise look for the account, and the name, in what schtasks.exe said.";
