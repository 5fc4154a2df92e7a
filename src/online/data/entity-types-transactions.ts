import type {
  CustomField,
  EmailAddress,
  EmailStatus,
  GlobalTaxCalculation,
  LinkedTxn,
  OpenObject,
  PhysicalAddress,
  PrintStatus,
  Ref,
  StoredObject,
  BillableStatus,
  TxnTaxDetail,
} from "./entity-types.js";
import type {
  DepositLine,
  ExpenseLine,
  JournalEntryLine,
  LinkedLine,
  SalesLine,
} from "./entity-types-lines.js";

interface TransactionFields extends OpenObject {
  DocNumber?: string;
  TxnDate?: string;
  PrivateNote?: string;
  CurrencyRef?: Ref;
  ExchangeRate?: number;
  DepartmentRef?: Ref;
  TxnTaxDetail?: TxnTaxDetail;
  GlobalTaxCalculation?: GlobalTaxCalculation;
  LinkedTxn?: LinkedTxn[];
  TotalAmt?: number;
}

interface SalesFields extends TransactionFields {
  Line: SalesLine[];
  CustomField?: CustomField[];
  CustomerRef?: Ref;
  ProjectRef?: Ref;
  CustomerMemo?: { value: string; [field: string]: unknown };
  BillAddr?: PhysicalAddress;
  ShipAddr?: PhysicalAddress;
  ShipMethodRef?: Ref;
  BillEmail?: EmailAddress;
  BillEmailCc?: EmailAddress;
  BillEmailBcc?: EmailAddress;
  ClassRef?: Ref;
  ApplyTaxAfterDiscount?: boolean;
  PrintStatus?: PrintStatus;
  EmailStatus?: EmailStatus;
  HomeTotalAmt?: number;
  Balance?: number;
}
interface CustomerSaleInput extends SalesFields {
  CustomerRef: Ref;
}

export interface InvoiceInput extends CustomerSaleInput {
  DueDate?: string;
  SalesTermRef?: Ref;
  ShipDate?: string;
  TrackingNum?: string;
  Deposit?: number;
  DepositToAccountRef?: Ref;
  AllowOnlineCreditCardPayment?: boolean;
  AllowOnlineACHPayment?: boolean;
}
export interface Invoice extends StoredObject, InvoiceInput {
  InvoiceLink?: string;
}
export interface EstimateInput extends CustomerSaleInput {
  ExpirationDate?: string;
  TxnStatus?: string;
  AcceptedBy?: string;
  AcceptedDate?: string;
}
export interface Estimate extends StoredObject, EstimateInput {}
export interface CreditMemoInput extends CustomerSaleInput {
  RemainingCredit?: number;
}
export interface CreditMemo extends StoredObject, CreditMemoInput {}
export interface SalesReceiptInput extends SalesFields {
  DepositToAccountRef?: Ref;
  PaymentMethodRef?: Ref;
  PaymentRefNum?: string;
}
export interface SalesReceipt extends StoredObject, SalesReceiptInput {}
export interface RefundReceiptInput extends SalesReceiptInput {
  DepositToAccountRef: Ref;
}
export interface RefundReceipt extends StoredObject, RefundReceiptInput {}

export interface PaymentInput extends TransactionFields {
  CustomerRef: Ref;
  TotalAmt: number;
  Line?: LinkedLine[];
  DepositToAccountRef?: Ref;
  ARAccountRef?: Ref;
  PaymentMethodRef?: Ref;
  PaymentRefNum?: string;
}
export interface Payment extends StoredObject, PaymentInput {
  UnappliedAmt?: number;
  ProcessPayment?: boolean;
}

