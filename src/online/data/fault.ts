import type { ErrorCode, QBErrorOptions } from "../../errors.js";
import { QBError } from "../../errors.js";

/** One error of a fault, as QuickBooks Online tells it. */
export interface FaultError {
  /** Without leading zeros: `6240`. */
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  /** The field that it is about. */
  readonly element: string;
}

export interface Fault {
  /** `ValidationFault`, `AUTHENTICATION` ... */
  readonly type: string;
  readonly errors: readonly FaultError[];
}

/** What is known of the answer that brought a fault. */
export interface AnswerFacts {
  readonly status: number;
  readonly intuitTid: string | undefined;
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  610: "QB_OBJECT_NOT_FOUND",
  3001: "QB_RATE_LIMIT",
  3003: "QB_RATE_LIMIT",
  3100: "QB_ONLINE_FORBIDDEN",
  3200: "QB_ONLINE_FORBIDDEN",
  5010: "QB_STALE_OBJECT",
  5020: "QB_ONLINE_FORBIDDEN",
  6140: "QB_DUPLICATE",
  6240: "QB_DUPLICATE",
  10000: "QB_ONLINE_UNAVAILABLE",
};
const STATUSES: Readonly<Record<number, ErrorCode>> = {
  401: "QB_ONLINE_FORBIDDEN",
  403: "QB_ONLINE_FORBIDDEN",
  429: "QB_RATE_LIMIT",
};

/** Nobody reads more of a fault. */
const LONGEST = 4_000;
const MOST = 100;

const TOKEN_ADVICE =
  "Check that the tokens belong to this company (CompanyId) and environment (UseSandbox), and that the user who connected may " +
  "still use the company; then connect again.";

/** The fault in an answer, in either of Intuit's spellings; undefined when there is none. */
export function faultIn(answer: unknown): Fault | undefined {
  const fault = member(answer, "Fault") ?? member(answer, "fault");
  if (fault === undefined) return undefined;
  const listed = fault["Error"] ?? fault["error"] ?? [];
  const errors = (Array.isArray(listed) ? listed : [listed]).slice(0, MOST).map((error) => faultError(error));
  return { type: textOf(fault["type"]), errors };
}

function faultError(error: unknown): FaultError {
  const fields = (error ?? {}) as Record<string, unknown>;
  return {
    code: textOf(fields["code"]).replace(/^0+(?=\d)/, ""),
    message: textOf(fields["Message"] ?? fields["message"]),
    detail: textOf(fields["Detail"] ?? fields["detail"]),
    element: textOf(fields["element"]),
  };
}

/** What a fault means. */
export function errorOfFault(fault: Fault, facts: AnswerFacts, options: QBErrorOptions = {}): QBError {
  const code = codeOf(fault, facts.status);
  const [first] = fault.errors;
  const told = [first?.message, first?.detail === first?.message ? "" : first?.detail].filter(Boolean);
  const number = first?.code === undefined || first.code === "" ? "" : ` (${first.code})`;
  const elsewhere = code === "QB_ONLINE_FORBIDDEN" && first?.code !== "5020" ? { advice: TOKEN_ADVICE } : {};
  return new QBError(code, `QuickBooks Online: ${told.join(": ") || fault.type || "a fault"}${number}`, {
    outcome: code === "QB_ONLINE_UNAVAILABLE" ? "unknown" : "not_applied",
    ...elsewhere,
    ...options,
    details: { ...detailsOf(facts), faults: fault.errors, faultType: fault.type },
  });
}

export function detailsOf({ status, intuitTid }: AnswerFacts): Record<string, unknown> {
  return { status, ...(intuitTid === undefined ? {} : { intuitTid }) };
}

function codeOf(fault: Fault, status: number): ErrorCode {
  if (status >= 500) return "QB_ONLINE_UNAVAILABLE";
  if (status === 429) return "QB_RATE_LIMIT";
  for (const { code } of fault.errors) if (Object.hasOwn(CODES, code)) return CODES[code] as ErrorCode;
  if (/^(system|service)/i.test(fault.type)) return "QB_ONLINE_UNAVAILABLE";
  return STATUSES[status] ?? "QB_ONLINE_REQUEST";
}

function member(value: unknown, name: string): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = (value as Record<string, unknown>)[name];
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
}

/** Fit for a line of a log or a terminal. */
function textOf(value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  return String(value)
    .slice(0, LONGEST)
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, " ");
}
