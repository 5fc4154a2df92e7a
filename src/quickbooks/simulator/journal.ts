import type { Moment } from "./clock.js";
import type { Fields } from "./elements.js";
import type { Posting } from "./ledger.js";

export interface Transaction {
  /** The name of its requests, for example `Invoice`. */
  readonly kind: string;
  readonly id: string;
  readonly number: number;
  readonly date: string;
  readonly refNumber: string | undefined;
  readonly customerID: string;
  readonly created: Moment;
  readonly modified: Moment;
  readonly fields: Fields;
  readonly postings: readonly Posting[];
}

/** The transactions of a company. */
export class Journal {
  readonly #byID = new Map<string, Transaction>();
  #nextID = 1;
  #nextNumber = 1;
  #sorted: readonly Transaction[] | undefined;
  readonly #lastRefNumbers = new Map<string, string>();

  /** Transactions and their lines share one counter. */
  makeID(created: Moment): string {
    return `${(this.#nextID++).toString(16).toUpperCase()}-${created.unix}`;
  }

  makeNumber(): number {
    return this.#nextNumber++;
  }

  /** One more than the last RefNumber of this kind, or that one again when it does not end in a digit. */
  nextRefNumber(kind: string): string {
    const last = this.#lastRefNumbers.get(kind) ?? "0";
    return last.replace(/\d+$/, (digits) => String(BigInt(digits) + 1n).padStart(digits.length, "0"));
  }

  byID(id: string): Transaction | undefined {
    return this.#byID.get(id.toUpperCase());
  }

  /** Oldest first. */
  all(): readonly Transaction[] {
    this.#sorted ??= [...this.#byID.values()].sort((one, other) => compare(one, other));
    return this.#sorted;
  }

  save(transaction: Transaction): void {
    this.#byID.set(transaction.id, transaction);
    if (transaction.refNumber !== undefined)
      this.#lastRefNumbers.set(transaction.kind, transaction.refNumber);
    this.#sorted = undefined;
  }

  remove(transaction: Transaction): void {
    this.#byID.delete(transaction.id);
    this.#sorted = undefined;
  }
}

function compare(one: Transaction, other: Transaction): number {
  if (one.date !== other.date) return one.date < other.date ? -1 : 1;
  return one.number - other.number;
}
