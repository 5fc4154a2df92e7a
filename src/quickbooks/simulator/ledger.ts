import type { Cents } from "./decimal.js";

/** What one transaction does to one account; debits are positive. */
export interface Posting {
  readonly accountID: string;
  readonly amount: Cents;
  /** The customer whose balance it changes. */
  readonly customerID?: string;
}

/** The balances that all postings together make. */
export class Ledger {
  readonly #balances = new Map<string, Cents>();

  post(postings: readonly Posting[]): void {
    for (const posting of postings) this.#add(posting, posting.amount);
  }

  reverse(postings: readonly Posting[]): void {
    for (const posting of postings) this.#add(posting, -posting.amount);
  }

  /** Of an account or a customer, debits positive, without what lies below it. */
  balanceOf(id: string): Cents {
    return this.#balances.get(id) ?? 0n;
  }

  #add({ accountID, customerID }: Posting, amount: Cents): void {
    this.#balances.set(accountKey(accountID), this.balanceOf(accountKey(accountID)) + amount);
    if (customerID === undefined) return;
    this.#balances.set(customerKey(customerID), this.balanceOf(customerKey(customerID)) + amount);
  }
}

/** Each list counts its ids by itself, so the same id may name an account and a customer. */
export function accountKey(id: string): string {
  return `account ${id}`;
}

export function customerKey(id: string): string {
  return `customer ${id}`;
}
