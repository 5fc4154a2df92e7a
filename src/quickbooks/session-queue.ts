import { randomUUID } from "node:crypto";
import { QBError } from "../errors.js";
import type { MessageSet } from "../qbxml/envelope.js";
import { within } from "../within.js";
import { aborted } from "./call-failure.js";
import { CallQueue, nameOf, PROGRAM, type CallQueueState } from "./call-queue.js";
import { RELEASE_MS } from "./end-times.js";
import { HeldSessions, sessionKey } from "./held-sessions.js";
import type { Caller, CallSignal } from "./job.js";
import { checkReadOnly } from "./read-only.js";
import type { QuickBooksSession, QuickBooksSettings, RequestProcessor } from "./request-processor.js";
import { RETRY_PAUSES_MS, withRetries } from "./retry.js";

export interface SessionQueueOptions {
  /** Calls that may wait at the same time; one user may take half of them. */
  readonly maxWaiting: number;
  /** How long a call may take, waiting included, unless it says otherwise. */
  readonly deadlineMs: number;
  /** How long a call waits for another company file while somebody holds one open. */
  readonly companyFileWaitMs: number;
  /** A ticket that was not used for so long is closed. */
  readonly ticketIdleMs: number;
  /** The pauses before a call is repeated for which QuickBooks was too busy. */
  readonly retryPausesMs?: readonly number[];
  /** Hears of what goes wrong where nobody waits for an answer. */
  readonly onError?: (error: unknown) => void;
}

export interface QueuedCall extends Caller {
  readonly settings: QuickBooksSettings;
  /** The caller named settings himself; then those of a ticket must be the same. */
  readonly asksForSettings?: boolean | undefined;
  readonly set: MessageSet;
  /** The persistent connection to use, from `openTicket`. Its settings replace `settings`. */
  readonly ticket?: string | undefined;
}

export interface QueueState extends CallQueueState {
  readonly held: readonly {
    readonly companyFile: string;
    readonly application: string;
    readonly holders: readonly string[];
  }[];
}

interface Ticket {
  readonly id: string;
  readonly user: string;
  readonly settings: QuickBooksSettings;
  idleTimer: NodeJS.Timeout | undefined;
  /** Calls that wait or run. */
  uses: number;
}

type Answer = string | Uint8Array;

const MAX_TICKETS_PER_USER = 16;
/** A release must not get lost when QuickBooks is busy for longer than a call may take. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** How long the end of everything waits for a processor that was told to end its work. */
const ABORT_GRACE_MS = 1_000;

/**
 * Stands in front of any request processor, because one QuickBooks does one thing at a time: users take turns, who goes
 * away takes the waiting call along, a deadline answers in time, sessions are shared by application, file, mode and flags.
 *
 * Errors: `QB_QUEUE_FULL`, `QB_DEADLINE`, `QB_COMPANY_FILE_HELD`, `QB_TICKET`, `QB_SETTING_REFUSED`, `QB_ABORTED`,
 * `QB_SHUTTING_DOWN`, and those of the processor.
 */
export class SessionQueue {
  readonly #processor: RequestProcessor;
  readonly #options: SessionQueueOptions;
  readonly #calls: CallQueue;
  readonly #pausesMs: readonly number[];
  readonly #held = new HeldSessions();
  readonly #tickets = new Map<string, Ticket>();
  /** The session of a single call, closed after the caller has the answer. */
  #spent: QuickBooksSession | undefined;
  #closing = false;

