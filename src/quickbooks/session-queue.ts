import { randomUUID } from "node:crypto";
import { QBError, type Outcome } from "../errors.js";
import type { MessageSet } from "../qbxml/envelope.js";
import { FairQueue } from "./fair-queue.js";
import { HeldSessions, type HeldSession } from "./held-sessions.js";
import { retryClass } from "./hresult.js";
import type { QuickBooksSession, QuickBooksSettings, RequestProcessor } from "./request-processor.js";

export interface SessionQueueOptions {
  /** Calls that may wait at the same time; one user may take half of them. */
  readonly maxWaiting: number;
  /** How long a call may take, waiting included, unless it says otherwise. */
  readonly deadlineMs: number;
  /** How long a call waits for another company file while somebody holds one open. */
  readonly companyFileWaitMs: number;
  /** A ticket that was not used for so long is closed. */
  readonly ticketIdleMs: number;
  /** Hears of what goes wrong where nobody waits for an answer. */
  readonly onError?: (error: unknown) => void;
}

/** What the queue needs of an AbortSignal. */
export interface DepartureSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Who calls, and how long the call may take. */
export interface Caller {
  /** Whose turn the call takes; tickets are bound to it. */
  readonly user: string;
  /** Takes a waiting call away. Work inside QuickBooks goes on to its end; only its answer is not waited for. */
  readonly signal?: DepartureSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

export interface QueuedCall extends Caller {
  readonly settings: QuickBooksSettings;
  readonly set: MessageSet;
  /** The persistent connection to use, from `openTicket`. Its settings replace `settings`. */
  readonly ticket?: string | undefined;
}

export interface QueueState {
  readonly waiting: number;
  readonly running: { readonly user: string; readonly sinceMs: number } | undefined;
  readonly held: readonly {
    readonly companyFile: string;
    readonly application: string;
    readonly holders: readonly string[];
  }[];
  readonly lastSuccess: Date | undefined;
  readonly lastFailure: { readonly code: string; readonly at: Date } | undefined;
}

interface Ticket {
  readonly id: string;
  readonly user: string;
  readonly settings: QuickBooksSettings;
  idleTimer: NodeJS.Timeout | undefined;
}

type Answer = string | Uint8Array;

interface Job {
  readonly user: string;
  readonly companyFile: string | undefined;
  readonly writes: boolean;
  readonly work: (job: JobSignal) => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (error: QBError) => void;
  readonly signal: JobSignal;
  /** Ends timers and listeners of a job that was answered. */
  settle: () => void;
  startedAt: number | undefined;
}

/** What the processor is told of a job; an AbortController costs more than a small call, so it is made when it is asked for. */
class JobSignal {
  /** Its caller has been answered already. */
  abandoned = false;
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

const MAX_TICKETS_PER_USER = 16;

/**
 * Stands in front of any request processor, because one QuickBooks does one thing at a time: users take turns, who goes
 * away takes the waiting call along, a deadline answers in time, sessions are shared by application, file, mode and flags.
 *
 * Errors: `QB_QUEUE_FULL`, `QB_DEADLINE`, `QB_COMPANY_FILE_HELD`, `QB_TICKET`, `QB_ABORTED`, `QB_SHUTTING_DOWN`, and those
 * of the processor.
 */
export class SessionQueue {
  readonly #processor: RequestProcessor;
  readonly #options: SessionQueueOptions;
  readonly #waiting = new FairQueue<Job>();
  readonly #held = new HeldSessions();
  readonly #tickets = new Map<string, Ticket>();
  /** Sessions of single calls, closed after the caller has the answer. */
  readonly #spent: QuickBooksSession[] = [];
  readonly #whenIdle: (() => void)[] = [];
  #running: Job | undefined;
  #closedWith: QBError | undefined;
  #lastSuccess: Date | undefined;
  #lastFailure: { code: string; at: Date } | undefined;

  constructor(processor: RequestProcessor, options: SessionQueueOptions) {
    this.#processor = processor;
    this.#options = options;
  }

  async process(call: QueuedCall): Promise<Answer> {
    const ticket = call.ticket === undefined ? undefined : this.#ticketOf(call.user, call.ticket);
    const settings = ticket?.settings ?? call.settings;
    const work = (signal: JobSignal): Promise<Answer> => this.#processOn(settings, call.set, signal, ticket);
    return await this.#enqueue<Answer>(call, {
      companyFile: settings.companyFile,
      writes: call.set.writes,
      work,
    });
  }

