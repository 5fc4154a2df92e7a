import { QBError } from "../errors.js";

interface Account {
  /** When logons failed, in order. */
  failures: number[];
  underWay: number;
}

export const FAILURES_BEFORE_PAUSE = 3;
export const FAILURES_COUNT_MS = 900_000;
const WHILE_ASKING_S = 5;

/**
 * Windows locks an account after some wrong passwords, for its owner, too. So at most three in fifteen minutes get as far as
 * Windows, wherever they come from; those that are being tried count.
 */
export class AccountThrottle {
  readonly #accounts = new Map<string, Account>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Throws `QB_THROTTLED` with `retryAfter` while Windows should not be asked. */
  check(name: string): void {
    const retryAfter = this.#pause(this.#accountOf(name));
    if (retryAfter === 0) return;
    throw new QBError("QB_THROTTLED", "too many failed logins of this Windows account", { retryAfter });
  }

  isPaused(name: string): boolean {
    return this.#pause(this.#accountOf(name)) > 0;
  }

  /** A logon is tried from now until the function that this gives is called. */
  begin(name: string): (failed: boolean) => void {
    const account = this.#accountOf(name);
    this.#accounts.set(keyOf(name), account);
    account.underWay++;
    return (failed) => {
      account.underWay--;
      if (failed) account.failures.push(this.#now());
    };
  }

  /** In seconds; 0 is none. */
  #pause({ failures, underWay }: Account): number {
    const first = failures.at(-FAILURES_BEFORE_PAUSE);
    if (first !== undefined) return Math.ceil((first + FAILURES_COUNT_MS - this.#now()) / 1000);
    return failures.length + underWay >= FAILURES_BEFORE_PAUSE ? WHILE_ASKING_S : 0;
  }

  /** With those failures that still count. */
  #accountOf(name: string): Account {
    const account = this.#accounts.get(keyOf(name)) ?? { failures: [], underWay: 0 };
    const since = this.#now() - FAILURES_COUNT_MS;
    account.failures = account.failures.filter((time) => time > since);
    if (account.failures.length + account.underWay === 0) this.#accounts.delete(keyOf(name));
    return account;
  }
}

/** Windows does not tell upper from lower case. */
function keyOf(name: string): string {
  return name.toLowerCase();
}
