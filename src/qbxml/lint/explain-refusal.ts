import { QBError } from "../../errors.js";
import type { LintOptions } from "./lint.js";
import type { LintFinding } from "../check/finding.js";

const PARSE_FAILURE = "0x80040400";
const MOST_FINDINGS = 20;
/** Longer texts are not looked through: nobody may keep the process busy with what QuickBooks refuses. */
export const GREATEST_EXPLAINED = 256 * 1024;

/**
 * The same error; when it is the one with which QuickBooks refuses a text without a reason (0x80040400), then with what lint
 * finds in the text, as `details.findings`: at most 20. That details hold a part of the text is for its sender alone. Lint is
 * loaded only then.
 */
export async function explainRefusal(
  error: QBError,
  document: string | (() => string),
  options: LintOptions = {},
): Promise<QBError> {
  if (error.hresult?.toLowerCase() !== PARSE_FAILURE) return error;
  const text = typeof document === "string" ? document : document();
  if (text.length > GREATEST_EXPLAINED) return error;
  const findings = await findingsIn(text, options);
  return findings.length === 0 ? error : withFindings(error, findings);
}

async function findingsIn(text: string, options: LintOptions): Promise<readonly LintFinding[]> {
  try {
    const { lint } = await import("./lint.js");
    return lint(text, options).filter(isReason).slice(0, MOST_FINDINGS);
  } catch (failure) {
    if (failure instanceof QBError) throw failure;
    // The refusal itself matters more than its explanation, also when an upgrade takes the files away meanwhile.
    return [];
  }
}

function withFindings(error: QBError, findings: readonly LintFinding[]): QBError {
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
