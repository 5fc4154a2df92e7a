import { statSync } from "node:fs";

const INTERVAL_MS = 5_000;

/** What tells one content of a file from another; undefined when there is no such file, or it cannot be looked at. */
export function fileStamp(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? undefined : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

/** Tells when a store has changed. Looks at most every five seconds, however often it is asked. */
export class StoreWatch {
  readonly #stampOf: () => string | undefined;
  #stamp: string | undefined;
  #lookedAt = Date.now();

  /** From how the store is now. Made before the store is read, so that no change is missed. */
  constructor(stampOf: () => string | undefined) {
    this.#stampOf = stampOf;
    this.#stamp = this.#look();
  }

  /** True once for each change. */
  hasChanged(): boolean {
    const now = Date.now();
    if (Math.abs(now - this.#lookedAt) < INTERVAL_MS) return false;
    this.#lookedAt = now;
    const before = this.#stamp;
    this.#stamp = this.#look();
    return this.#stamp !== before;
  }

  #look(): string | undefined {
    try {
      return this.#stampOf();
    } catch {
      return undefined;
    }
  }
}
