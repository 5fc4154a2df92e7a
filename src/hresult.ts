import { QBError, type Outcome } from "./errors.js";
import type { HresultMeaning, RetryClass } from "./hresult-meaning.js";
import { QUICKBOOKS_HRESULTS } from "./quickbooks-hresults.js";
import { WINDOWS_HRESULTS } from "./windows-hresults.js";

export type { HresultMeaning, RetryClass } from "./hresult-meaning.js";

/** What the failures of the request processor, and of Windows on the way to it, mean. By number. */
export const HRESULTS: ReadonlyMap<number, HresultMeaning> = new Map(
  [...QUICKBOOKS_HRESULTS, ...WINDOWS_HRESULTS].toSorted(([one], [other]) => one - other),
);

/** `0x80040400` of a number, signed or unsigned. */
export function formatHresult(hresult: number): string {
  return `0x${(hresult >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/** What the table says of an HRESULT as errors carry it; undefined for one that it does not have. */
export function meaningOf(hresult: string | undefined): HresultMeaning | undefined {
  return hresult === undefined ? undefined : HRESULTS.get(Number(hresult));
}

export interface HresultOptions {
  readonly outcome?: Outcome | undefined;
  /** What QuickBooks said, when it said more. */
  readonly description?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The error for a failure code of the request processor. */
export function fromHresult(hresult: number, options: HresultOptions = {}): QBError {
  const { outcome, description, details, cause } = options;
  const known = HRESULTS.get(hresult >>> 0);
  const hex = formatHresult(hresult);
  const meaning = known?.meaning ?? "a failure that this library does not know";
  const said = description === undefined || description === "" ? "" : ` (QuickBooks: ${description})`;
  return new QBError(known?.code ?? "QB_QUICKBOOKS_FAILED", `${hex}: ${meaning}${said}`, {
    hresult: hex,
    outcome,
    retryable: passesByItself(known?.retry) && outcome !== "unknown",
    who: known?.who,
    advice: known?.advice,
    details,
    cause,
  });
}

function passesByItself(retry: RetryClass | undefined): boolean {
  return retry === "wait" || retry === "reconnect";
}
