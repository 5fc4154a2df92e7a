import type { BillableStatus, LinkedTxn, OpenObject, PostingType, Ref } from "./entity-types.js";

interface LineOf<Detail extends string> extends OpenObject {
  DetailType: Detail;
  Id?: string;
  LineNum?: number;
  Description?: string;
  LinkedTxn?: LinkedTxn[];
}

interface AmountLineOf<Detail extends string> extends LineOf<Detail> {
  Amount: number;
}

export interface SalesItemLine extends AmountLineOf<"SalesItemLineDetail"> {
  SalesItemLineDetail: {
    ItemRef?: Ref;
    Qty?: number;
    UnitPrice?: number;
    TaxCodeRef?: Ref;
    ClassRef?: Ref;
    ItemAccountRef?: Ref;
    ServiceDate?: string;
    DiscountAmt?: number;
    DiscountRate?: number;
    TaxInclusiveAmt?: number;
    [field: string]: unknown;
  };
}

export interface DiscountLine extends LineOf<"DiscountLineDetail"> {
  Amount?: number;
  DiscountLineDetail: {
    PercentBased?: boolean;
    DiscountPercent?: number;
    DiscountAccountRef?: Ref;
    TaxCodeRef?: Ref;
    ClassRef?: Ref;
    [field: string]: unknown;
  };
}

/** Written by QuickBooks Online; in what is sent it is left out. */
export interface SubTotalLine extends LineOf<"SubTotalLineDetail"> {
  Amount?: number;
  SubTotalLineDetail: { ItemRef?: Ref; [field: string]: unknown };
}

export interface GroupLine extends LineOf<"GroupLineDetail"> {
  Amount?: number;
  GroupLineDetail: { GroupItemRef?: Ref; Quantity?: number; Line?: SalesLine[]; [field: string]: unknown };
}

export interface DescriptionLine extends LineOf<"DescriptionOnly"> {
  Amount?: number;
  DescriptionLineDetail?: { ServiceDate?: string; TaxCodeRef?: Ref; [field: string]: unknown };
}

interface ExpenseDetail extends OpenObject {
  CustomerRef?: Ref;
  ClassRef?: Ref;
  TaxCodeRef?: Ref;
  BillableStatus?: BillableStatus;
  TaxInclusiveAmt?: number;
}

export interface AccountBasedExpenseLine extends AmountLineOf<"AccountBasedExpenseLineDetail"> {
  AccountBasedExpenseLineDetail: ExpenseDetail & { AccountRef: Ref; TaxAmount?: number };
}

export interface ItemBasedExpenseLine extends AmountLineOf<"ItemBasedExpenseLineDetail"> {
  ItemBasedExpenseLineDetail: ExpenseDetail & {
    ItemRef?: Ref;
    Qty?: number;
    UnitPrice?: number;
    PriceLevelRef?: Ref;
  };
}

export interface JournalEntryLine extends AmountLineOf<"JournalEntryLineDetail"> {
  JournalEntryLineDetail: {
    PostingType: PostingType;
    AccountRef: Ref;
    Entity?: { Type?: string; EntityRef?: Ref; [field: string]: unknown };
    ClassRef?: Ref;
    DepartmentRef?: Ref;
    TaxCodeRef?: Ref;
    TaxAmount?: number;
    TaxApplicableOn?: string;
    BillableStatus?: BillableStatus;
    [field: string]: unknown;
  };
}

export interface DepositLine extends AmountLineOf<"DepositLineDetail"> {
  DepositLineDetail: {
    AccountRef: Ref;
    Entity?: Ref;
    PaymentMethodRef?: Ref;
    CheckNum?: string;
    ClassRef?: Ref;
    TaxCodeRef?: Ref;
    TxnType?: string;
    [field: string]: unknown;
  };
}

/** A line of a payment or deposit that stands for other transactions. */
export interface LinkedLine extends OpenObject {
  DetailType?: never;
  Id?: string;
  LineNum?: number;
  Amount: number;
  LinkedTxn: LinkedTxn[];
}

export type SalesLine = SalesItemLine | DiscountLine | SubTotalLine | GroupLine | DescriptionLine;
export type ExpenseLine = AccountBasedExpenseLine | ItemBasedExpenseLine | DescriptionLine;
