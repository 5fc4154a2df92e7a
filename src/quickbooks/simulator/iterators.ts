import { randomUUID } from "node:crypto";
import { RequestFailure } from "./request-failure.js";

/** One iterator: what is still to be given, as it was found when the iterator began. */
interface Pending<Found> {
  readonly requestName: string;
  readonly found: readonly Found[];
  next: number;
}

export interface Page<Found> {
  readonly iteratorID: string;
  readonly found: readonly Found[];
  readonly remaining: number;
}

/** The iterators of one session; they end with it. */
export class Iterators {
  readonly #pending = new Map<string, Pending<unknown>>();

  start<Found>(requestName: string, found: readonly Found[], size: number): Page<Found> {
    const iteratorID = `{${randomUUID()}}`;
    this.#pending.set(iteratorID, { requestName, found, next: 0 });
    return this.continue(requestName, iteratorID, size, () => true);
  }

  /** @param isThere False for what was deleted since; it is passed over. */
  continue<Found>(
    requestName: string,
    iteratorID: string,
    size: number,
    isThere: (found: Found) => boolean,
  ): Page<Found> {
    const pending = this.#of(requestName, iteratorID) as Pending<Found>;
    const left = pending.found.slice(pending.next).filter(isThere);
    const page = left.slice(0, size);
    const remaining = left.length - page.length;
    const last = page.at(-1);
    if (last !== undefined) pending.next = pending.found.indexOf(last, pending.next) + 1;
    if (remaining === 0) this.#pending.delete(iteratorID);
    return { iteratorID, found: page, remaining };
  }

  stop(requestName: string, iteratorID: string): void {
    this.#of(requestName, iteratorID);
    this.#pending.delete(iteratorID);
  }

  clear(): void {
    this.#pending.clear();
  }

  /** The answer to an iterator that does not exist is a guess. */
  #of(requestName: string, iteratorID: string): Pending<unknown> {
    const pending = this.#pending.get(iteratorID);
    if (pending?.requestName === requestName) return pending;
    throw new RequestFailure(3000, `The iteratorID "${iteratorID}" is not valid.`);
  }
}
