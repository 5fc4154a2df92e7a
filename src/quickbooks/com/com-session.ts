import { QBError } from "../../errors.js";
import { HRESULTS } from "../../hresult.js";
import type { MessageSet } from "../../qbxml/envelope.js";
import type { QuickBooksSession, QuickBooksSettings } from "../request-processor.js";
import type { HostHandle } from "./host-handle.js";
import { noSession } from "./host-failure.js";

/** A session inside a host; the host lives as long as it does. */
export interface HostedSession {
  readonly host: HostHandle;
  readonly settings: QuickBooksSettings;
  readonly companyFile: string;
}

export interface ComSessionEvents {
  /** QuickBooks answered, be it with a failure. */
  readonly onAnswer: () => void;
  /** @param isWell Whether another call may use it. */
  readonly onClose: (hosted: HostedSession, isWell: boolean) => Promise<void>;
}

/** What a caller has of a hosted session, from `open` to `close`. */
export class ComSession implements QuickBooksSession {
  readonly companyFile: string;
  readonly #hosted: HostedSession;
  readonly #events: ComSessionEvents;
  #isWell = true;
  #closed: Promise<void> | undefined;

  constructor(hosted: HostedSession, events: ComSessionEvents) {
    this.#hosted = hosted;
    this.#events = events;
    this.companyFile = hosted.companyFile;
  }

  get isLost(): boolean {
    return !this.#isWell || !this.#hosted.host.isAlive;
  }

  async process(set: MessageSet, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array> {
    if (this.#closed !== undefined) throw noSession("the session was closed");
    if (!this.#hosted.host.isAlive) throw noSession("the process that had the session ended");
    try {
      const document = await this.#hosted.host.process(set, options.signal);
      this.#events.onAnswer();
      return document;
    } catch (error) {
      this.#judge(error);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#events.onClose(this.#hosted, !this.isLost);
    return this.#closed;
  }

  /** After some failures the connection is dead. */
  #judge(error: unknown): void {
    if (!(error instanceof QBError) || error.hresult === undefined) return;
    this.#events.onAnswer();
    const retry = HRESULTS.get(Number(error.hresult))?.retry ?? "reconnect";
    if (retry === "reconnect") this.#isWell = false;
  }
}
