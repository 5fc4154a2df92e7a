import { QBError } from "../errors.js";
import type { Irregularities } from "../qbxml/irregularities.js";
import type { QBResponse, ResponseHead } from "../qbxml/response-reader.js";
import { shapeOf } from "../qbxml/schema/request-shape.js";
import type { RecordList, ResponseFacts } from "./call-types.js";
import { noResponse, outcomeOf } from "./answer-status.js";

/** What the program gets for a response that is no error. */
export function answerOf(response: QBResponse, irregularities: Irregularities): unknown {
  const { answer, errorRecovery: _, ...head } = response;
  return Array.isArray(answer) ? recordList(answer, { ...head, irregularities }) : answer;
}

function recordList(records: unknown[], facts: ResponseFacts): RecordList<unknown> {
  return Object.defineProperty(records, "response", { value: Object.freeze(facts) }) as RecordList<unknown>;
}

/** A write gives its object back, a report itself; an answer without it cannot be used. */
export function lacksRecord({ name, answer }: QBResponse): boolean {
  const shape = shapeOf(name);
  if (shape === undefined || answer !== undefined) return false;
  if (shape.answer.kind === "none") return false;
  return shape.writes || name.endsWith("ReportQuery");
}

export function recordMissing(head: ResponseHead): QBError {
  const [element = "record"] = shapeOf(head.name)?.answer.elements ?? [];
  return noResponse(
    `${head.name}: QuickBooks says it was done, but the answer holds no ${element}`,
    outcomeOf(head),
  );
}
