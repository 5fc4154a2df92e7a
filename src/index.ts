export {
  CONNECTION_STRING_NAMES,
  formatConnectionString,
  parseConnectionString,
  redactConnectionString,
  type ConnectionString,
  type ConnectionStringName,
  type ConnectionStringRow,
} from "./connection-string.js";
export {
  ERROR_CATALOGUE,
  QBError,
  isErrorCode,
  type Actor,
  type ErrorCode,
  type ErrorFamily,
  type Outcome,
  type QBErrorOptions,
} from "./errors.js";
/** The language, as it is behind the door `qbconnector/qbxml`. */
export * as qbxml from "./qbxml/index.js";
export type { Check, CheckOutcome } from "./diagnosis.js";
export type { Logger } from "./logger.js";
export type { MessageSet, RequestSummary } from "./qbxml/envelope.js";
export type { CharacterChange, OutsideCodePage } from "./qbxml/code-page.js";
export { QBStatusError } from "./qbxml/status/status.js";
export { fromHresult } from "./hresult.js";
export type {
  FileMode,
  QuickBooksSession,
  QuickBooksSettings,
  RequestProcessor,
} from "./quickbooks/request-processor.js";
export type { LogonRefusal, WindowsLogon } from "./connector/windows-accounts.js";
export type {
  AuthMode,
  AuthorizedUser,
  AuthorizedUserOptions,
  AuthorizedUsers,
} from "./connector/authorized-users.js";
export type { PublicCertificate } from "./connector/certificate/public-certificate.js";
export type {
  ServerCertificate,
  ServerCertificateOptions,
} from "./connector/certificate/server-certificate.js";
export type { CertificateStoreType } from "./connector/certificate/store-types.js";
export type { QBConnectorOptions } from "./connector/connector-options.js";
export type {
  AuthorizationEvent,
  ConnectionEvent,
  ConnectionRequestEvent,
  ErrorEvent,
  HeaderEvent,
  QBConnectorEvents,
  RequestEvent,
  ResponseEvent,
  SSLClientAuthenticationEvent,
  SSLConnectionRequestEvent,
  SSLStatusEvent,
  StatusEvent,
} from "./connector/events.js";
export type { Limits } from "./connector/limits.js";
export { hashPassword } from "./connector/password-hash.js";
export type { ClientSetting } from "./connector/policy.js";
export type { SSLStartMode } from "./connector/tls-settings.js";
export { QBConnector } from "./connector/qb-connector.js";
export type {
  MessageSetFacts,
  QueryEntity,
  QueryFilter,
  QueryOptions,
  QueryRecord,
  RecordList,
  ReportKind,
  RequestDone,
  RequestFailed,
  RequestOptions,
  RequestResult,
  RequestResults,
  RequestSetOptions,
  ResponseFacts,
} from "./client/call-types.js";
export type { ClientCertificate } from "./client/client-certificate.js";
export type { CallOptions, QBClientOptions } from "./client/client-options.js";
export type {
  QBClientEvents,
  SSLServerAuthenticationEvent,
  SSLStatusEvent as ClientSSLStatusEvent,
} from "./client/events.js";
export { QBClient } from "./client/qb-client.js";
export type { QueryProgress } from "./client/query-progress.js";
export { QueryResults } from "./client/query-results.js";
export type { Country } from "./client/request-text.js";
export type { DispatchedAnswer, DispatchedRequest, RequestDispatcher } from "./client/request-dispatcher.js";
export type { EventListener, TypedEmitter } from "./event-dispatch.js";
