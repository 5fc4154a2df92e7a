import type { RequestItem } from "../qbxml/schema/request-types.js";
import type { ResponseHead } from "../qbxml/response-reader.js";

/** The requests of a query, one after the other; what comes next depends on the answers. */
export interface QueryPages {
  /** They need a connection of their own. */
  readonly connected: boolean;
  /** An iterator of QuickBooks stands behind them. */
  readonly isIterating: boolean;
  /** Records beyond the last answer; undefined when QuickBooks has not said it. */
  readonly remaining: number | undefined;
  next(): RequestItem | undefined;
  /** The response to the last request begins. */
  answered(head: ResponseHead): void;
  /** It has ended. Throws `QB_RESPONSE` when there is no way on from here. */
  ended(records: number): void;
  /** The request that has QuickBooks forget the rest, when there is any. */
  stop(): RequestItem | undefined;
}

/** Requests that have nothing to do with each other. */
export class SeparatePages implements QueryPages {
  readonly isIterating = false;
  /** Opening QuickBooks for each of several would take longer than they do. */
  readonly connected: boolean;
  readonly #items: readonly RequestItem[];
  #begun = 0;
  #ended = 0;

  constructor(items: readonly RequestItem[]) {
    this.#items = items;
    this.connected = items.length > 1;
  }

  get remaining(): number | undefined {
    return this.#ended === this.#items.length ? 0 : undefined;
  }

  next(): RequestItem | undefined {
    return this.#items[this.#begun++];
  }

  answered(): void {}

  ended(): void {
    this.#ended++;
  }

  stop(): undefined {}
}
