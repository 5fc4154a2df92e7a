import {
  fromHresult,
  type MessageSet,
  type QuickBooksSession,
  type QuickBooksSettings,
  type RequestProcessor,
} from "qbconnector";
import { until } from "./until.js";

/** What the processor does with one message set; without one it answers `<QBXML/>` at once. */
export type Step = (
  set: MessageSet,
  signal: AbortSignal | undefined,
) => string | Uint8Array | Promise<string | Uint8Array>;

export interface RecordedCall {
  readonly session: number;
  readonly set: MessageSet;
}

export interface RecordedSession {
  readonly settings: QuickBooksSettings;
  closed: boolean;
}

export const ANSWER = '<?xml version="1.0" ?>\n<QBXML><QBXMLMsgsRs/></QBXML>\n';

/** A request processor that does what a test tells it and remembers everything that reached it. */
export class ScriptedProcessor implements RequestProcessor {
  readonly calls: RecordedCall[] = [];
  readonly sessions: RecordedSession[] = [];
  /** Taken one by one; when none is left, `otherwise` holds. */
  readonly steps: Step[] = [];
  otherwise: Step = () => ANSWER;
  /** What the next openings throw, one by one. */
  readonly openFailures: unknown[] = [];
  /** The most that ever ran at the same time. */
  mostAtOnce = 0;
  #running = 0;

  get openSessions(): number {
    return this.sessions.filter((session) => !session.closed).length;
  }

  /** The texts of the first elements of the calls, to tell them apart: request ids. */
  get order(): (string | undefined)[] {
    return this.calls.map((call) => call.set.requests[0]?.requestID);
  }

  async open(settings: QuickBooksSettings): Promise<QuickBooksSession> {
    if (this.openFailures.length > 0) throw this.openFailures.shift();
    const recorded: RecordedSession = { settings, closed: false };
    const number = this.sessions.push(recorded) - 1;
    return {
      companyFile: settings.companyFile === "" ? "C:\\Books\\Open.qbw" : settings.companyFile,
      process: (set, options) => this.#process(number, set, options?.signal),
      close: async () => void (recorded.closed = true),
    };
  }

  async #process(
    session: number,
    set: MessageSet,
    signal: AbortSignal | undefined,
  ): Promise<string | Uint8Array> {
    this.calls.push({ session, set });
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#running);
    try {
      return await (this.steps.shift() ?? this.otherwise)(set, signal);
    } finally {
      this.#running--;
    }
  }

  /** Waits until so many message sets have reached it. */
  reached(count: number): Promise<void> {
    return until(() => this.calls.length >= count, `${count} calls reached the processor`);
  }
}

/** A step that ends when the test says so, or when it is aborted. */
export function gate(): { step: Step; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const step: Step = (_set, signal) =>
    new Promise((resolve, reject) => {
      void opened.then(() => resolve(ANSWER));
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
  return { step, open };
}

/** A step that hears no signal: a hung QuickBooks. */
export function hang(): { step: Step; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { step: () => ended.then(() => ANSWER), end };
}

/** A step that fails as QuickBooks does. */
export function failing(hresult: number): Step {
  return () => {
    throw fromHresult(hresult);
  };
}
