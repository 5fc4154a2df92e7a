import { setTimeout as pause } from "node:timers/promises";
import { QBError } from "../../errors.js";
import { LockFolder } from "./lock-folder.js";
import { storeFailure } from "./store-failure.js";

/** A lock that nobody renewed for so long, as whoever waits for it sees it, belongs to a process that is gone, or stopped. */
const STALE_MS = 10_000;
const RENEWED_EACH_MS = 5_000;
/** Age by the clock counts for nothing. */
const AGELESS_MS = 1e15;
const PATIENCE_MS = 60_000;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

const turns = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while nobody else, in this process or another, holds the lock `<file>.lock`.
 *
 * A process that is stopped for long loses the lock without noticing; what it does then has to be harmless.
 */
export async function withFileLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  return inTurn(file, async () => {
    const release = await acquire(file);
    try {
      return await work();
    } finally {
      // Somebody who took it over has released it, or will.
      await release().catch(() => {});
    }
  });
}

/** Runs `work` after all that came before under this name has ended. */
export async function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const before = turns.get(name) ?? Promise.resolve();
  const turn = before.then(work);
  const ended = turn.catch(() => {});
  turns.set(name, ended);
  try {
    return await turn;
  } finally {
    if (turns.get(name) === ended) turns.delete(name);
  }
}

async function acquire(file: string): Promise<() => Promise<void>> {
  // It listens for signals as soon as it is loaded.
  const { lock } = await import("proper-lockfile");
  const end = performance.now() + PATIENCE_MS;
  const fs = new LockFolder(STALE_MS);
  for (let longest = SHORTEST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      const ages = { stale: AGELESS_MS, update: RENEWED_EACH_MS };
      return await lock(file, { realpath: false, ...ages, onCompromised: () => {}, fs });
    } catch (error) {
      checkHeld(file, error);
      if (performance.now() > end) throw busy(file);
    }
    await pause(longest * (0.5 + Math.random() / 2));
  }
}

function checkHeld(file: string, error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  // ENOENT: it was released between two looks.
  if (code === "ELOCKED" || code === "ENOENT") return;
  throw storeFailure(
    `cannot lock ${file}: ${message}`,
    "Check who owns the folder and whether it can be written.",
    error,
  );
}

function busy(file: string): QBError {
  const waited = `${PATIENCE_MS / 1_000} seconds`;
  return new QBError("QB_TOKEN_STORE_BUSY", `another process held ${file}.lock for ${waited}`);
}