  constructor(processor: RequestProcessor, options: SessionQueueOptions) {
    this.#processor = processor;
    this.#options = options;
    this.#pausesMs = options.retryPausesMs ?? RETRY_PAUSES_MS;
    this.#calls = new CallQueue({
      ...options,
      inTheWayOf: (companyFile) => this.#held.inTheWayOf(companyFile),
      afterwards: () => this.#closeSpent(),
    });
  }

  async process(call: QueuedCall): Promise<Answer> {
    if (call.ticket !== undefined) return await this.#processOnTicket(call, call.ticket);
    const { settings, set } = call;
    if (settings.readOnly) checkReadOnly(set);
    return await this.#calls.run(call, {
      companyFile: settings.companyFile,
      writes: set.writes,
      work: (signal) => this.#work(settings, set, signal),
    });
  }

  /** Opens a persistent connection that only this user can use. */
  openTicket(
    caller: Caller & { readonly settings: QuickBooksSettings },
  ): Promise<{ ticket: string; companyFile: string }> {
    const { user, settings } = caller;
    const work = async (signal: CallSignal): Promise<{ ticket: string; companyFile: string }> => {
      this.#checkTicketCount(user);
      const ticket: Ticket = { id: randomUUID(), user, settings, idleTimer: undefined, uses: 0 };
      const session = await this.#hold(ticket, signal);
      if (signal.abandoned) await this.#release(ticket.id);
      else this.#tickets.set(ticket.id, ticket);
      this.#startIdleTimer(ticket);
      return { ticket: ticket.id, companyFile: session.companyFile };
    };
    return this.#calls.run(caller, { companyFile: settings.companyFile, writes: false, work });
  }

  /** Closes it; a ticket that is closed already is no error, another user's is. */
  async closeTicket(user: string, id: string): Promise<void> {
    if (this.#tickets.has(id)) await this.#endTicket(this.#ticketOf(user, id));
  }

  /** Opens the one persistent connection of the program itself. */
  async connect(settings: QuickBooksSettings): Promise<void> {
    // What the program held before, and QuickBooks has lost, must not stand in the way.
    const lost = this.connected ? undefined : this.#held.release(PROGRAM);
    const work = async (signal: CallSignal): Promise<void> => {
      if (lost !== undefined) await this.#closeQuietly(lost);
      if (!this.connected) await this.#hold({ id: PROGRAM, user: PROGRAM, settings }, signal);
    };
    await this.#calls.run({ user: PROGRAM }, { companyFile: settings.companyFile, writes: false, work });
  }

  async disconnect(): Promise<void> {
    await this.#runRelease(PROGRAM);
  }

  /** True while the program's own connection is open. */
  get connected(): boolean {
    return this.#held.isOpenFor(PROGRAM);
  }

  state(): QueueState {
    return { ...this.#calls.state(), held: this.#held.describe() };
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    return this.#calls.idle();
  }

  /**
   * Takes no new calls, refuses the waiting ones with `error`, lets the running one end, closes every session, and has the
   * processor let go of what it keeps.
   */
  async close(error: QBError): Promise<void> {
    await this.#end(error);
    await this.#releaseProcessor();
  }

  async #end(error: QBError): Promise<void> {
    this.#closing = true;
    this.#calls.refuseAll(error);
    await this.#calls.idle();
    for (const ticket of this.#tickets.values()) clearTimeout(ticket.idleTimer);
    this.#tickets.clear();
    for (const session of this.#held.takeAll()) await this.#closeQuietly(session);
  }

  /**
   * As `close`, but answers the running call now as well and tells the processor to end it. Waits only a moment for a
   * processor that does not; its sessions are closed when it ends.
   */
  async destroy(error: QBError): Promise<void> {
    const ended = this.#end(error);
    this.#calls.cut(error);
    if (!(await within(ABORT_GRACE_MS, ended))) void ended.then(() => this.#releaseProcessor());
    await this.#releaseProcessor();
  }

  async #releaseProcessor(): Promise<void> {
    const released = this.#releasedQuietly();
    if (await within(RELEASE_MS, released)) return;
    this.#options.onError?.(
      new QBError("QB_QUICKBOOKS_FAILED", `the request processor did not let go within ${RELEASE_MS} ms`),
    );
  }

  async #releasedQuietly(): Promise<void> {
    try {
      await this.#processor.release?.();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  async #processOnTicket(call: QueuedCall, id: string): Promise<Answer> {
    const { user, set } = call;
    const ticket = this.#ticketOf(user, id);
    const { settings } = ticket;
    if (call.asksForSettings === true) checkSameSettings(call.settings, settings);
    if (settings.readOnly) checkReadOnly(set);
    const work = async (signal: CallSignal): Promise<Answer> => {
      this.#ticketOf(user, id);
      await this.#hold(ticket, signal);
      return this.#work(settings, set, signal);
    };
    const task = { companyFile: settings.companyFile, writes: set.writes, work };
    return await this.#whileInUse(ticket, () => this.#calls.run(call, task));
  }

  #work(settings: QuickBooksSettings, set: MessageSet, signal: CallSignal): Promise<Answer> {
    return withRetries(signal, this.#pausesMs, {
      attempt: async () => checkAnswer(await start(await this.#session(settings, signal), set, signal), set),
      onLost: () => this.#drop(settings),
      isRepeatable: isRepeatable(set),
    });
  }

  /** The held session with these settings, or one for this call alone. */
  async #session(settings: QuickBooksSettings, signal: CallSignal): Promise<QuickBooksSession> {
    const held = this.#held.get(settings);
    if (held?.session?.isLost === true) await this.#drop(settings);
    if (held === undefined) return (this.#spent ??= await this.#processor.open(settings, signal));
    return (held.session ??= await this.#processor.open(held.settings, signal));
  }

  /** Adds a holder to the session with these settings; opens it when there is none. */
  async #hold(
    { id, user, settings }: Pick<Ticket, "id" | "user" | "settings">,
    signal: CallSignal,
  ): Promise<QuickBooksSession> {
    const name = user === PROGRAM ? "connectedToQB" : `user "${nameOf(user)}"`;
    const held = this.#held.get(settings);
    if (held === undefined) {
      const session = await this.#open(settings, signal);
      this.#held.add(settings, session, id, name);
      return session;
    }
    if (held.session?.isLost === true) await this.#drop(settings);
    held.session ??= await this.#open(held.settings, signal);
    this.#held.addHolder(settings, id, name);
    return held.session;
  }

  #open(settings: QuickBooksSettings, signal: CallSignal): Promise<QuickBooksSession> {
    return withRetries(signal, this.#pausesMs, {
      attempt: () => this.#processor.open(settings, signal),
      onLost: () => undefined,
      isRepeatable: true,
    });
  }

  /** QuickBooks lost it; its holders stay, and the next call opens it again. */
  async #drop(settings: QuickBooksSettings): Promise<void> {
    const held = this.#held.get(settings);
    if (held === undefined) return await this.#closeSpent();
    const lost = held.session;
    held.session = undefined;
    if (lost !== undefined) await this.#closeQuietly(lost);
  }

  async #release(holder: string): Promise<void> {
    const session = this.#held.release(holder);
    if (session !== undefined) await this.#closeQuietly(session);
  }

  async #runRelease(holder: string): Promise<void> {
    const work = (): Promise<void> => this.#release(holder);
    const caller = { user: PROGRAM, deadlineMs: LONGEST_TIMER };
    await this.#calls.run(caller, { companyFile: undefined, writes: false, work });
  }

  #ticketOf(user: string, id: string): Ticket {
    const ticket = this.#tickets.get(id);
    if (ticket !== undefined && ticket.user === user) return ticket;
    throw new QBError(
      "QB_TICKET",
      "this connection is not open: it was closed, it was idle for too long, or it is another user's",
    );
  }

  #checkTicketCount(user: string): void {
    const count = [...this.#tickets.values()].filter((ticket) => ticket.user === user).length;
    if (count < MAX_TICKETS_PER_USER) return;
    throw new QBError("QB_QUEUE_FULL", `user "${nameOf(user)}" has ${count} connections open already`, {
      advice: "Close connections with closeQBConnection() when they are not needed.",
    });
  }

  /** A connection for which a call waits or runs is not idle. */
  async #whileInUse<Value>(ticket: Ticket, work: () => Promise<Value>): Promise<Value> {
    clearTimeout(ticket.idleTimer);
    ticket.uses++;
    try {
      return await work();
    } finally {
      if (--ticket.uses === 0) this.#startIdleTimer(ticket);
    }
  }

  #startIdleTimer(ticket: Ticket): void {
    if (!this.#tickets.has(ticket.id)) return;
    clearTimeout(ticket.idleTimer);
    ticket.idleTimer = setTimeout(() => {
      this.#endTicket(ticket).catch((error: unknown) => {
        // The end of everything closes this session as well.
        if (!this.#closing) this.#options.onError?.(error);
      });
    }, this.#options.ticketIdleMs).unref();
  }

  async #endTicket(ticket: Ticket): Promise<void> {
    clearTimeout(ticket.idleTimer);
    this.#tickets.delete(ticket.id);
    await this.#runRelease(ticket.id);
  }

  #closeSpent(): Promise<void> | undefined {
    const spent = this.#spent;
    this.#spent = undefined;
    return spent && this.#closeQuietly(spent);
  }

  async #closeQuietly(session: QuickBooksSession): Promise<void> {
    try {
      await session.close();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}

/** What was given up before QuickBooks had it, is not given to it any more: its caller was told so. */
function start(session: QuickBooksSession, set: MessageSet, signal: CallSignal): Promise<Answer> {
  if (signal.abandoned) throw aborted("not_applied");
  signal.reached = true;
  return session.process(set, signal);
}

function checkAnswer(answer: Answer, set: MessageSet): Answer {
  if (typeof answer === "string" || answer instanceof Uint8Array) return answer;
  throw new QBError("QB_QUICKBOOKS_FAILED", "the request processor gave no response document", {
    outcome: set.writes ? "unknown" : "not_applied",
  });
}

/** An iterator moves on when it is read, and dies with its session. */
function isRepeatable(set: MessageSet): boolean {
  return !set.writes && set.requests.every((request) => request.iterator === undefined);
}

function checkSameSettings(asked: QuickBooksSettings, open: QuickBooksSettings): void {
  if (sessionKey(asked) === sessionKey(open)) return;
  throw new QBError(
    "QB_SETTING_REFUSED",
    "this connection was opened with other settings than the request asks for",
    { advice: "Leave the settings out, or open a new connection with them." },
  );
}
