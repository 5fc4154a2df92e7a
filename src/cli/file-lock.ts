import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { wrongUse } from "./failure.js";

const PATIENCE_MS = 10_000;
const INTERVAL_MS = 20;

/**
 * Runs `work`, which must not wait for anything, while this process alone has the lock file.
 *
 * A lock that a crash left behind is never taken over, because two processes could do so at once: the error says who made it.
 */
export async function withFileLock(lock: string, work: () => void): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!take(lock)) {
    if (Date.now() > end) throw held(lock);
    await pause(INTERVAL_MS * (0.5 + Math.random()));
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // Windows says EPERM while a file that was just deleted is still open somewhere.
    if (code === "EEXIST" || (code === "EPERM" && process.platform === "win32")) return false;
    throw wrongUse(`cannot write beside the config file: ${message}`, "Check who owns the folder.", cause);
  }
}

function held(lock: string): Error {
  return wrongUse(
    `${lock} is held by process ${holder(lock)}, which changes the config file`,
    "Try again; when that process does not run any more, delete the file.",
  );
}

function holder(lock: string): string {
  try {
    return readFileSync(lock, "utf8").trim();
  } catch {
    return "unknown";
  }
}
