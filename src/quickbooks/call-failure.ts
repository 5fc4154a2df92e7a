import { QBError, type ErrorCode, type Outcome, type QBErrorOptions } from "../errors.js";
import type { HeldSession } from "./held-sessions.js";
import { meaningOf } from "../hresult.js";

/** What is said before anything of a message set is done; an HRESULT of the table tells it more exactly. */
const BEFORE_WORK: ReadonlySet<ErrorCode> = new Set([
  "QB_REQUEST_REFUSED",
  "QB_VERSION_UNSUPPORTED",
  "QB_PROCESSOR_MISUSED",
  "QB_QUICKBOOKS_BUSY",
  "QB_COMPANY_FILE",
  "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
  "QB_INSTALLATION",
  "QB_INVALID_ARGUMENT",
  "QB_ABORTED",
]);

/**
 * What a processor threw, as the caller sees it. A write that QuickBooks had already may have been done, unless the failure is
 * one that comes before any work.
 * @param mayHaveWritten The call writes, and it had reached QuickBooks.
 */
export function asCallFailure(error: unknown, mayHaveWritten: boolean): QBError {
  if (error instanceof QBError) {
    const doubtful = mayHaveWritten && error.outcome === "not_applied" && !isBeforeWork(error);
    return doubtful ? withOutcome(error, "unknown") : error;
  }
  return new QBError("QB_QUICKBOOKS_FAILED", "the request processor failed", {
    outcome: mayHaveWritten ? "unknown" : "not_applied",
    cause: error,
  });
}

/** True when QuickBooks has certainly done nothing of the call that failed so. */
export function isBeforeWork({ code, hresult }: QBError): boolean {
  const meaning = meaningOf(hresult);
  return meaning === undefined ? BEFORE_WORK.has(code) : meaning.writeOutcome === "not_applied";
}

export function withOutcome(error: QBError, outcome: Outcome): QBError {
  const lookUp = "Look up whether the write happened before sending it again.";
  return changed(error, {
    outcome,
    retryable: outcome === "unknown" ? false : error.retryable,
    advice: outcome === "unknown" ? lookUp : error.advice,
  });
}

/** The same failure, which is not to be tried again. */
export function inVain(error: unknown): unknown {
  return error instanceof QBError ? changed(error, { retryable: false }) : error;
}

function changed(error: QBError, changes: QBErrorOptions): QBError {
  const { outcome, retryable, hresult, who, advice, details, cause } = error;
  return new QBError(error.code, error.message, {
    outcome,
    retryable,
    hresult,
    who,
    advice,
    details,
    cause,
    ...changes,
  });
}

export function aborted(outcome: Outcome): QBError {
  return new QBError("QB_ABORTED", "the caller ended the call", { outcome });
}

/** @param busyWith What QuickBooks was doing instead, for a call that was still waiting. */
export function deadlinePassed(deadlineMs: number, outcome: Outcome, busyWith: string | undefined): QBError {
  const why =
    busyWith === undefined ? "QuickBooks did not answer" : `the call was still waiting; ${busyWith}`;
  return new QBError("QB_DEADLINE", `the deadline of ${deadlineMs} ms passed: ${why}`, {
    outcome,
    retryable: outcome === "not_applied",
  });
}

export function queueFull(waiting: number): QBError {
  return new QBError("QB_QUEUE_FULL", `${waiting} calls are waiting for QuickBooks already`, {
    retryAfter: 5,
  });
}

export function companyFileHeld(wanted: string, holders: readonly HeldSession[]): QBError {
  const names = holders.map(
    (held) =>
      `${held.holders().join(" and ")} (application "${held.settings.applicationName}") holds "${held.companyFile}"`,
  );
  return new QBError("QB_COMPANY_FILE_HELD", `"${wanted}" cannot be opened: ${names.join("; ")}`, {
    retryAfter: 30,
    details: { wanted, holders: names },
  });
}