interface VendorBillFields extends TransactionFields {
  VendorRef: Ref;
  Line: ExpenseLine[];
  APAccountRef?: Ref;
}
export interface BillInput extends VendorBillFields {
  DueDate?: string;
  SalesTermRef?: Ref;
}
export interface Bill extends StoredObject, BillInput {
  Balance?: number;
}
export interface VendorCreditInput extends VendorBillFields {}
export interface VendorCredit extends StoredObject, VendorCreditInput {
  Balance?: number;
}
export interface PurchaseOrderInput extends VendorBillFields {
  DueDate?: string;
  SalesTermRef?: Ref;
  ClassRef?: Ref;
  Memo?: string;
  POStatus?: "Open" | "Closed";
  POEmail?: EmailAddress;
  VendorAddr?: PhysicalAddress;
  ShipAddr?: PhysicalAddress;
  ShipTo?: Ref;
  ShipMethodRef?: Ref;
  CustomField?: CustomField[];
}
export interface PurchaseOrder extends StoredObject, PurchaseOrderInput {}

interface BillPaymentFields extends TransactionFields {
  VendorRef: Ref;
  TotalAmt: number;
  Line: LinkedLine[];
  PayType: "Check" | "CreditCard";
  APAccountRef?: Ref;
  CheckPayment?: { BankAccountRef: Ref; PrintStatus?: PrintStatus; [field: string]: unknown };
  CreditCardPayment?: { CCAccountRef: Ref; [field: string]: unknown };
}
export type BillPaymentInput = BillPaymentFields &
  (
    | (Required<Pick<BillPaymentFields, "CheckPayment">> & { PayType: "Check" })
    | (Required<Pick<BillPaymentFields, "CreditCardPayment">> & { PayType: "CreditCard" })
  );
export interface BillPayment extends StoredObject, BillPaymentFields {}

export interface PurchaseInput extends TransactionFields {
  AccountRef: Ref;
  PaymentType: "Cash" | "Check" | "CreditCard";
  Line: ExpenseLine[];
  EntityRef?: Ref;
  PaymentMethodRef?: Ref;
  PaymentRefNum?: string;
  RemitToAddr?: PhysicalAddress;
  PrintStatus?: PrintStatus;
  /** True for a refund to a credit card. */
  Credit?: boolean;
}
export interface Purchase extends StoredObject, PurchaseInput {}

export interface JournalEntryInput extends TransactionFields {
  Line: JournalEntryLine[];
  Adjustment?: boolean;
}
export interface JournalEntry extends StoredObject, JournalEntryInput {}

export interface DepositInput extends TransactionFields {
  DepositToAccountRef: Ref;
  Line: (DepositLine | LinkedLine)[];
  CashBack?: { AccountRef: Ref; Amount: number; Memo?: string; [field: string]: unknown };
}
export interface Deposit extends StoredObject, DepositInput {}

export interface TransferInput extends OpenObject {
  FromAccountRef: Ref;
  ToAccountRef: Ref;
  Amount: number;
  TxnDate?: string;
  PrivateNote?: string;
  ClassRef?: Ref;
}
export interface Transfer extends StoredObject, TransferInput {}

interface TimeActivityFields extends OpenObject {
  NameOf: "Employee" | "Vendor" | "Other";
  EmployeeRef?: Ref;
  VendorRef?: Ref;
  CustomerRef?: Ref;
  ProjectRef?: Ref;
  ItemRef?: Ref;
  ClassRef?: Ref;
  DepartmentRef?: Ref;
  PayrollItemRef?: Ref;
  TxnDate?: string;
  StartTime?: string;
  EndTime?: string;
  Hours?: number;
  Minutes?: number;
  BreakHours?: number;
  BreakMinutes?: number;
  HourlyRate?: number;
  CostRate?: number;
  BillableStatus?: BillableStatus;
  Taxable?: boolean;
  Description?: string;
}
type Worker = { NameOf: "Employee"; EmployeeRef: Ref } | { NameOf: "Vendor"; VendorRef: Ref };
type Worked = { Hours: number } | { Minutes: number } | { StartTime: string; EndTime: string };
export type TimeActivityInput = TimeActivityFields & Worker & Worked;
export interface TimeActivity extends StoredObject, TimeActivityFields {}
