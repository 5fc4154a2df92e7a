// Codes are a closed union: a program can match on them and the compiler knows a wrong one.
import {
  isErrorCode,
  QBError,
  type Actor,
  type ErrorCode,
  type ErrorFamily,
  type Outcome,
} from "qbconnector";

export function advise(error: unknown): string {
  if (!(error instanceof QBError)) throw error;
  const outcome: Outcome = error.outcome;
  const family: ErrorFamily = error.family;
  const who: Actor = error.who;
  const hresult: string | undefined = error.hresult;
  switch (error.code) {
    case "QB_UNAUTHORIZED":
    case "QB_THROTTLED":
      return `${error.retryAfter ?? 0} s`;
    // @ts-expect-error there is no such code
    case "QB_NO_SUCH_CODE":
      return "";
    default:
      return `${outcome} ${family} ${who} ${hresult} ${error.advice} ${error.retryable} ${error.httpStatus}`;
  }
}

export const code: ErrorCode = "QB_TIMEOUT";
// @ts-expect-error there is no such code
export const wrong: ErrorCode = "QB_TIMEOUTS";
export const fromOutside = (text: string): ErrorCode | undefined => (isErrorCode(text) ? text : undefined);

export function change(error: QBError): void {
  // @ts-expect-error an error does not change
  error.code = "QB_INTERNAL";
  // @ts-expect-error nor do its details
  error.details["line"] = 1;
}
