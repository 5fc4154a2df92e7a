import type { QBError } from "../errors.js";

/** What the queue needs of an AbortSignal. */
export interface DepartureSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Who calls, and how long the call may take. */
export interface Caller {
  /** Whose turn the call takes. */
  readonly user: string;
  /** Takes a waiting call away. Work inside QuickBooks goes on to its end; only its answer is not waited for. */
  readonly signal?: DepartureSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

export interface Task<Value> {
  /** Waits while a session on another file is held; undefined needs no file. */
  readonly companyFile: string | undefined;
  readonly writes: boolean;
  readonly work: (call: CallSignal) => Promise<Value>;
}

/** What runs knows of its caller. An AbortController costs more than a small call, so it is made when it is asked for. */
export class CallSignal {
  /** The caller has been answered already. */
  abandoned = false;
  /** QuickBooks has the message set. */
  reached = false;
  #controller: AbortController | undefined;
  #endPause: (() => void) | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort();
  }

  abandon(): void {
    this.abandoned = true;
    this.#endPause?.();
  }

  /** Ends at once when the caller has been answered. */
  pause(milliseconds: number): Promise<void> {
    if (this.abandoned) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A call in the queue. Its first answer counts, and ends what waits for something else. */
export class Job {
  readonly user: string;
  readonly task: Task<unknown>;
  readonly signal = new CallSignal();
  startedAt: number | undefined;
  answered = false;
  readonly #departure: DepartureSignal | undefined;
  readonly #resolve: (value: never) => void;
  readonly #reject: (error: QBError) => void;
  #onDeparture: (() => void) | undefined;
  #timers: NodeJS.Timeout[] | undefined;

  constructor(
    { user, signal }: Caller,
    task: Task<unknown>,
    resolve: (value: never) => void,
    reject: (error: QBError) => void,
  ) {
    this.user = user;
    this.task = task;
    this.#departure = signal;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  resolve(value: unknown): void {
    this.#settle();
    this.#resolve(value as never);
  }

  reject(error: QBError): void {
    this.#settle();
    this.#reject(error);
  }

  /** Calls `listener` when the caller goes away before the answer. */
  onDeparture(listener: () => void): void {
    this.#onDeparture = listener;
    this.#departure?.addEventListener("abort", listener);
  }

  /** A timer that ends with the answer. */
  endWithAnswer(timer: NodeJS.Timeout): void {
    this.#timers ??= [];
    this.#timers.push(timer);
  }

  #settle(): void {
    if (this.answered) return;
    this.answered = true;
    if (this.#timers !== undefined) for (const timer of this.#timers) clearTimeout(timer);
    if (this.#onDeparture !== undefined) this.#departure?.removeEventListener("abort", this.#onDeparture);
  }
}
