import { QBError } from "../../errors.js";
import type { CallClock } from "./call-clock.js";

/** That many requests of an application may run at the same time for a company (documented by Intuit). */
const AT_ONCE = 10;
/** Whatever Retry-After says: after that it is tried again. Intuit counts by the minute. */
const LONGEST_PAUSE_S = 600;

/** Of all connections of this process to one company: how many requests run, and until when Intuit wants none. */
export class RateLimit {
  static readonly #byCompany = new Map<string, RateLimit>();
  readonly #company: string;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(company: string) {
    this.#company = company;
  }

  static of(company: string): RateLimit {
    let limit = this.#byCompany.get(company);
    if (limit === undefined) this.#byCompany.set(company, (limit = new RateLimit(company)));
    return limit;
  }

  /** Runs `work` when it is its turn. */
  async run<Result>(clock: CallClock, work: () => Promise<Result>): Promise<Result> {
    const since = performance.now();
    await this.#turn(clock);
    clock.waited(performance.now() - since);
    try {
      return await work();
    } catch (error) {
      if (error instanceof QBError && error.code === "QB_RATE_LIMIT") this.#pause(error.retryAfter);
      throw error;
    } finally {
      this.#running--;
      this.#admit();
      this.#forget();
    }
  }

  /** Nothing starts for so long. A little more, and never the same, so that processes do not come back together. */
  #pause(asked = 60): void {
    const seconds = Math.min(asked, LONGEST_PAUSE_S);
    const until = performance.now() + seconds * 1_000 + Math.random() * Math.min(1_000, seconds * 100);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #turn(clock: CallClock): Promise<void> {
    const { ended, patienceMs } = clock;
    ended.throwIfAborted();
    if (this.#pausedUntil - performance.now() > patienceMs)
      throw this.#refusal("until the deadline of the call");
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        ended.removeEventListener("abort", onAbort);
        this.#waiting.delete(start);
        if (this.#waiting.size === 0) this.#sleep();
        end();
      };
      const start = () => settle(resolve);
      const onAbort = () => settle(() => reject(ended.reason as QBError));
      const onEnd = () => settle(() => reject(this.#refusal("before the deadline of the call")));
      const timer =
        patienceMs === Infinity ? undefined : setTimeout(onEnd, Math.min(patienceMs, 2 ** 31 - 1));
      ended.addEventListener("abort", onAbort);
      this.#waiting.add(start);
      this.#admit();
    });
  }

  #admit(): void {
    const wait = this.#pausedUntil - performance.now();
    if (wait > 0) {
      if (this.#waiting.size > 0 && this.#timer === undefined)
        this.#timer = setTimeout(() => this.#resume(), wait);
      return;
    }
    for (const start of this.#waiting) {
      if (this.#running >= AT_ONCE) return;
      this.#running++;
      start();
    }
  }

  /** Nobody waits: no timer keeps the process alive. */
  #sleep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #resume(): void {
    this.#timer = undefined;
    this.#admit();
  }

  #refusal(when: string): QBError {
    const retryAfter = Math.max(1, Math.ceil((this.#pausedUntil - performance.now()) / 1_000));
    return new QBError("QB_RATE_LIMIT", `QuickBooks Online takes no further call for this company ${when}`, {
      retryAfter,
    });
  }

  #forget(): void {
    if (this.#running === 0 && this.#waiting.size === 0 && this.#pausedUntil < performance.now())
      RateLimit.#byCompany.delete(this.#company);
  }
}
