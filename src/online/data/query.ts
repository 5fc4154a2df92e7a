import { QBError } from "../../errors.js";
import type { JsonObject } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { planQuery, type QueryPlan } from "./query-text.js";

export interface QueryOptions extends CallOptions {
  /** Objects in a page, 1 to 1,000. Default: 1,000. A deadline is that of each page. */
  readonly pageSize?: number | undefined;
}

const LARGEST_PAGE = 1_000;
/** Longer ones go as a body: not every proxy takes them in a URL. */
const LONGEST_IN_URL = 1_500;

/**
 * The objects of a query, one after the other, while the next page is on its way: `for await (const customer of results)`.
 * Can be read once. At most two pages are in memory. Of `select count(*)` the only item is the number.
 *
 * A query without ORDERBY that may need several pages is sent with `ORDERBY Id`: without an order, pages may overlap.
 */
export class QueryResults<Item> implements AsyncIterable<Item> {
  readonly #api: CompanyApi;
  readonly #plan: QueryPlan;
  readonly #options: QueryOptions;
  readonly #pageSize: number;
  #order: string;
  #begun = false;

  /** @internal */
  constructor(api: CompanyApi, text: string, options: QueryOptions) {
    const { pageSize = LARGEST_PAGE } = options;
    if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > LARGEST_PAGE)
      throw new QBError("QB_INVALID_ARGUMENT", "pageSize: a whole number from 1 to 1,000");
    this.#api = api;
    this.#options = options;
    this.#pageSize = pageSize;
    this.#plan = planQuery(text);
    const { isOrdered, counts, most } = this.#plan;
    this.#order = isOrdered || counts || most <= pageSize ? "" : " ORDERBY Id";
  }

  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    if (this.#begun)
      throw new QBError("QB_INVALID_ARGUMENT", "these results were read already; ask again for new ones");
    this.#begun = true;
    return (this.#plan.counts ? this.#count() : this.#objects()) as AsyncGenerator<Item, void, undefined>;
  }

  /** All of them at once, for results that fit into memory. */
  async toArray(): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of this) items.push(item);
    return items;
  }

  async *#count(): AsyncGenerator<unknown, void, undefined> {
    const { totalCount } = await this.#ask(this.#plan.base, this.#options);
    const count = Number(totalCount ?? Number.NaN);
    if (!Number.isSafeInteger(count))
      throw new QBError("QB_ONLINE_UNAVAILABLE", "the answer to a count holds no totalCount");
    yield count;
  }

  async *#objects(): AsyncGenerator<unknown, void, undefined> {
    const { start, most } = this.#plan;
    const leaving = new AbortController();
    const { signal } = this.#options;
    const signals = signal === undefined ? [leaving.signal] : [leaving.signal, signal];
    const options = { ...this.#options, signal: AbortSignal.any(signals) };
    const pageAt = (read: number) => this.#page(start + read, Math.min(this.#pageSize, most - read), options);
    let read = 0;
    let next: Promise<readonly unknown[]> | undefined = most > 0 ? pageAt(0) : undefined;
    try {
      while (next !== undefined) {
        const page = await next;
        const asked = Math.min(this.#pageSize, most - read);
        read += page.length;
        next = read < most && mayGoOn(page.length, asked) ? pageAt(read) : undefined;
        // Its failure is told when its turn comes.
        next?.catch(() => {});
        yield* page;
      }
    } finally {
      leaving.abort();
    }
  }

  async #page(start: number, size: number, options: CallOptions): Promise<readonly unknown[]> {
    const clauses = ` STARTPOSITION ${start} MAXRESULTS ${size}`;
    const { base, entity } = this.#plan;
    try {
      return objectsIn(await this.#ask(`${base}${this.#order}${clauses}`, options), entity);
    } catch (error) {
      if (start !== this.#plan.start || this.#order === "" || !isRefusal(error)) throw error;
    }
    // Some kinds cannot be sorted by Id. A mistake in the query itself is told by this attempt.
    this.#order = "";
    const page = objectsIn(await this.#ask(`${base}${clauses}`, options), entity);
    if (page.length === size)
      this.#api.logger.warn(
        { entity },
        `${entity} cannot be sorted by Id: without ORDERBY, pages may overlap`,
      );
    return page;
  }

  async #ask(text: string, options: CallOptions): Promise<JsonObject> {
    const { signal, deadlineMs } = options;
    const asked = { path: "query", signal, deadlineMs };
    const { QueryResponse } = await this.#api.send(
      text.length > LONGEST_IN_URL
        ? { ...asked, body: { type: "application/text", content: () => text } }
        : { ...asked, parameters: { query: text } },
    );
    if (typeof QueryResponse === "object" && QueryResponse !== null) return QueryResponse as JsonObject;
    throw new QBError("QB_ONLINE_UNAVAILABLE", "the answer to a query holds no QueryResponse");
  }
}

/** A full page, or one of a round number, at which the service may have cut by a limit of its own. */
function mayGoOn(length: number, asked: number): boolean {
  return length > 0 && (length >= asked || length % 100 === 0);
}

function isRefusal(error: unknown): boolean {
  return error instanceof QBError && error.code === "QB_ONLINE_REQUEST";
}

/** @internal The list in a QueryResponse. An answer without one found nothing. */
export function objectsIn(response: JsonObject, entity: string): readonly JsonObject[] {
  const lists = Object.entries(response).filter(([, value]) => Array.isArray(value));
  const named = lists.find(([name]) => name.toLowerCase() === entity.toLowerCase()) ?? lists[0];
  const objects = (named?.[1] ?? []) as readonly unknown[];
  if (objects.every((object) => typeof object === "object" && object !== null))
    return objects as readonly JsonObject[];
  throw new QBError("QB_ONLINE_UNAVAILABLE", `the answer holds something else than objects of ${entity}`);
}
