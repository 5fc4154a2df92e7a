import type { Irregularities, ReadingIrregularity } from "../qbxml/irregularities.js";
import type { ResponseHead } from "../qbxml/response-reader.js";

const MOST_KEPT = 100;
const NONE: Irregularities = Object.freeze({ count: 0, first: Object.freeze([]) });

/** What a query has brought so far. */
export class QueryTally {
  received = 0;
  pages = 0;
  /** What there was to find when it began, where QuickBooks counted it. */
  total: number | undefined;
  readonly warnings: ResponseHead[] = [];
  #last: object = {};
  #ofPagesRead: Irregularities = NONE;
  #ofThisPage: Irregularities = NONE;

  get irregularities(): Irregularities {
    return sum(this.#ofPagesRead, this.#ofThisPage);
  }

  beginPage(irregularities: Irregularities): void {
    this.#ofThisPage = irregularities;
  }

  take(record: object): void {
    this.received++;
    this.#last = record;
  }

  /** Gives the number of irregularities on it. */
  endPage(): number {
    const { count } = this.#ofThisPage;
    this.pages++;
    this.#ofPagesRead = this.irregularities;
    this.#ofThisPage = NONE;
    return count;
  }

  /** How far it got, for the details of an error. */
  position(): Readonly<Record<string, unknown>> {
    const { ListID, TxnID, TimeModified } = this.#last as Readonly<Record<string, unknown>>;
    const known = Object.entries({ lastID: ListID ?? TxnID, lastTimeModified: TimeModified });
    const last = Object.fromEntries(known.filter(([, value]) => value !== undefined));
    return { received: this.received, pages: this.pages, ...last };
  }
}

function sum(one: Irregularities, other: Irregularities): Irregularities {
  if (other.count === 0) return one;
  const first: ReadingIrregularity[] = [...one.first, ...other.first].slice(0, MOST_KEPT);
  return Object.freeze({ count: one.count + other.count, first: Object.freeze(first) });
}
