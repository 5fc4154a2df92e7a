import type * as Lists from "./entity-types-lists.js";
import type * as Transactions from "./entity-types-transactions.js";

/** The main entities: what reading one gives. Others are read by their name as open objects. */
export interface EntityMap {
  Account: Lists.Account;
  Attachable: Lists.Attachable;
  Bill: Transactions.Bill;
  BillPayment: Transactions.BillPayment;
  Class: Lists.Class;
  CompanyInfo: Lists.CompanyInfo;
  CreditMemo: Transactions.CreditMemo;
  Customer: Lists.Customer;
  Department: Lists.Department;
  Deposit: Transactions.Deposit;
  Employee: Lists.Employee;
  Estimate: Transactions.Estimate;
  Invoice: Transactions.Invoice;
  Item: Lists.Item;
  JournalEntry: Transactions.JournalEntry;
  Payment: Transactions.Payment;
  PaymentMethod: Lists.PaymentMethod;
  Preferences: Lists.Preferences;
  Purchase: Transactions.Purchase;
  PurchaseOrder: Transactions.PurchaseOrder;
  RefundReceipt: Transactions.RefundReceipt;
  SalesReceipt: Transactions.SalesReceipt;
  TaxCode: Lists.TaxCode;
  TaxRate: Lists.TaxRate;
  Term: Lists.Term;
  TimeActivity: Transactions.TimeActivity;
  Transfer: Transactions.Transfer;
  Vendor: Lists.Vendor;
  VendorCredit: Transactions.VendorCredit;
}

/** What creating one needs and takes. The company and its settings exist; tax codes are made by the tax service. */
export interface EntityInputMap {
  Account: Lists.AccountInput;
  Attachable: Lists.AttachableInput;
  Bill: Transactions.BillInput;
  BillPayment: Transactions.BillPaymentInput;
  Class: Lists.ClassInput;
  CreditMemo: Transactions.CreditMemoInput;
  Customer: Lists.CustomerInput;
  Department: Lists.DepartmentInput;
  Deposit: Transactions.DepositInput;
  Employee: Lists.EmployeeInput;
  Estimate: Transactions.EstimateInput;
  Invoice: Transactions.InvoiceInput;
  Item: Lists.ItemInput;
  JournalEntry: Transactions.JournalEntryInput;
  Payment: Transactions.PaymentInput;
  PaymentMethod: Lists.PaymentMethodInput;
  Purchase: Transactions.PurchaseInput;
  PurchaseOrder: Transactions.PurchaseOrderInput;
  RefundReceipt: Transactions.RefundReceiptInput;
  SalesReceipt: Transactions.SalesReceiptInput;
  Term: Lists.TermInput;
  TimeActivity: Transactions.TimeActivityInput;
  Transfer: Transactions.TransferInput;
  Vendor: Lists.VendorInput;
  VendorCredit: Transactions.VendorCreditInput;
}

export type EntityName = keyof EntityMap;
export type CreatableEntityName = keyof EntityInputMap;

/** Changes an existing object: with `sparse`, only what is named. */
export type EntityUpdate<Name extends EntityName> = Partial<
  Name extends CreatableEntityName ? EntityInputMap[Name] : EntityMap[Name]
> & { Id: string; SyncToken: string; sparse?: boolean };
