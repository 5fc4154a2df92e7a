export { CodePage, type CharacterChange, type OutsideCodePage } from "./code-page.js";
export { decodeDocument } from "./decode.js";
export { readMessageSet, type EnvelopeOptions, type MessageSet, type RequestSummary } from "./envelope.js";
export { child, readElement, textAt, type QBXMLElement } from "./reader.js";
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
export { writeDocument, writeElement } from "./writer.js";
