import { Readable } from "node:stream";
import type { ConnectionString } from "../connection-string.js";
import { skip, type Check } from "../diagnosis.js";
import { QBError } from "../errors.js";
import { standardErrorLogger, type Logger } from "../logger.js";
import { checkNode, nodeFacts } from "../node-check.js";
import { readMessageSet } from "../qbxml/envelope.js";
import { explainRefusal } from "../qbxml/lint/explain-refusal.js";
import type {
  QuickBooksSession,
  QuickBooksSettings,
  RequestProcessor,
} from "../quickbooks/request-processor.js";
import type { ComRequestProcessor } from "../quickbooks/com/index.js";
import { SessionQueue } from "../quickbooks/session-queue.js";
import { quickBooksSettings } from "../quickbooks/settings.js";
import { answerTooLong } from "./http-failure.js";
import type { Road, RoadCall } from "./road.js";

const USER = "local:this program";
const MAX_WAITING = 100_000;
const COMPANY_FILE_WAIT_MS = 30_000;
const DEADLINE_MS = 600_000;
const TICKET_IDLE_MS = 300_000;
const DIAGNOSIS_MS = 30_000;

/** QuickBooks on this machine, through the request processor that the program gave, or through COM. */
export class LocalRoad implements Road {
  readonly #processor: RequestProcessor;
  readonly #queue: SessionQueue;
  readonly #settings: QuickBooksSettings;

  constructor(
    processor: RequestProcessor | undefined,
    values: ConnectionString,
    logger: Logger = standardErrorLogger,
  ) {
    this.#settings = quickBooksSettings(values);
    this.#processor = processor ?? new OwnQuickBooks(logger);
    this.#queue = new SessionQueue(this.#processor, {
      maxWaiting: MAX_WAITING,
      deadlineMs: DEADLINE_MS,
      companyFileWaitMs: COMPANY_FILE_WAIT_MS,
      ticketIdleMs: TICKET_IDLE_MS,
      onError: (error) => {
        const { code, message } = error as Partial<QBError>;
        logger.warn({ code }, `QuickBooks was not let go: ${message}`);
      },
    });
  }

  async send(qbxml: string, call: RoadCall): Promise<string> {
    const answer = await this.#process(qbxml, call);
    if (typeof answer === "string") return answer;
    try {
      return new TextDecoder().decode(answer);
    } catch (error) {
      throw answerTooLong(qbxml, error);
    }
  }

  async sendStream(qbxml: string, call: RoadCall): Promise<Readable> {
    const answer = await this.#process(qbxml, call);
    return Readable.from([Buffer.from(answer as string)], { objectMode: false });
  }

  async open(call: RoadCall): Promise<string> {
    const { ticket } = await this.#queue.openTicket({ user: USER, settings: this.#settings, ...call });
    return ticket;
  }

  closeTicket(ticket: string): Promise<void> {
    return this.#queue.closeTicket(USER, ticket);
  }

  /** Not through the queue: it is wanted most when QuickBooks does not come back from a call. */
  async diagnose({ signal, deadlineMs = DIAGNOSIS_MS }: RoadCall): Promise<readonly Check[]> {
    const limit = AbortSignal.timeout(deadlineMs);
    const bounded = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const seen = await this.#processor.diagnose?.(this.#settings, { signal: bounded });
    const unseen = skip("quickbooks", "the request processor cannot look at what is behind it");
    return [checkNode(nodeFacts()), ...(seen ?? [unseen])];
  }

  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#queue.close(new QBError("QB_CLOSED", "the client was closed"));
  }

  destroy(): Promise<void> {
    return this.#queue.destroy(new QBError("QB_CLOSED", "the client was destroyed"));
  }

  async #process(qbxml: string, call: RoadCall): Promise<string | Uint8Array> {
    const set = readMessageSet(qbxml);
    try {
      return await this.#queue.process({ user: USER, settings: this.#settings, set, ...call });
    } catch (error) {
      throw error instanceof QBError ? await explainRefusal(error, qbxml) : error;
    }
  }
}

/** The QuickBooks of this machine, when the program gave no other: nothing of it is loaded before the first call. */
class OwnQuickBooks implements RequestProcessor {
  readonly #logger: Logger;
  #loading: Promise<ComRequestProcessor> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async open(
    settings: QuickBooksSettings,
    options?: { readonly signal?: AbortSignal },
  ): Promise<QuickBooksSession> {
    if (process.platform !== "win32") throw noRoad();
    return (await this.#loaded()).open(settings, options);
  }

  async diagnose(
    settings: QuickBooksSettings,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly Check[]> {
    if (process.platform !== "win32") return [skip("quickbooks", noRoad().message)];
    return (await this.#loaded()).diagnose(settings, options);
  }

  async release(): Promise<void> {
    const loaded = await this.#loading?.catch(() => undefined);
    await loaded?.release();
  }

  #loaded(): Promise<ComRequestProcessor> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<ComRequestProcessor> {
    const com = await import("../quickbooks/com/index.js");
    return new com.ComRequestProcessor({ logger: this.#logger });
  }
}

function noRoad(): QBError {
  return new QBError(
    "QB_NO_ROAD",
    "the connection string has no URL, and QuickBooks is on Windows only: this program does not run there",
    {
      advice:
        "Name a connector with URL, run on Windows, or give the option quickbooks, for example a Simulator.",
    },
  );
}
