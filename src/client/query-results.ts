import { QBError } from "../errors.js";
import type { Irregularities } from "../qbxml/irregularities.js";
import type { ResponseHead } from "../qbxml/response-reader.js";
import type { QueryProgress } from "./query-progress.js";
import type { QueryRun } from "./query-run.js";

/**
 * The records of a query, one after the other, while they arrive: `for await (const record of results)`. Can be read once.
 *
 * A loop that is left early tells QuickBooks to stop, and closes the connection that the query had.
 */
export class QueryResults<Item> implements AsyncIterable<Item> {
  readonly #run: QueryRun;
  #begun = false;

  /** @internal */
  constructor(run: QueryRun) {
    this.#run = run;
  }

  /** How far it got. */
  get progress(): QueryProgress {
    return this.#run.progress;
  }

  /** What QuickBooks warned of, so far. That nothing was found is no warning. */
  get warnings(): readonly ResponseHead[] {
    return this.#run.tally.warnings;
  }

  /** Control characters and values that qbXML does not allow, so far; they were kept as they came. */
  get irregularities(): Irregularities {
    return this.#run.tally.irregularities;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    if (this.#begun)
      throw new QBError("QB_INVALID_ARGUMENT", "these results were read already; ask again for new ones");
    this.#begun = true;
    return this.#run.records() as AsyncGenerator<Item, void, undefined>;
  }

  /** All of them at once, for results that fit into memory. */
  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }
}
