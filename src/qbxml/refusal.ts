import { QBError } from "../errors.js";
import { lint, type LintOptions } from "./lint.js";
import type { LintFinding } from "./schema/finding.js";

const PARSE_FAILURE = "0x80040400";
const MOST_FINDINGS = 20;
/** Longer texts are not looked through: nobody may keep the process busy with what QuickBooks refuses. */
export const GREATEST_EXPLAINED = 256 * 1024;

/**
 * The same error; when it is the one with which QuickBooks refuses a text without a reason (0x80040400), then with what lint
 * finds in the text, as `details.findings`: at most 20. That details hold a part of the text is for its sender alone.
 */
export function explainRefusal(
  error: QBError,
  document: string | (() => string),
  options: LintOptions = {},
): QBError {
  if (error.hresult?.toLowerCase() !== PARSE_FAILURE) return error;
  const text = typeof document === "string" ? document : document();
  if (text.length > GREATEST_EXPLAINED) return error;
  const findings = lint(text, options).filter(isReason).slice(0, MOST_FINDINGS);
  if (findings.length === 0) return error;
  const { outcome, retryable, who, advice, httpStatus, retryAfter, hresult, details, cause } = error;
  return new QBError(error.code, error.message, {
    outcome,
    retryable,
    who,
    advice,
    httpStatus,
    retryAfter,
    hresult,
    details: { ...details, findings },
    cause,
  });
}

/** Neither is what reaches QuickBooks: the gate writes the prolog and references anew. */
function isReason({ rule, severity }: LintFinding): boolean {
  return severity === "error" || (rule !== "prolog" && rule !== "characters");
}
