export { ERROR_CATALOGUE, QBError, isErrorCode, type Actor, type ErrorCode, type ErrorFamily, type Outcome, type QBErrorOptions } from "./errors.js";
export type { FileMode, QuickBooksSession, QuickBooksSettings, RequestProcessor } from "./quickbooks/request-processor.js";
export { fromHresult } from "./quickbooks/hresult.js";
export type { MessageSet, RequestSummary } from "./qbxml/envelope.js";
