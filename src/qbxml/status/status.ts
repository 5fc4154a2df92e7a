import { QBError, type Actor, type Outcome } from "../../errors.js";
import type { RetryClass } from "../../hresult.js";
import { withoutConfidential } from "../schema/confidential.js";
import {
  STATUS_CODES,
  STATUS_RANGES,
  UNKNOWN_STATUS,
  type StatusCode,
  type StatusSeverity,
  type Sure,
} from "./status-codes.js";

export type { StatusSeverity, Sure } from "./status-codes.js";

/** What a status code of a response says. */
export interface StatusMeaning {
  readonly code: number;
  /** False: nothing is known but the range in which the code lies. */
  readonly known: boolean;
  readonly severity: "Info" | "Warn" | "Error";
  readonly meaning: string;
  readonly retry: RetryClass;
  /** Sending the same request again, after a pause, is likely to help. */
  readonly retryable: boolean;
  readonly who: Actor;
  readonly advice: string;
  readonly sure: Sure;
  /** What it says of a request that writes. */
  readonly writeOutcome: Outcome;
}

/** What QuickBooks says when others hold what it needs. A name that is "already in use" stays so. */
const LOCK = /modified by another user|could not be locked|failed to acquire the lock|(?<!already )in use/i;

/**
 * What a status code says. A code that has no row of its own is explained by its range.
 * @param message QuickBooks' own message; whether sending the request again helps can depend on it.
 */
export function statusOf(code: number, message = ""): StatusMeaning {
  const known = STATUS_CODES.get(code);
  const { retry: rule, ...facts } = known ?? { ...rangeOf(code), code };
  const retry = rule === "whenLocked" ? (LOCK.test(message) ? "wait" : "no") : rule;
  return Object.freeze({ ...facts, known: known !== undefined, retry, retryable: retry === "wait" });
}

function rangeOf(code: number): Omit<StatusCode, "code"> {
  const range = STATUS_RANGES.find(({ from, to }) => code >= from && code <= to);
  if (range === undefined) return UNKNOWN_STATUS;
  const { from: _from, to: _to, ...facts } = range;
  return facts;
}

const NOTHING_FOUND: ReadonlySet<number> = new Set([1, 500, 3120]);

/**
 * True when a query with this status just found nothing, or not everything it named: an empty or shorter result, no failure.
 * @param operation The request's operation: `Query`, `Add`, `Mod`, `Del`, `Void` or `Merge`.
 */
export function isNothingFound(statusCode: number, operation: string): boolean {
  return operation === "Query" && NOTHING_FOUND.has(statusCode);
}

/** The status of one response, as it stands in its attributes. */
export interface ResponseStatus {
  readonly statusCode: number;
  readonly statusSeverity?: StatusSeverity | undefined;
  readonly statusMessage?: string | undefined;
  /** For example `CustomerAdd`; with or without `Rq` or `Rs`. */
  readonly requestName: string;
  readonly requestID?: string | undefined;
}

/** QuickBooks answered one request with a status instead of what was asked for. `code` is `QB_STATUS`. */
export class QBStatusError extends QBError {
  override readonly name = "QBStatusError";
  readonly statusCode: number;
  readonly severity: StatusSeverity;
  /** As QuickBooks wrote it, but without card numbers, tax ids and the like; it may name the object. */
  readonly statusMessage: string;
  readonly meaning: string;
  readonly requestName: string;
  readonly requestID: string | undefined;

  constructor(status: ResponseStatus) {
    const { statusCode, requestID } = status;
    const statusMessage = withoutConfidential(status.statusMessage ?? "");
    const facts = statusOf(statusCode, statusMessage);
    const requestName = status.requestName.replace(/R[qs]$/, "");
    const severity = status.statusSeverity ?? facts.severity;
    const outcome = outcomeOf(facts, severity, requestName);
    super("QB_STATUS", sentence(requestName, facts, statusMessage), {
      outcome,
      retryable: facts.retryable && outcome === "not_applied",
      who: facts.who,
      advice: facts.advice,
      details: { statusCode, severity, requestName, ...(requestID === undefined ? {} : { requestID }) },
    });
    this.statusCode = statusCode;
    this.severity = severity;
    this.statusMessage = statusMessage;
    this.meaning = facts.meaning;
    this.requestName = requestName;
    this.requestID = requestID;
  }
}

/** The error for the status of a response. */
export function statusError(status: ResponseStatus): QBStatusError {
  return new QBStatusError(status);
}

/** How bad it is says QuickBooks; when that makes a known error look mild, nobody can tell. */
function outcomeOf(facts: StatusMeaning, severity: StatusSeverity, requestName: string): Outcome {
  if (requestName.endsWith("Query")) return "not_applied";
  if (severity === facts.severity) return facts.writeOutcome;
  if (severity === "Error") return "not_applied";
  const isMild = severity === "Info" || severity === "Warn";
  return isMild && !(facts.known && facts.severity === "Error") ? "applied" : "unknown";
}

function sentence(requestName: string, { code, meaning }: StatusMeaning, statusMessage: string): string {
  const said = statusMessage === "" ? "" : ` (QuickBooks: ${statusMessage})`;
  return `${requestName}: status ${code}, ${meaning}${said}`;
}
