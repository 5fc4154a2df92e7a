import type { QBError, Outcome } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { MessageSet } from "../../qbxml/envelope.js";
import { aborted } from "../call-failure.js";
import { CLOSE_MS, END_MS, KILL_MS } from "../end-times.js";
import type { Clock } from "./clock.js";
import { callFailed, hostEnded, hostNotReady, hostRefused } from "./host-failure.js";
import type { HostLink, StartLink } from "./host-link.js";
import type { HostCommand, HostReply, HostSettings, ServerChoice, SessionFacts } from "./host-protocol.js";
import type { Bitness, MachineFacts, RegisteredServer } from "./machine-facts.js";

type WithoutId<Command> = Command extends HostCommand ? Omit<Command, "id"> : never;

interface Answers {
  readonly servers: readonly RegisteredServer[];
  readonly facts: MachineFacts;
  readonly opened: SessionFacts;
  readonly companyFile: string;
  readonly closed: true;
  readonly document: Uint8Array;
}

interface Pending {
  readonly id: number;
  readonly command: HostCommand;
  /** What is true of the books when no reply comes any more. */
  readonly outcome: Outcome;
  readonly answer: keyof Answers;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export interface HostHandleOptions {
  readonly start: StartLink;
  readonly clock: Clock;
  readonly logger: Logger;
  /** It ended by itself, or said what no host says. */
  readonly onCrash: () => void;
}

/**
 * The parent's side of a host, from its start to its end. One command at a time; each is answered once: by the host, by its
 * end, or by the caller's signal, which ends the host.
 */
export class HostHandle {
  readonly #options: HostHandleOptions;
  readonly #link: HostLink;
  readonly #gone: Promise<void>;
  #resolveGone = (): void => {};
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | undefined;
  #lastId = 0;
  #bitness: Bitness | undefined;
  #isEnding = false;
  #isAlive = true;
  #isSound = true;
  #holdsSession = false;

