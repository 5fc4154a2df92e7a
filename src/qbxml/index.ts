export { CodePage, type CharacterChange, type OutsideCodePage } from "./code-page.js";
export {
  createdAt,
  isDate,
  readDateTime,
  toInstant,
  toWallClock,
  type QBDateTime,
} from "./values/date-time.js";
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
} from "./values/decimal.js";
export { customFields, type DataExtFields, type WithCustomFields } from "./values/custom-fields.js";
export { decodeDocument } from "./decode.js";
export { readMessageSet, type EnvelopeOptions, type MessageSet, type RequestSummary } from "./envelope.js";
export {
  explain,
  type Explanation,
  type HresultExplanation,
  type StatusExplanation,
} from "./status/explain.js";
export { explainRefusal } from "./lint/explain-refusal.js";
export { lint, type Country, type LintOptions } from "./lint/lint.js";
export { repair, type RepairChange, type Repaired } from "./repair/repair.js";
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
} from "./report/report.js";
export {
  isNothingFound,
  QBStatusError,
  statusError,
  statusOf,
  type ResponseStatus,
  type StatusMeaning,
  type StatusSeverity,
  type Sure,
} from "./status/status.js";
export { formatTimeInterval, readTimeInterval } from "./values/time-interval.js";
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
} from "./schema/request-types.js";
export { requestTree, writeRequests, type MessageSetOptions } from "./writing/request-writer.js";
export { writeResponses, type ResponseItem, type ResponseSetOptions } from "./writing/response-writer.js";
export type { Finding, FindingRule, LintFinding, Severity } from "./check/finding.js";
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
