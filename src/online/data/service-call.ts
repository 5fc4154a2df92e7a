import { QBError, type ErrorCode } from "../../errors.js";
import { CallClock } from "./call-clock.js";
import type { CallOptions } from "./call-options.js";

const REPEATED: ReadonlySet<ErrorCode> = new Set([
  "QB_UNREACHABLE",
  "QB_CONNECTION_LOST",
  "QB_ONLINE_UNAVAILABLE",
]);
const REPETITIONS = 3;
const WAITS = 5;
const FIRST_WAIT_MS = 250;
const REPEAT_ADVICE =
  "Repeat the same call with { requestId } as in details.requestId: QuickBooks Online applies it once, and tells what became of it.";

/** One call on its way: what is repeated and when, and what its failure means in the end. */
export class ServiceCall {
  readonly clock: CallClock;
  /** Of a write, and only of it. */
  readonly #requestId: string | undefined;
  #mayBeApplied = false;
  #renewals = 0;
  #repetitions = 0;
  #waits = 0;

  constructor(options: CallOptions, requestId: string | undefined) {
    this.clock = new CallClock(options);
    this.#requestId = requestId;
  }

  /** Returns when the attempt after this failure may begin, or throws. */
  async after(error: unknown): Promise<"renew" | "repeat"> {
    if (!(error instanceof QBError)) throw error;
    if (error.outcome === "unknown") this.#mayBeApplied = true;
    const { status } = error.details;
    if (status === 401 && this.#renewals++ === 0) return "renew";
    if (error.code === "QB_RATE_LIMIT" && status !== undefined && this.#waits++ < WAITS) return "repeat";
    if (isRedirection(error) || !REPEATED.has(error.code) || this.#repetitions >= REPETITIONS) throw error;
    const backoff = FIRST_WAIT_MS * 4 ** this.#repetitions++ * (0.5 + Math.random() / 2);
    const wait = Math.max(backoff, (error.retryAfter ?? 0) * 1_000);
    if (!this.clock.has(wait)) throw error;
    await this.clock.wait(wait);
    return "repeat";
  }

  /** The failure with which the call ends. A write of which one attempt may have arrived is unknown, whatever came then. */
  settled(error: unknown): unknown {
    if (!(error instanceof QBError)) return error;
    const { code, message, who, httpStatus, retryAfter, cause, details, advice } = error;
    const kept = { who, httpStatus, retryAfter, cause };
    if (this.#requestId === undefined) {
      const retryable = error.retryable || (isLost(code) && !isRedirection(error));
      return new QBError(code, message, { ...kept, details, advice, retryable });
    }
    const isUnknown = this.#mayBeApplied || error.outcome === "unknown";
    return new QBError(code, message, {
      ...kept,
      outcome: isUnknown ? "unknown" : error.outcome,
      retryable: !isUnknown && error.retryable,
      advice: isUnknown ? REPEAT_ADVICE : advice,
      details: { ...details, requestId: this.#requestId },
    });
  }
}

function isLost(code: ErrorCode): boolean {
  return REPEATED.has(code) || code === "QB_TIMEOUT";
}

function isRedirection({ details }: QBError): boolean {
  const { status } = details;
  return typeof status === "number" && status >= 300 && status < 400;
}