  /** Opens a persistent connection that only this user can use. */
  openTicket(
    caller: Caller & { readonly settings: QuickBooksSettings },
  ): Promise<{ ticket: string; companyFile: string }> {
    const { user, settings } = caller;
    const work = async (signal: JobSignal): Promise<{ ticket: string; companyFile: string }> => {
      this.#checkTicketCount(user);
      const ticket: Ticket = { id: randomUUID(), user, settings, idleTimer: undefined };
      const held = await this.#hold(settings, ticket.id, `user "${nameOf(user)}"`, signal);
      if (signal.abandoned) await this.#release(ticket.id);
      else this.#tickets.set(ticket.id, ticket);
      this.#startIdleTimer(ticket);
      return { ticket: ticket.id, companyFile: held.session.companyFile };
    };
    return this.#enqueue(caller, { companyFile: settings.companyFile, writes: false, work });
  }

  /** Closes it; a ticket that is closed already is no error, another user's is. */
  async closeTicket(user: string, id: string): Promise<void> {
    const ticket = this.#tickets.get(id);
    if (ticket === undefined) return;
    await this.#endTicket(this.#ticketOf(user, id));
  }

  /** Opens the one persistent connection of the program itself. */
  async connect(settings: QuickBooksSettings): Promise<void> {
    const work = (signal: JobSignal): Promise<unknown> =>
      this.#hold(settings, PROGRAM, "connectedToQB", signal);
    await this.#enqueue({ user: PROGRAM }, { companyFile: settings.companyFile, writes: false, work });
  }

  async disconnect(): Promise<void> {
    const work = (): Promise<unknown> => this.#release(PROGRAM);
    await this.#enqueue({ user: PROGRAM }, { companyFile: undefined, writes: false, work });
  }

  /** True while the program's own connection is open. */
  get connected(): boolean {
    return this.#held.isHeldBy(PROGRAM);
  }

