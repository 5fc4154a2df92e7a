export { connect } from "./connection/connect.js";
export type { ConnectionStatus } from "./connection/connection-status.js";
export { setDefaultApplication, type DefaultApplication } from "./connection/default-application.js";
export {
  OnlineConnection,
  type OnlineEvents,
  type TestedConnection,
} from "./connection/online-connection.js";
export type { OnlineOptions } from "./connection/online-options.js";
export type {
  AccessTokenInputs,
  AccessTokenOutputs,
  AuthorizationURLInputs,
  AuthorizationURLOutputs,
  RefreshInputs,
  RefreshOutputs,
} from "./connection/procedures.js";
export {
  formatOnlineConnectionString,
  parseOnlineConnectionString,
  redactOnlineConnectionString,
  type OnlineConnectionString,
} from "./connection/online-connection-string.js";
export {
  ONLINE_PROPERTIES,
  type OnlineProperty,
  type OnlinePropertyName,
  type OnlinePropertyType,
} from "./connection/properties.js";
export type { TokenStore } from "./vault/token-store.js";
export type {
  CreatableEntityName,
  EntityInputMap,
  EntityMap,
  EntityName,
  EntityUpdate,
} from "./data/entities.js";
export type {
  BillableStatus,
  CustomField,
  EmailAddress,
  EmailStatus,
  GlobalTaxCalculation,
  LinkedTxn,
  OpenObject,
  PhysicalAddress,
  PostingType,
  PrintStatus,
  Ref,
  StoredObject,
  TaxLine,
  TelephoneNumber,
  TxnTaxDetail,
  WebSiteAddress,
} from "./data/entity-types.js";
export type {
  AccountBasedExpenseLine,
  DepositLine,
  DescriptionLine,
  DiscountLine,
  ExpenseLine,
  GroupLine,
  ItemBasedExpenseLine,
  JournalEntryLine,
  LinkedLine,
  SalesItemLine,
  SalesLine,
  SubTotalLine,
} from "./data/entity-types-lines.js";
export type {
  Account,
  AccountInput,
  Attachable,
  AttachableInput,
  AttachableRef,
  Class,
  ClassInput,
  CompanyInfo,
  Customer,
  CustomerInput,
  Department,
  DepartmentInput,
  Employee,
  EmployeeInput,
  Item,
  ItemInput,
  PaymentMethod,
  PaymentMethodInput,
  Preferences,
  TaxCode,
  TaxRate,
  Term,
  TermInput,
  Vendor,
  VendorInput,
} from "./data/entity-types-lists.js";
export type {
  Bill,
  BillInput,
  BillPayment,
  BillPaymentInput,
  CreditMemo,
  CreditMemoInput,
  Deposit,
  DepositInput,
  Estimate,
  EstimateInput,
  Invoice,
  InvoiceInput,
  JournalEntry,
  JournalEntryInput,
  Payment,
  PaymentInput,
  Purchase,
  PurchaseInput,
  PurchaseOrder,
  PurchaseOrderInput,
  RefundReceipt,
  RefundReceiptInput,
  SalesReceipt,
  SalesReceiptInput,
  TimeActivity,
  TimeActivityInput,
  Transfer,
  TransferInput,
  VendorCredit,
  VendorCreditInput,
} from "./data/entity-types-transactions.js";
export { readWebhook, type WebhookNotification, type WebhookOperation } from "./webhooks/notifications.js";
export { verifyWebhook, type WebhookSignature } from "./webhooks/webhook-signature.js";
export type { AttachmentTarget, AttachOptions, DownloadedFile } from "./data/attachments.js";
export type { AttachmentSource } from "./data/upload-body.js";
export type { JsonObject } from "./data/answer-failure.js";
export type { BatchItem, BatchResult } from "./data/batch.js";
export type { CallOptions, WriteOptions } from "./data/call-options.js";
export type { Change, Changes, ChangesQuery } from "./data/changes.js";
export type {
  AnyEntityName,
  CompanyData,
  EntityChange,
  EntityInput,
  EntityObject,
} from "./data/company-data.js";
export type { FaultError } from "./data/fault.js";
export type { FullUpdatePreview } from "./data/full-update.js";
export type { ObjectVersion, UpdateOptions } from "./data/objects.js";
export type { QueryOptions, QueryResults } from "./data/query.js";
export { queryText, type QueryValue } from "./data/query-text.js";
export type { ReportParameters } from "./data/reports.js";
