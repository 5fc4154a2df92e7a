import {
  ERROR_CATALOGUE,
  type Actor,
  type ErrorCode,
  type ErrorFamily,
  type Outcome,
} from "./error-catalogue.js";

export {
  ERROR_CATALOGUE,
  type Actor,
  type ErrorCode,
  type ErrorFamily,
  type Outcome,
} from "./error-catalogue.js";

export interface QBErrorOptions {
  /** Default `not_applied`. */
  readonly outcome?: Outcome | undefined;
  /** Default: what the catalogue says of the code; false when the outcome is unknown. */
  readonly retryable?: boolean | undefined;
  readonly advice?: string | undefined;
  readonly who?: Actor | undefined;
  readonly httpStatus?: number | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number | undefined;
  /** The request processor's failure code, as `0x80040400`. */
  readonly hresult?: string | undefined;
  /** Facts for programs: line, column, names of requests, the holder of a file. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/**
 * Every failure of this library.
 *
 * `code` says what failed and is stable; `outcome` says what it means for the books; `retryable` whether the same call
 * may simply be sent again; `who` and `advice` who can do what about it.
 */
export class QBError extends Error {
  override readonly name: string = "QBError";
  readonly code: ErrorCode;
  readonly family: ErrorFamily;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly who: Actor;
  readonly advice: string;
  readonly httpStatus: number;
  readonly retryAfter: number | undefined;
  readonly hresult: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: QBErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const known = ERROR_CATALOGUE[code];
    this.code = code;
    this.family = known.family;
    this.outcome = options.outcome ?? "not_applied";
    this.retryable = options.retryable ?? (known.retryable && this.outcome !== "unknown");
    this.who = options.who ?? known.who;
    this.advice = options.advice ?? known.advice;
    this.httpStatus = options.httpStatus ?? known.status;
    this.retryAfter = options.retryAfter;
    this.hresult = options.hresult;
    this.details = Object.freeze({ ...options.details });
  }
}

/** True when `code` is one of this library's error codes. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_CATALOGUE, code);
}
