import { setTimeout as delay } from "node:timers/promises";
import { QBError } from "../../errors.js";
import type { CallOptions } from "./call-options.js";

/** Intuit ends what takes longer. */
const LONGEST_CALL_MS = 120_000;

/** What is left of the time of a call, and who ends it before. */
export class CallClock {
  readonly caller: AbortSignal | undefined;
  readonly #ending = new AbortController();
  readonly #onAbort = (): void => this.#end("QB_ABORTED", "the caller ended the call");
  /** Without a deadline of the caller, waiting for Intuit's limits is not counted. */
  readonly #isFixed: boolean;
  #endsAt: number;

  constructor({ signal, deadlineMs }: CallOptions) {
    if (deadlineMs !== undefined && !(deadlineMs > 0))
      throw new QBError("QB_INVALID_ARGUMENT", "deadlineMs: a number of milliseconds above 0");
    this.caller = signal;
    this.#isFixed = deadlineMs !== undefined;
    this.#endsAt = performance.now() + (deadlineMs ?? LONGEST_CALL_MS);
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  /** Aborted when waiting has to end; its reason is the error. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** For one attempt. */
  get timeoutMs(): number {
    return Math.max(1, Math.min(LONGEST_CALL_MS, this.#endsAt - performance.now()));
  }

  /** Milliseconds that may be spent waiting in the queue of the company. */
  get patienceMs(): number {
    return this.#isFixed ? Math.max(0, this.#endsAt - performance.now()) : Infinity;
  }

  /** False when that much time is not left. */
  has(milliseconds: number): boolean {
    return performance.now() + milliseconds < this.#endsAt;
  }

  waited(milliseconds: number): void {
    if (!this.#isFixed) this.#endsAt += milliseconds;
  }

  async wait(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.ended }).catch(() => this.ended.throwIfAborted());
  }

  /** What `work` gives, unless the call ends or its time is over before. The work goes on: others may share it. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    const given = new AbortController();
    const signal = AbortSignal.any([this.ended, given.signal]);
    const over = async (): Promise<never> => {
      if (this.has(0)) await delay(this.timeoutMs, undefined, { signal }).catch(() => {});
      this.ended.throwIfAborted();
      const message = "no access token came in the time of the call";
      throw new QBError("QB_TIMEOUT", message, { outcome: "not_applied", retryable: true });
    };
    try {
      return await Promise.race([over(), work]);
    } finally {
      given.abort();
    }
  }

  /** The connection is closed. */
  close(): void {
    this.#end("QB_CLOSED", "the connection is closed");
  }

  /** The call is over; nothing watches its caller any more. */
  stop(): void {
    this.caller?.removeEventListener("abort", this.#onAbort);
  }

  #end(code: "QB_ABORTED" | "QB_CLOSED", message: string): void {
    this.#ending.abort(new QBError(code, message, { cause: this.caller?.reason }));
  }
}