  constructor(options: HostHandleOptions) {
    this.#options = options;
    this.#gone = new Promise((resolve) => (this.#resolveGone = resolve));
    this.#link = options.start({
      isExpected: (id) => this.#pending?.id === id && this.#pending.answer === "document",
      onMessage: (message) => this.#onMessage(message),
      onAnswer: (_id, document) => this.#resolve(document),
      onGarbage: (what) => this.#onGarbage(what),
      onGone: (how, lastWords) => this.#onGone(how, lastWords),
    });
  }

  get isAlive(): boolean {
    return this.#isAlive && !this.#isEnding;
  }

  /** Whether it can serve another session: it holds nothing of QuickBooks, and failed in nothing itself. */
  get isReusable(): boolean {
    return this.isAlive && this.#isSound && !this.#holdsSession;
  }

  /** Of the host's program; known after its first answer. */
  get bitness(): Bitness {
    return this.#bitness ?? 64;
  }

  find(signal?: AbortSignal): Promise<readonly RegisteredServer[]> {
    return this.#ask({ call: "find" }, "servers", signal);
  }

  look(signal?: AbortSignal): Promise<MachineFacts> {
    return this.#ask({ call: "look" }, "facts", signal);
  }

  open(server: ServerChoice, settings: HostSettings, signal?: AbortSignal): Promise<SessionFacts> {
    return this.#ask({ call: "open", server, settings }, "opened", signal);
  }

  /** The name of the session's company file. */
  check(signal?: AbortSignal): Promise<string> {
    return this.#ask({ call: "check" }, "companyFile", signal);
  }

  process({ kind, text, writes }: MessageSet, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#ask({ call: "process", kind, text }, "document", signal, writes ? "unknown" : "not_applied");
  }

  /** Ends the session; when that hangs, the host with it. Never rejects. */
  async closeSession(): Promise<void> {
    const limit = new AbortController();
    const cancel = this.#options.clock.after(CLOSE_MS, () => limit.abort());
    try {
      await this.#ask({ call: "close" }, "closed", limit.signal);
    } catch (error) {
      this.#options.logger.warn({ error }, "the session with QuickBooks did not end in order");
    } finally {
      cancel();
    }
  }

  /** Lets it end by itself, for which it needs no session any more. Resolves when it is gone. */
  async end(): Promise<void> {
    if (!this.#isAlive) return;
    this.#isEnding = true;
    const cancel = this.#options.clock.after(END_MS, () => void this.kill());
    this.#link.end();
    await this.#whenGone();
    cancel();
  }

  /** Ends it now. Resolves when it is gone, or when it cannot be ended. */
  async kill(): Promise<void> {
    if (!this.#isAlive) return;
    this.#isEnding = true;
    const cancel = this.#options.clock.after(KILL_MS, () => this.#onGone("it cannot be ended", ""));
    this.#link.kill();
    await this.#whenGone();
    cancel();
  }

  async #whenGone(): Promise<void> {
    this.#link.hold(true);
    await this.#gone;
  }

  #ask<Name extends keyof Answers>(
    question: WithoutId<HostCommand>,
    answer: Name,
    signal: AbortSignal | undefined,
    outcome: Outcome = "not_applied",
  ): Promise<Answers[Name]> {
    const turn = this.#turn.then(() => this.#send(question, answer, signal, outcome));
    // What it gave is not kept: an answer can be large.
    this.#turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  async #send<Name extends keyof Answers>(
    question: WithoutId<HostCommand>,
    answer: Name,
    signal: AbortSignal | undefined,
    outcome: Outcome,
  ): Promise<Answers[Name]> {
    if (signal?.aborted === true) throw aborted("not_applied");
    if (!this.isAlive) throw hostEnded("before the call", "not_applied");
    const command = { ...question, id: ++this.#lastId } as HostCommand;
    const onAbort = (): void => void this.kill();
    signal?.addEventListener("abort", onAbort);
    if (command.call === "open") this.#holdsSession = true;
    this.#link.hold(true);
    try {
      return await new Promise<Answers[Name]>((resolve, reject) => {
        this.#pending = { id: command.id, command, outcome, answer, resolve, reject };
        if (this.#bitness !== undefined) this.#link.post(command);
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#link.hold(false);
    }
  }

  #onMessage(message: unknown): void {
    const fields = (typeof message === "object" ? message : null) ?? {};
    if ("ready" in fields && this.#bitness === undefined) return this.#onReady(fields);
    const reply = fields as Partial<Record<string, unknown>>;
    const pending = this.#pending;
    if (pending === undefined || reply["id"] !== pending.id)
      return this.#onGarbage("a reply to nothing that was asked");
    if ("failure" in reply || "error" in reply) return this.#onFailure(reply as HostReply, pending.command);
    if (pending.answer === "document" || !(pending.answer in reply))
      return this.#onGarbage(`a reply that does not fit ${pending.command.call}`);
    if (pending.answer === "closed") this.#holdsSession = false;
    this.#resolve(reply[pending.answer]);
  }

  #onFailure(reply: HostReply, { call }: HostCommand): void {
    if ("error" in reply) this.#isSound = false;
    if (call === "open" && !("remains" in reply)) this.#holdsSession = false;
    this.#reject(failureOf(reply));
  }

  #onReady(ready: object): void {
    const bitness = "bitness" in ready ? ready.bitness : 64;
    this.#bitness = bitness === 32 || bitness === "ARM64" ? bitness : 64;
    if (this.#pending !== undefined) this.#link.post(this.#pending.command);
  }

  #resolve(value: unknown): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(value as never);
  }

  #reject(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }

  #outcome(): Outcome {
    return this.#pending?.outcome ?? "not_applied";
  }

  /** Nothing that it says later can be trusted. */
  #onGarbage(what: string): void {
    this.#options.logger.error({}, `the process that talks to QuickBooks sent ${what}, and is ended`);
    if (!this.isAlive) return;
    this.#options.onCrash();
    this.#reject(hostEnded(`it sent ${what}`, this.#outcome()));
    void this.kill();
  }

  #onGone(how: string, lastWords: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    const isCrash = !this.#isEnding;
    if (isCrash) this.#onCrash(how, lastWords);
    this.#reject(isCrash ? this.#crash(how) : aborted(this.#outcome()));
    this.#resolveGone();
  }

  #crash(how: string): QBError {
    return this.#bitness === undefined ? hostNotReady(how) : hostEnded(how, this.#outcome());
  }

  #onCrash(how: string, lastWords: string): void {
    const { logger, onCrash } = this.#options;
    logger.warn({ ended: how, lastWords }, `the process that talks to QuickBooks ended by itself (${how})`);
    onCrash();
  }
}

function failureOf(reply: HostReply): QBError {
  if ("failure" in reply) return callFailed(reply.failure);
  return hostRefused("error" in reply ? reply.error : { message: "it failed" });
}