  state(): QueueState {
    const running = this.#running;
    return {
      waiting: this.#waiting.size,
      running: running && {
        user: nameOf(running.user),
        sinceMs: Date.now() - (running.startedAt ?? Date.now()),
      },
      held: this.#held.describe(),
      lastSuccess: this.#lastSuccess,
      lastFailure: this.#lastFailure,
    };
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.#running === undefined && this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Takes no new calls, refuses the waiting ones with `error`, lets the running one end, closes every session. */
  async close(error: QBError): Promise<void> {
    this.#closedWith ??= error;
    for (const job of [...this.#waiting]) this.#answerWaiting(job, error);
    await this.idle();
    for (const ticket of this.#tickets.values()) clearTimeout(ticket.idleTimer);
    this.#tickets.clear();
    await Promise.all(this.#held.takeAll().map((session) => this.#closeQuietly(session)));
  }

  /** As `close`, but answers the running call now as well and tells the processor to end it. */
  async destroy(error: QBError): Promise<void> {
    const closing = this.close(error);
    const running = this.#running;
    if (running !== undefined) {
      this.#giveUp(running, (outcome) => withOutcome(error, outcome));
      running.signal.abort();
    }
    await closing;
  }

  #enqueue<Value>(
    caller: Caller,
    task: { companyFile: string | undefined; writes: boolean; work: (signal: JobSignal) => Promise<Value> },
  ): Promise<Value> {
    if (this.#closedWith !== undefined) return Promise.reject(this.#closedWith);
    const refusal = caller.signal?.aborted === true ? aborted("not_applied") : this.#refusal(caller);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise<Value>((resolve, reject) => {
      const job = this.#makeJob(caller, { ...task, resolve, reject });
      this.#waiting.add(job);
      this.#next();
      if (job.startedAt === undefined) this.#watchCompanyFile(job);
    });
  }

  #refusal({ user }: Caller): QBError | undefined {
    if (user === PROGRAM) return undefined;
    const { maxWaiting } = this.#options;
    if (this.#waiting.size < maxWaiting && this.#waiting.waitingOf(user) < Math.ceil(maxWaiting / 2))
      return undefined;
    return new QBError("QB_QUEUE_FULL", `${this.#waiting.size} calls are waiting for QuickBooks already`, {
      retryAfter: 5,
    });
  }

  #makeJob(caller: Caller, task: Pick<Job, "companyFile" | "writes" | "work" | "resolve" | "reject">): Job {
    const deadlineMs = caller.deadlineMs ?? this.#options.deadlineMs;
    const timer = setTimeout(() => this.#onDeadline(job, deadlineMs), deadlineMs);
    const onAbort = (): void => this.#giveUp(job, aborted);
    caller.signal?.addEventListener("abort", onAbort);
    const job: Job = {
      user: caller.user,
      companyFile: task.companyFile,
      writes: task.writes,
      work: task.work,
      resolve: task.resolve,
      reject: task.reject,
      signal: new JobSignal(),
      startedAt: undefined,
      settle: () => {
        clearTimeout(timer);
        caller.signal?.removeEventListener("abort", onAbort);
      },
    };
    return job;
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.take((candidate) => this.#held.inTheWayOf(candidate.companyFile).length === 0);
    if (job !== undefined) void this.#run(job);
    else if (this.#waiting.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #run(job: Job): Promise<void> {
    this.#running = job;
    job.startedAt = Date.now();
    try {
      const value = await job.work(job.signal);
      this.#lastSuccess = new Date();
      job.resolve(value as never);
    } catch (error) {
      const failure = asQBError(error, job.writes);
      this.#lastFailure = { code: failure.code, at: new Date() };
      job.reject(failure);
    }
    job.settle();
    for (const session of this.#spent.splice(0)) await this.#closeQuietly(session);
    this.#running = undefined;
    this.#next();
  }

  #onDeadline(job: Job, deadlineMs: number): void {
    const wasRunning = this.#running === job;
    this.#giveUp(job, (outcome) =>
      deadlinePassed(deadlineMs, outcome, wasRunning ? undefined : this.#describeRunning()),
    );
    if (wasRunning) job.signal.abort();
  }

  /** Answers the caller now. What runs already keeps its place until the processor is done with it. */
  #giveUp(job: Job, error: (outcome: Outcome) => QBError): void {
    if (this.#running !== job) return this.#answerWaiting(job, error("not_applied"));
    job.signal.abandoned = true;
    job.reject(error(job.writes ? "unknown" : "not_applied"));
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
    if (running?.startedAt === undefined) return "";
    const seconds = ((Date.now() - running.startedAt) / 1000).toFixed(1);
    return `QuickBooks has been busy for ${seconds} s with a call of user "${nameOf(running.user)}"`;
  }

  #watchCompanyFile(job: Job): void {
    const timer = setTimeout(() => {
      const holders = this.#held.inTheWayOf(job.companyFile);
      if (holders.length > 0) this.#answerWaiting(job, companyFileHeld(job.companyFile ?? "", holders));
    }, this.#options.companyFileWaitMs);
    const { settle } = job;
    job.settle = (): void => {
      clearTimeout(timer);
      settle();
    };
  }

  async #processOn(
    settings: QuickBooksSettings,
    set: MessageSet,
    signal: JobSignal,
    ticket: Ticket | undefined,
  ): Promise<Answer> {
    if (ticket === undefined) return this.#processOnShared(settings, set, signal);
    this.#ticketOf(ticket.user, ticket.id);
    clearTimeout(ticket.idleTimer);
    try {
      await this.#hold(settings, ticket.id, `user "${nameOf(ticket.user)}"`, signal);
      return await this.#processOnShared(settings, set, signal);
    } finally {
      this.#startIdleTimer(ticket);
    }
  }

  async #processOnShared(settings: QuickBooksSettings, set: MessageSet, signal: JobSignal): Promise<Answer> {
    const held = this.#held.get(settings);
    if (held === undefined) return this.#processOnce(settings, set, signal);
    try {
      return await processWith(held.session, set, signal);
    } catch (error) {
      if (!isSessionLost(error)) throw error;
      await this.#reopen(held, signal);
      if (!isRepeatable(set)) throw error;
      return processWith(held.session, set, signal);
    }
  }

  async #processOnce(settings: QuickBooksSettings, set: MessageSet, signal: JobSignal): Promise<Answer> {
    const session = await this.#processor.open(settings, signal);
    this.#spent.push(session);
    return processWith(session, set, signal);
  }

  async #hold(
    settings: QuickBooksSettings,
    holder: string,
    name: string,
    signal: JobSignal,
  ): Promise<HeldSession> {
    const held = this.#held.get(settings);
    if (held !== undefined) return this.#held.addHolder(held, holder, name);
    const session = await this.#processor.open(settings, signal);
    return this.#held.add(settings, session, holder, name);
  }

  async #reopen(held: HeldSession, signal: JobSignal): Promise<void> {
    await this.#closeQuietly(held.session);
    try {
      held.session = await this.#processor.open(held.settings, signal);
    } catch (error) {
      this.#held.remove(held);
      throw error;
    }
  }

