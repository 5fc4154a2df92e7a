import { QBError } from "../../errors.js";
import type { Clock } from "./clock.js";

const LONGEST_S = 60;

/** Keeps a host that crashes again and again from being started again and again: 0, 1, 2, 4 ... 60 s after its crashes. */
export class CrashBackOff {
  readonly #clock: Clock;
  #crashes = 0;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  crashed(): void {
    this.#crashes++;
    const seconds = this.#crashes === 1 ? 0 : Math.min(2 ** (this.#crashes - 2), LONGEST_S);
    this.#until = this.#clock.now() + seconds * 1000;
  }

  succeeded(): void {
    this.#crashes = 0;
    this.#until = 0;
  }

  /** Throws `QB_QUICKBOOKS_FAILED` while it is too early for another start. */
  check(): void {
    const leftMs = this.#until - this.#clock.now();
    if (leftMs <= 0) return;
    const retryAfter = Math.ceil(leftMs / 1000);
    throw new QBError(
      "QB_QUICKBOOKS_FAILED",
      `the process that talks to QuickBooks ended by itself ${this.#crashes} times in a row; the next attempt is in ${retryAfter} s`,
      {
        retryable: true,
        retryAfter,
        advice: "See the log for its last words; update or repair QuickBooks.",
        details: { crashes: this.#crashes },
      },
    );
  }
}
