import { setTimeout as delay } from "node:timers/promises";
import { QBError } from "../../errors.js";
import type { CallOptions } from "./call-options.js";

/** Intuit ends what takes longer. */
const LONGEST_CALL_MS = 120_000;

/** What is left of the time of a call. */
export class CallClock {
  readonly signal: AbortSignal | undefined;
  /** Without a deadline of the caller, waiting for Intuit's limits is not counted. */
  readonly #isFixed: boolean;
  #endsAt: number;

  constructor({ signal, deadlineMs }: CallOptions) {
    if (deadlineMs !== undefined && !(deadlineMs > 0))
      throw new QBError("QB_INVALID_ARGUMENT", "deadlineMs: a number of milliseconds above 0");
    this.signal = signal;
    this.#isFixed = deadlineMs !== undefined;
    this.#endsAt = Date.now() + (deadlineMs ?? LONGEST_CALL_MS);
  }

  /** For one attempt. */
  get timeoutMs(): number {
    return Math.max(1, Math.min(LONGEST_CALL_MS, this.#endsAt - Date.now()));
  }

  /** Milliseconds that may be spent waiting in the queue of the company. */
  get patienceMs(): number {
    return this.#isFixed ? Math.max(0, this.#endsAt - Date.now()) : Infinity;
  }

  /** False when that much time is not left. */
  has(milliseconds: number): boolean {
    return Date.now() + milliseconds < this.#endsAt;
  }

  waited(milliseconds: number): void {
    if (!this.#isFixed) this.#endsAt += milliseconds;
  }

  async wait(milliseconds: number): Promise<void> {
    this.refuseAborted();
    await delay(milliseconds, undefined, { signal: this.signal }).catch(() => this.refuseAborted());
  }

  refuseAborted(): void {
    if (this.signal?.aborted === true) throw aborted(this.signal);
  }
}

export function aborted(signal: AbortSignal): QBError {
  return new QBError("QB_ABORTED", "the caller ended the call", { cause: signal.reason });
}
