import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { storeFailure } from "./store-failure.js";

/** Runs a program of Windows and gives what it prints. */
export type RunProgram = (program: string, args: readonly string[]) => string;

/** On Windows: takes the rights on a file from everybody but the user who runs this. Elsewhere its mode says so. */
export function allowOwnerOnly(
  file: string,
  platform: NodeJS.Platform = process.platform,
  run: RunProgram = runQuietly,
): void {
  if (platform !== "win32") return;
  try {
    run(systemProgram("icacls.exe"), [file, "/inheritance:r", "/grant:r", `*${ownIdentifier(run)}:F`]);
  } catch (error) {
    const advice = "Use a folder on a disk with access lists (NTFS) that belongs to you.";
    throw storeFailure(`cannot restrict the access to ${file}: ${(error as Error).message}`, advice, error);
  }
}

/** A name would be ambiguous between a domain and the machine. */
function ownIdentifier(run: RunProgram): string {
  const printed = run(systemProgram("whoami.exe"), ["/user", "/fo", "csv", "/nh"]);
  const [identifier] = /S-1-[\d-]+(?="\s*$)/.exec(printed) ?? [];
  if (identifier === undefined) throw new Error("whoami did not tell the identifier of the user");
  return identifier;
}

function systemProgram(name: string): string {
  return join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", name);
}

function runQuietly(program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    encoding: "utf8",
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
