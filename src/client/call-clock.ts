import type { RoadCall } from "./road.js";

/** The connector answers when its deadline passes; only if it does not, the client gives up by itself. */
const GRACE_MS = 5_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** Ends a call when its time is over or its caller wants it. An event target as undici wants it, at a fraction of the cost. */
export class CallClock {
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;
  readonly #onCallerAbort: (() => void) | undefined;
  readonly #listeners: (() => void)[] = [];
  /** Who ended the call, while it has not ended by itself. */
  abortedBy: "deadline" | "caller" | undefined;

  constructor({ signal, deadlineMs }: RoadCall, defaultMs: number) {
    this.#caller = signal;
    const milliseconds = Math.min((deadlineMs ?? defaultMs) + GRACE_MS, LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#abort("deadline"), milliseconds);
    if (signal === undefined) return;
    this.#onCallerAbort = () => this.#abort("caller");
    signal.addEventListener("abort", this.#onCallerAbort);
  }

  get aborted(): boolean {
    return this.abortedBy !== undefined;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#onCallerAbort !== undefined) this.#caller?.removeEventListener("abort", this.#onCallerAbort);
  }

  /** Settles as `start` says with what it calls, but rejects at once when the call is ended. */
  orEnd<Value>(start: (done: (error: Error | null, value: Value) => void) => void): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#listeners.push(() => reject(new Error("the call was ended")));
      start((error, value) => (error === null ? resolve(value) : reject(error)));
    });
  }

  #abort(by: "deadline" | "caller"): void {
    this.abortedBy ??= by;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
