import { randomBytes, randomInt } from "node:crypto";
import {
  mkdir,
  renameSync,
  rmdirSync,
  stat,
  statSync,
  utimes,
  type NoParamCallback,
  type Stats,
} from "node:fs";
import { renamePatiently } from "../../private-file.js";

const MOST_ADDED_MS = 900;
/** Of a lock that is given up: older than any age that can be asked for. */
const LONG_AGO = new Date(-8.64e15);

/**
 * The file functions with which one holder of a lock works. They remove a lock folder only when it has been given up by
 * its holder, or is this holder's own. Otherwise a holder that was stopped would remove the lock of whoever took it over,
 * the next one would come in too early, and so on.
 */
export class LockFolder {
  readonly mkdir = mkdir;
  readonly #staleMs: number;
  #renewed: number | undefined;
  /** The time of the folder, and since when it is this one, on a clock that nobody sets. */
  #seen: { readonly time: number | undefined; readonly since: number } | undefined;

  constructor(staleMs: number) {
    this.#staleMs = staleMs;
  }

  /**
   * The time of the folder is the sign of life of its holder. At first it is a whole second, which another holder may have,
   * too; so some milliseconds are added.
   */
  readonly utimes = (folder: string, _accessed: Date, modified: Date, done: NoParamCallback): void => {
    const time =
      this.#renewed === undefined ? new Date(modified.getTime() + randomInt(MOST_ADDED_MS)) : modified;
    utimes(folder, time, time, (error) => {
      if (error !== null) return done(error);
      this.#renewed = modificationTime(folder);
      done(null);
    });
  };

  /** At the end of the process. */
  readonly rmdirSync = (folder: string): void => this.#remove(folder);

  /**
   * Only a time that stands still is that of a holder who is gone, or stopped: the clock of the machine may have been set,
   * or the machine have slept, while a refresh was on its way.
   */
  readonly stat = (folder: string, done: (error: Error | null, stats: Stats) => void): void => {
    stat(folder, (error, stats) => {
      if (error === null && this.#standsStill(stats.mtimeMs)) stats.mtime = LONG_AGO;
      done(error, stats);
    });
  };

  readonly rmdir = (folder: string, done: NoParamCallback): void => {
    try {
      this.#remove(folder);
      done(null);
    } catch (error) {
      done(error as NodeJS.ErrnoException);
    }
  };

  /** Looks at it where nobody else has it any more, for between a look and a removal it could change. */
  #remove(folder: string): void {
    const aside = `${folder}.${process.pid}.${randomBytes(4).toString("hex")}`;
    renamePatiently(folder, aside);
    const renewed = modificationTime(aside);
    if (renewed === this.#renewed || this.#standsStill(renewed)) rmdirSync(aside);
    else giveBack(aside, folder);
  }

  #standsStill(time: number | undefined): boolean {
    const now = performance.now();
    if (this.#seen === undefined || this.#seen.time !== time) this.#seen = { time, since: now };
    return now - this.#seen.since > this.#staleMs;
  }
}

/** Unless somebody else has made the folder meanwhile: Windows, unlike others, does not replace it. */
function giveBack(aside: string, folder: string): void {
  try {
    renameSync(aside, folder);
  } catch {
    rmdirSync(aside);
  }
}

function modificationTime(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
}
