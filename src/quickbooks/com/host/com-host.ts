import { QBError } from "../../../errors.js";
import { AutomationFailure } from "../../../windows/automation/automation-failure.js";
import type { HostCommand, HostReply } from "../host-protocol.js";
import { NotUndone, OpenSession } from "./open-session.js";

/** While nobody asks anything; often enough for programs that send to all windows and wait. */
const pumpIntervalMs = 50;

type Command<Call extends HostCommand["call"]> = Extract<HostCommand, { readonly call: Call }>;

/** The way back to the program. */
export interface HostOutput {
  /** How many bytes `answer` wants to have free before a document. */
  readonly reservedBytes: number;
  reply(reply: HostReply): void;
  answer(id: number, bytes: Uint8Array<ArrayBuffer>): void;
}

/** Does what the program asks of QuickBooks, on this thread: every call blocks it. Every command gets one answer. */
export class ComHost {
  readonly #output: HostOutput;
  #session: OpenSession | undefined;
  #pump: NodeJS.Timeout | undefined;

  constructor(output: HostOutput) {
    this.#output = output;
  }

  async take(command: HostCommand): Promise<void> {
    try {
      await this.#obey(command);
    } catch (error) {
      this.#output.reply(refusal(command.id, error));
    }
  }

  /** Ends the session, if there is one. Gives the first failure. */
  end(): unknown {
    clearInterval(this.#pump);
    const session = this.#session;
    this.#session = undefined;
    return session?.close();
  }

  async #obey(command: HostCommand): Promise<void> {
    switch (command.call) {
      case "find":
        return this.#find(command);
      case "look":
        return this.#look(command);
      case "open":
        return this.#open(command);
      case "check":
        return this.#output.reply({ id: command.id, companyFile: this.#opened().companyFile() });
      case "process":
        return this.#process(command);
      case "close":
        return this.#close(command);
    }
  }

  async #find({ id }: Command<"find">): Promise<void> {
    const { findServers } = await import("./find-servers.js");
    this.#output.reply({ id, servers: findServers() });
  }

  async #look({ id }: Command<"look">): Promise<void> {
    const { look } = await import("./look.js");
    this.#output.reply({ id, facts: look() });
  }

  #open({ id, server, settings }: Command<"open">): void {
    if (this.#session !== undefined) throw new Error("a session is open already");
    const session = OpenSession.open(server, settings);
    this.#session = session;
    this.#pump = setInterval(() => session.pump(), pumpIntervalMs).unref();
    this.#output.reply({ id, opened: session.facts });
  }

  #process({ id, kind, text }: Command<"process">): void {
    this.#output.answer(id, this.#opened().process(kind, text, this.#output.reservedBytes));
  }

  #close({ id }: Command<"close">): void {
    const failure = this.end();
    if (failure !== undefined) throw failure;
    this.#output.reply({ id, closed: true });
  }

  #opened(): OpenSession {
    if (this.#session === undefined) throw new Error("no session is open");
    return this.#session;
  }
}

function refusal(id: number, error: unknown): HostReply {
  if (error instanceof NotUndone) return { ...refusal(id, error.cause), remains: true };
  if (error instanceof AutomationFailure) {
    const { step, hresult, description } = error;
    return { id, failure: { step, hresult, description } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const isPlatform = error instanceof QBError && error.code === "QB_PLATFORM";
  return { id, error: isPlatform ? { message, advice: error.advice } : { message } };
}
