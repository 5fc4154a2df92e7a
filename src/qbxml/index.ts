export { CodePage, type CharacterChange, type OutsideCodePage } from "./code-page.js";
export { createdAt, isDate, readDateTime, toInstant, toWallClock, type QBDateTime } from "./date-time.js";
export {
  addDecimals,
  compareDecimals,
  equalDecimals,
  formatAmount,
  formatRate,
  isDecimal,
  multiplyDecimals,
  negateDecimal,
  roundDecimal,
  subtractDecimals,
  sumDecimals,
  type DecimalFormatOptions,
} from "./decimal.js";
export { customFields, type DataExtFields, type WithCustomFields } from "./custom-fields.js";
export { decodeDocument } from "./decode.js";
export { readMessageSet, type EnvelopeOptions, type MessageSet, type RequestSummary } from "./envelope.js";
export { explain, type Explanation, type HresultExplanation, type StatusExplanation } from "./explain.js";
export { explainRefusal } from "./refusal.js";
export { lint, type Country, type LintOptions } from "./lint.js";
export { repair, type RepairChange, type Repaired } from "./repair.js";
export { child, readElement, textAt, type QBXMLElement } from "./reader.js";
export {
  readReport,
  rowsOf,
  type Report,
  type ReportCell,
  type ReportColumn,
  type ReportNode,
  type ReportRetFields,
  type ReportRow,
  type ReportSection,
  type ReportValue,
} from "./report.js";
export {
  isNothingFound,
  QBStatusError,
  statusError,
  statusOf,
  type ResponseStatus,
  type StatusMeaning,
  type StatusSeverity,
  type Sure,
} from "./status.js";
export { formatTimeInterval, readTimeInterval } from "./time-interval.js";
export type {
  IteratorName,
  PartialAnswer,
  QueryName,
  ReportName,
  RequestAnswer,
  RequestBody,
  RequestItem,
  RequestName,
  SubscriptionName,
} from "./request-types.js";
export { requestTree, writeRequests, type MessageSetOptions } from "./request-writer.js";
export { writeResponses, type ResponseItem, type ResponseSetOptions } from "./response-writer.js";
export type { Finding, FindingRule, LintFinding, Severity } from "./schema/finding.js";
export type * from "./schema/types.js";
export {
  readResponses,
  ResponseStream,
  type QBResponse,
  type ReadingOptions,
  type ResponseEvent,
  type ResponseHead,
  type ResponseSet,
  type ResponseSetHead,
} from "./response-reader.js";
export type { Irregularities, ReadingIrregularity } from "./irregularities.js";
export { writeDocument, writeElement } from "./writer.js";