  async #release(holder: string): Promise<void> {
    const session = this.#held.release(holder);
    if (session !== undefined) await this.#closeQuietly(session);
  }

  #ticketOf(user: string, id: string): Ticket {
    const ticket = this.#tickets.get(id);
    if (ticket === undefined || ticket.user !== user) {
      throw new QBError(
        "QB_TICKET",
        "this connection is not open: it was closed, it was idle for too long, or it is another user's",
      );
    }
    return ticket;
  }

  #checkTicketCount(user: string): void {
    const count = [...this.#tickets.values()].filter((ticket) => ticket.user === user).length;
    if (count < MAX_TICKETS_PER_USER) return;
    throw new QBError("QB_QUEUE_FULL", `user "${nameOf(user)}" has ${count} connections open already`, {
      advice: "Close connections with closeQBConnection() when they are not needed.",
    });
  }

  #startIdleTimer(ticket: Ticket): void {
    if (!this.#tickets.has(ticket.id)) return;
    clearTimeout(ticket.idleTimer);
    ticket.idleTimer = setTimeout(() => {
      this.#endTicket(ticket).catch((error: unknown) => this.#options.onError?.(error));
    }, this.#options.ticketIdleMs).unref();
  }

  async #endTicket(ticket: Ticket): Promise<void> {
    clearTimeout(ticket.idleTimer);
    this.#tickets.delete(ticket.id);
    const work = (): Promise<unknown> => this.#release(ticket.id);
    await this.#enqueue({ user: PROGRAM }, { companyFile: undefined, writes: false, work });
  }

  async #closeQuietly(session: QuickBooksSession): Promise<void> {
    try {
      await session.close();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}

/** Takes turns like a user; no user can have this name, theirs are prefixed. */
const PROGRAM = "program";

/** Users are keyed with a prefix that tells where they come from; people see the name. */
function nameOf(user: string): string {
  return user.slice(user.indexOf(":") + 1);
}

async function processWith(session: QuickBooksSession, set: MessageSet, signal: JobSignal): Promise<Answer> {
  try {
    const answer = await session.process(set, signal);
    if (typeof answer === "string" || answer instanceof Uint8Array) return answer;
  } catch (error) {
    throw asQBError(error, set.writes);
  }
  throw new QBError("QB_QUICKBOOKS_FAILED", "the request processor gave no response document", {
    outcome: set.writes ? "unknown" : "not_applied",
  });
}

/** A write that ran into a lost session may have been done. */
function asQBError(error: unknown, writes: boolean): QBError {
  if (error instanceof QBError) {
    return writes && isSessionLost(error) ? withOutcome(error, "unknown") : error;
  }
  return new QBError("QB_QUICKBOOKS_FAILED", "the request processor failed", {
    outcome: writes ? "unknown" : "not_applied",
    cause: error,
  });
}

function isSessionLost(error: unknown): boolean {
  return error instanceof QBError && retryClass(error.hresult) === "reconnect";
}

/** An iterator moves on when it is read, and dies with its session. */
function isRepeatable(set: MessageSet): boolean {
  return !set.writes && set.requests.every((request) => request.iterator === undefined);
}

function withOutcome(error: QBError, outcome: Outcome): QBError {
  return new QBError(error.code, error.message, {
    outcome,
    retryable: outcome === "unknown" ? false : error.retryable,
    hresult: error.hresult,
    who: error.who,
    advice:
      outcome === "unknown" ? "Look up whether the write happened before sending it again." : error.advice,
    details: error.details,
    cause: error.cause,
  });
}

function aborted(outcome: Outcome): QBError {
  return new QBError("QB_ABORTED", "the caller ended the call", { outcome });
}

function deadlinePassed(deadlineMs: number, outcome: Outcome, busyWith: string | undefined): QBError {
  const why =
    busyWith === undefined ? "QuickBooks did not answer" : `the call was still waiting; ${busyWith}`;
  return new QBError("QB_DEADLINE", `the deadline of ${deadlineMs} ms passed: ${why}`, {
    outcome,
    retryable: outcome === "not_applied",
  });
}

function companyFileHeld(wanted: string, holders: readonly HeldSession[]): QBError {
  const names = holders.map(
    (held) =>
      `${held.holders().join(" and ")} (application "${held.settings.applicationName}") holds "${held.session.companyFile}"`,
  );
  return new QBError("QB_COMPANY_FILE_HELD", `"${wanted}" cannot be opened: ${names.join("; ")}`, {
    retryAfter: 30,
    details: { wanted, holders: names },
  });
}
