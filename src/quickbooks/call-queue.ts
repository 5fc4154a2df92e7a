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
import { Job, type Caller, type Task } from "./job.js";

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
  /** Came in this turn of the event loop; who is answered within it needs no timer. */
  #untimed: { readonly job: Job; readonly deadlineMs: number }[] = [];
  #running: Job | undefined;
  #closedWith: QBError | undefined;
  #lastSuccess: number | undefined;
  #lastFailure: { code: string; at: Date } | undefined;

  constructor(options: CallQueueOptions) {
    this.#options = options;
  }

  /** Rejects with `QB_QUEUE_FULL`, `QB_DEADLINE`, `QB_COMPANY_FILE_HELD`, `QB_ABORTED`, and what the work throws. */
  run<Value>(caller: Caller, task: Task<Value>): Promise<Value> {
    const refusal = this.#refusal(caller);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise<Value>((resolve, reject) => {
      const job = new Job(caller, task, resolve, reject);
      job.onDeparture(() => this.#giveUp(job, aborted));
      this.#startTimersSoon(job, caller.deadlineMs ?? this.#options.deadlineMs);
      this.#enter(job);
    });
  }

  state(): CallQueueState {
    const running = this.#running;
    return {
      waiting: this.#waiting.size,
      running: running && { user: nameOf(running.user), sinceMs: sinceStart(running) },
      lastSuccess: this.#lastSuccess === undefined ? undefined : new Date(this.#lastSuccess),
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
    return this.#isFull(user) && user !== PROGRAM ? queueFull(this.#waiting.size) : undefined;
  }

  #isFull(user: string): boolean {
    const { size } = this.#waiting;
    const { maxWaiting } = this.#options;
    if (size >= maxWaiting) return true;
    return size > 0 && this.#waiting.waitingOf(user) >= Math.ceil(maxWaiting / 2);
  }

  #startTimersSoon(job: Job, deadlineMs: number): void {
    if (this.#untimed.push({ job, deadlineMs }) === 1) setImmediate(() => this.#startTimers());
  }

  #startTimers(): void {
    const untimed = this.#untimed;
    this.#untimed = [];
    for (const { job, deadlineMs } of untimed) {
      if (job.answered) continue;
      job.endWithAnswer(setTimeout(() => this.#onDeadline(job, deadlineMs), deadlineMs));
      if (job.startedAt === undefined) this.#watchCompanyFile(job);
    }
  }

  /** Where nothing waits, nobody has to be asked for his turn. */
  #enter(job: Job): void {
    const free = this.#running === undefined && this.#waiting.size === 0 && this.#isReady(job);
    if (free) {
      this.#waiting.skip(job.user);
      void this.#run(job);
    } else {
      this.#waiting.add(job);
      this.#next();
    }
  }

  #isReady({ task }: Job): boolean {
    return this.#options.inTheWayOf(task.companyFile).length === 0;
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.take((waiting) => this.#isReady(waiting));
    if (job !== undefined) void this.#run(job);
    else if (this.#waiting.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    job.startedAt = Date.now();
    try {
      const value = await job.task.work(job.signal);
      this.#lastSuccess = Date.now();
      job.resolve(value);
    } catch (error) {
      const failure = asCallFailure(error, mayHaveWritten(job));
      this.#remember(failure);
      job.reject(failure);
    }
    const rest = this.#options.afterwards();
    if (rest !== undefined) await rest;
    this.#running = undefined;
    this.#next();
  }

  /** A QuickBooks that refuses what a program did wrong is well. */
  #remember({ code }: QBError): void {
    const isWell = code === "QB_REQUEST_REFUSED" || code === "QB_VERSION_UNSUPPORTED";
    if (isWell) this.#lastSuccess = Date.now();
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
    job.reject(error(mayHaveWritten(job) ? "unknown" : "not_applied"));
    job.signal.abandon();
  }

  #answerWaiting(job: Job, error: QBError): void {
    if (!this.#waiting.remove(job)) return;
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
    job.endWithAnswer(timer);
  }
}

function mayHaveWritten(job: Job): boolean {
  return job.task.writes && job.signal.reached;
}

function sinceStart(job: Job): number {
  return Date.now() - (job.startedAt ?? Date.now());
}
