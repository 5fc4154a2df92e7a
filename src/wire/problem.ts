import { isErrorCode, QBError, type Actor, type Outcome } from "../errors.js";

/** A failure as it travels: RFC 9457 problem details with the fields of QBError. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly who: Actor;
  readonly advice: string;
  readonly hresult?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

const OUTCOMES = new Set<unknown>(["applied", "not_applied", "unknown"]);
const ACTORS = new Set<unknown>(["developer", "operator", "quickbooksUser", "quickbooksAdministrator"]);

export function toProblem(error: QBError): ProblemDocument {
  return {
    type: `urn:qbconnector:error:${error.code}`,
    title: error.code,
    status: statusOf(error),
    detail: error.message,
    code: error.code,
    outcome: error.outcome,
    retryable: error.retryable,
    who: error.who,
    advice: error.advice,
    ...(error.hresult === undefined ? {} : { hresult: error.hresult }),
    ...travellingDetails(error),
  };
}

/** What cannot be a status of a failure comes from outside; it becomes 500. */
export function statusOf({ httpStatus }: QBError): number {
  return Number.isInteger(httpStatus) && httpStatus >= 400 && httpStatus <= 599 ? httpStatus : 500;
}

/** Details of errors that others made may hold what JSON cannot. */
function travellingDetails({ details }: QBError): { details?: Readonly<Record<string, unknown>> } {
  try {
    if (Object.keys(details).length > 0)
      return { details: JSON.parse(JSON.stringify(details)) as typeof details };
  } catch {
    // They stay behind.
  }
  return {};
}

/**
 * The error in a problem document, or undefined when the text is not one of ours.
 * @param retryAfter The Retry-After header, in seconds.
 */
export function fromProblem(text: string, status: number, retryAfter?: string): QBError | undefined {
  const problem = parseObject(text);
  if (problem === undefined || !isErrorCode(problem["code"])) return undefined;
  const { code, detail, outcome, retryable, who, advice, hresult, details } = problem;
  return new QBError(code, typeof detail === "string" ? detail : code, {
    httpStatus: status,
    outcome: OUTCOMES.has(outcome) ? (outcome as Outcome) : "unknown",
    retryable: retryable === true,
    who: ACTORS.has(who) ? (who as Actor) : undefined,
    advice: typeof advice === "string" ? advice : undefined,
    hresult: typeof hresult === "string" ? hresult : undefined,
    details:
      typeof details === "object" && details !== null ? (details as Record<string, unknown>) : undefined,
    retryAfter: retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined,
  });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
