import type { Clock } from "./clock.js";
import { Journal } from "./journal.js";
import { Ledger } from "./ledger.js";
import { NamedList } from "./named-list.js";
import { SavedMessageSets } from "./saved-message-sets.js";

/** Everything that one company file holds. */
export class Company {
  readonly file: string;
  readonly clock: Clock;
  readonly accounts = new NamedList();
  readonly items = new NamedList();
  /** Customers; vendors, employees and other names share their names with them. */
  readonly names = new NamedList();
  readonly journal = new Journal();
  readonly ledger = new Ledger();
  readonly savedMessageSets = new SavedMessageSets();

  constructor(file: string, clock: Clock) {
    this.file = file;
    this.clock = clock;
  }

  get companyName(): string {
    return this.file.replace(/^.*[\\/]/, "").replace(/\.qbw$/i, "");
  }
}
