import type { RequestItem } from "../qbxml/schema/request-types.js";
import type { ResponseHead } from "../qbxml/response-reader.js";
import { judge, noResponse } from "./answer-status.js";
import type { QueryPages } from "./query-pages.js";

/** The portions of an iterator: Start, then Continue until nothing remains. */
export class IteratorPages implements QueryPages {
  readonly connected = true;
  readonly #item: RequestItem;
  readonly #pageSize: number;
  #begun = false;
  #isOver = false;
  #iteratorID: string | undefined;
  #remaining: number | undefined;
  /** What remained before the last answer. */
  #before = Infinity;

  constructor(item: RequestItem, pageSize: number) {
    this.#pageSize = pageSize;
    this.#item = { ...item, body: { ...item.body, MaxReturned: pageSize } } as RequestItem;
  }

  get isIterating(): boolean {
    return this.#iteratorID !== undefined;
  }

  get remaining(): number | undefined {
    return this.#remaining;
  }

  next(): RequestItem | undefined {
    if (this.#isOver) return undefined;
    if (this.#begun) return this.#step("Continue");
    this.#begun = true;
    return { ...this.#item, iterator: "Start" } as RequestItem;
  }

  answered(head: ResponseHead): void {
    this.#before = this.#remaining ?? Infinity;
    this.#iteratorID = head.iteratorID ?? this.#iteratorID;
    this.#remaining = judge(this.#item, head) === "nothingFound" ? 0 : head.iteratorRemainingCount;
  }

  ended(records: number): void {
    if (this.#remaining === undefined && records < this.#pageSize) this.#remaining = 0;
    this.#isOver = this.#remaining === 0;
    if (this.#isOver) return;
    const { name } = this.#item;
    if (this.#remaining === undefined || this.#iteratorID === undefined)
      throw noResponse(`${name}: the answer does not say how the iterator goes on`, "not_applied");
    if (records === 0 && this.#remaining >= this.#before)
      throw noResponse(`${name}: the iterator gives nothing, and says that more remains`, "not_applied");
  }

  stop(): RequestItem | undefined {
    const isAlive = this.#iteratorID !== undefined && this.#remaining !== 0;
    return isAlive ? this.#step("Stop") : undefined;
  }

  /** With the filters of the beginning, which QuickBooks wants to see again; the count it has given already. */
  #step(iterator: "Continue" | "Stop"): RequestItem {
    return { ...this.#item, metaData: undefined, iterator, iteratorID: this.#iteratorID } as RequestItem;
  }
}
