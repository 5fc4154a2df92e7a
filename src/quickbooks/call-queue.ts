import type { Outcome, QBError } from "../errors.js";
import {
  aborted,
  asCallFailure,
  companyFileHeld,
  deadlinePassed,
  queueFull,
  withOutcome,
} from "./call-failure.js";
import { FairQueue } from "./fair-queue.js";
import type { HeldSession } from "./held-sessions.js";

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

export interface CallQueueOptions {
  readonly maxWaiting: number;
  readonly deadlineMs: number;
  readonly companyFileWaitMs: number;
  /** The held sessions that keep this file from being opened. */
  readonly inTheWayOf: (companyFile: string | undefined) => readonly HeldSession[];
  /** What is left to do after a call, when its caller has the answer; undefined when nothing is. */
  readonly afterwards: () => Promise<void> | undefined;
}

export interface CallQueueState {
  readonly waiting: number;
  readonly running: { readonly user: string; readonly sinceMs: number } | undefined;
  readonly lastSuccess: Date | undefined;
  readonly lastFailure: { readonly code: string; readonly at: Date } | undefined;
}

/** What runs knows of its caller. An AbortController costs more than a small call, so it is made when it is asked for. */
export class CallSignal {
  /** The caller has been answered already. */
  abandoned = false;
  /** QuickBooks has the message set. */
  reached = false;
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort();
  }
}

interface Job {
  readonly user: string;
  readonly task: Task<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: QBError) => void;
  readonly signal: CallSignal;
  /** Ends timers and listeners of a job that was answered. */
  settle: () => void;
  startedAt: number | undefined;
}

/** Takes turns like a user, and is never refused; no user can have this name, theirs are prefixed. */
export const PROGRAM = "program";

/** Users are keyed with a prefix that tells where they come from; people see the name. */
export function nameOf(user: string): string {
  return user.slice(user.indexOf(":") + 1);
}

