import type { EntityName } from "./entities.js";

export interface EntityFacts {
  /** How one goes away: deleted, hidden with `Active: false`, or not at all. */
  readonly removal: "delete" | "inactive" | "none";
  /** Whether its amounts can be set to zero, so that its number stays. */
  readonly voidable?: true;
  readonly pdf?: true;
}

const list: EntityFacts = { removal: "inactive" };
const fixed: EntityFacts = { removal: "none" };
const transaction: EntityFacts = { removal: "delete" };
const form: EntityFacts = { removal: "delete", pdf: true };
const voidableForm: EntityFacts = { removal: "delete", voidable: true, pdf: true };

/** What can be done with the main entities. */
export const ENTITY_FACTS: Readonly<Record<EntityName, EntityFacts>> = {
  Account: list,
  Attachable: transaction,
  Bill: transaction,
  BillPayment: { removal: "delete", voidable: true },
  Class: list,
  CompanyInfo: fixed,
  CreditMemo: form,
  Customer: list,
  Department: list,
  Deposit: transaction,
  Employee: list,
  Estimate: form,
  Invoice: voidableForm,
  Item: list,
  JournalEntry: transaction,
  Payment: voidableForm,
  PaymentMethod: list,
  Preferences: fixed,
  Purchase: transaction,
  PurchaseOrder: form,
  RefundReceipt: form,
  SalesReceipt: voidableForm,
  TaxCode: fixed,
  TaxRate: fixed,
  Term: list,
  TimeActivity: transaction,
  Transfer: transaction,
  Vendor: list,
  VendorCredit: transaction,
};
