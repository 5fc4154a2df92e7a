import { QBError, type Outcome } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import type { ResponseHead } from "../qbxml/response-reader.js";
import { shapeOf } from "../qbxml/schema/request-shape.js";
import { isNothingFound, statusError, statusOf, type QBStatusError } from "../qbxml/status/status.js";
import { namesObjects } from "./look-up.js";

/** "The object does not exist": for a look-up that is an empty result, for a filter that refers to it a mistake. */
const NO_SUCH_OBJECT = 3120;

export type Verdict = "done" | "nothingFound" | "warning" | "error";

/** What the status of a response means for its request. */
export function judge({ name, body }: RequestItem, { statusCode, statusSeverity }: ResponseHead): Verdict {
  if (statusCode === 0) return "done";
  const isLookUp = statusCode !== NO_SUCH_OBJECT || namesObjects(body);
  if (isLookUp && isNothingFound(statusCode, operationOf(name))) return "nothingFound";
  const severity = statusSeverity === "" ? statusOf(statusCode).severity : statusSeverity;
  if (severity === "Info") return "done";
  return severity === "Warn" ? "warning" : "error";
}

/** Reports are there or not; they are not found. */
function operationOf(name: string): string {
  return name.endsWith("Query") && !name.endsWith("ReportQuery") ? "Query" : "";
}

export function errorOf(head: ResponseHead): QBStatusError {
  return statusError({ ...head, requestName: head.name });
}

/** What a request that was done means for the books. */
export function outcomeOf(head: ResponseHead): Outcome {
  if (shapeOf(head.name)?.writes === false) return "not_applied";
  return head.statusCode === 0 ? "applied" : errorOf(head).outcome;
}

/** The message that QuickBooks adds may name customers. */
export function logWarning(logger: Logger, { name, statusCode }: ResponseHead): void {
  const { meaning } = statusOf(statusCode);
  logger.warn({ request: name, statusCode }, `${name}: status ${statusCode}, ${meaning}`);
}

export function logIrregularities(logger: Logger, names: string, count: number): void {
  if (count === 0) return;
  const message = `the answer to ${names} holds ${count} characters or values that qbXML does not allow; they were kept`;
  logger.warn({ count }, message);
}

/** The answer cannot be understood; whether a write happened stands in it. */
export function noResponse(message: string, outcome: Outcome, cause?: QBError): QBError {
  return new QBError("QB_RESPONSE", message, { outcome, cause, details: cause?.details });
}

/** The failure to read an answer, with what it means for the books. */
export function unreadable(error: unknown, mayHaveWritten: boolean): unknown {
  if (!mayHaveWritten || !(error instanceof QBError) || error.code !== "QB_RESPONSE") return error;
  return noResponse(error.message, "unknown", error);
}