/**
 * One call at a time, users in turn, each caller answered exactly once: by the work, by the deadline, by the end of the wait for
 * another company file, or by the caller's own departure.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  readonly #waiting = new FairQueue<Job>();
  readonly #whenIdle: (() => void)[] = [];
  #running: Job | undefined;
  #closedWith: QBError | undefined;
  #lastSuccess: Date | undefined;
  #lastFailure: { code: string; at: Date } | undefined;

  constructor(options: CallQueueOptions) {
    this.#options = options;
  }

  /** Rejects with `QB_QUEUE_FULL`, `QB_DEADLINE`, `QB_COMPANY_FILE_HELD`, `QB_ABORTED`, and what the work throws. */
  run<Value>(caller: Caller, task: Task<Value>): Promise<Value> {
    const refusal = this.#refusal(caller);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise<Value>((resolve, reject) => {
      const job = this.#makeJob(caller, task, resolve as Job["resolve"], reject);
      this.#waiting.add(job);
      this.#next();
      if (job.startedAt === undefined) this.#watchCompanyFile(job);
    });
  }

  state(): CallQueueState {
    const running = this.#running;
    return {
      waiting: this.#waiting.size,
      running: running && { user: nameOf(running.user), sinceMs: sinceStart(running) },
      lastSuccess: this.#lastSuccess,
      lastFailure: this.#lastFailure,
    };
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#running === undefined && this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Takes no new calls and refuses the waiting ones with `error`; the running one goes on. */
  refuseAll(error: QBError): void {
    this.#closedWith ??= error;
    for (const job of [...this.#waiting]) this.#answerWaiting(job, error);
  }

  /** Answers the running call now, and tells its work to end. */
  cut(error: QBError): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#giveUp(running, (outcome) => withOutcome(error, outcome));
    running.signal.abort();
  }

  #refusal({ user, signal }: Caller): QBError | undefined {
    if (this.#closedWith !== undefined) return this.#closedWith;
    if (signal?.aborted === true) return aborted("not_applied");
    const { size } = this.#waiting;
    const { maxWaiting } = this.#options;
    const full = size >= maxWaiting || this.#waiting.waitingOf(user) >= Math.ceil(maxWaiting / 2);
    return full && user !== PROGRAM ? queueFull(size) : undefined;
  }

  #makeJob(caller: Caller, task: Task<unknown>, resolve: Job["resolve"], reject: Job["reject"]): Job {
    const deadlineMs = caller.deadlineMs ?? this.#options.deadlineMs;
    const timer = setTimeout(() => this.#onDeadline(job, deadlineMs), deadlineMs);
    const onDeparture = (): void => this.#giveUp(job, aborted);
    caller.signal?.addEventListener("abort", onDeparture);
    const settle = (): void => {
      clearTimeout(timer);
      caller.signal?.removeEventListener("abort", onDeparture);
    };
    const job: Job = {
      user: caller.user,
      task,
      resolve,
      reject,
      signal: new CallSignal(),
      settle,
      startedAt: undefined,
    };
    return job;
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.take(({ task }) => this.#options.inTheWayOf(task.companyFile).length === 0);
    if (job !== undefined) void this.#run(job);
    else if (this.#waiting.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    job.startedAt = Date.now();
    try {
      const value = await job.task.work(job.signal);
      this.#lastSuccess = new Date();
      job.resolve(value as never);
    } catch (error) {
      const failure = asCallFailure(error, mayHaveWritten(job));
      this.#remember(failure);
      job.reject(failure);
    }
    job.settle();
    const rest = this.#options.afterwards();
    if (rest !== undefined) await rest;
    this.#running = undefined;
    this.#next();
  }

  /** A QuickBooks that refuses what a program did wrong is well. */
  #remember({ code }: QBError): void {
    const isWell = code === "QB_REQUEST_REFUSED" || code === "QB_VERSION_UNSUPPORTED";
    if (isWell) this.#lastSuccess = new Date();
    else this.#lastFailure = { code, at: new Date() };
  }

  #onDeadline(job: Job, deadlineMs: number): void {
    const wasRunning = this.#running === job;
    const busyWith = wasRunning ? undefined : this.#describeRunning();
    this.#giveUp(job, (outcome) => deadlinePassed(deadlineMs, outcome, busyWith));
    if (!wasRunning) return;
    this.#lastFailure = { code: "QB_DEADLINE", at: new Date() };
    job.signal.abort();
  }

  /** Answers the caller now. What runs already keeps its place until the processor is done with it. */
  #giveUp(job: Job, error: (outcome: Outcome) => QBError): void {
    if (this.#running !== job) return this.#answerWaiting(job, error("not_applied"));
    job.signal.abandoned = true;
    job.reject(error(mayHaveWritten(job) ? "unknown" : "not_applied"));
    job.settle();
  }

  #answerWaiting(job: Job, error: QBError): void {
    if (!this.#waiting.remove(job)) return;
    job.settle();
    job.reject(error);
    this.#next();
  }

  #describeRunning(): string {
    const running = this.#running;
    if (running === undefined) return "another company file is held open";
    const seconds = (sinceStart(running) / 1000).toFixed(1);
    return `QuickBooks has been busy for ${seconds} s with a call of user "${nameOf(running.user)}"`;
  }

  #watchCompanyFile(job: Job): void {
    const { companyFile } = job.task;
    const timer = setInterval(() => {
      const holders = job.startedAt === undefined ? this.#options.inTheWayOf(companyFile) : [];
      if (holders.length > 0) this.#answerWaiting(job, companyFileHeld(companyFile ?? "", holders));
    }, this.#options.companyFileWaitMs);
    const { settle } = job;
    job.settle = (): void => {
      clearInterval(timer);
      settle();
    };
  }
}

function mayHaveWritten(job: Job): boolean {
  return job.task.writes && job.signal.reached;
}

function sinceStart(job: Job): number {
  return Date.now() - (job.startedAt ?? Date.now());
}
