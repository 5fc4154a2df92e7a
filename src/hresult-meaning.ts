import { ERROR_CATALOGUE, type Actor, type ErrorCode, type Outcome } from "./errors.js";

/**
 * How to go on after a failure: `no` never helps; `wait` repeats the same call after a pause; `fix` repeats it after the
 * remedy; `user` needs a person; `reconnect` drops everything and opens anew.
 */
export type RetryClass = "no" | "wait" | "fix" | "user" | "reconnect";

export interface HresultMeaning {
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly retry: RetryClass;
  readonly who: Actor;
  readonly advice: string;
  /** What a message set with writes came to that failed with it; `unknown` where the failure may come after some work. */
  readonly writeOutcome: Outcome;
}

/** What the failures of a group have in common. */
type Shared = Pick<HresultMeaning, "code" | "who" | "retry" | "writeOutcome">;
/** Number, meaning, and the advice where that of the error code is too general. */
type Row = readonly [hresult: number, meaning: string, advice?: string];

export function hresults(shared: Shared, rows: readonly Row[]): [number, HresultMeaning][] {
  return rows.map(([hresult, meaning, advice = ERROR_CATALOGUE[shared.code].advice]) => [
    hresult,
    Object.freeze({ ...shared, meaning, advice }),
  ]);
}
