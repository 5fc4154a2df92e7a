/** Every object may hold fields that are not named here: QuickBooks Online adds some with every version. */
export interface OpenObject {
  [field: string]: unknown;
}

/** Points to another object by its id. */
export interface Ref extends OpenObject {
  value: string;
  name?: string;
}

/** What every stored object has. */
export interface StoredObject extends OpenObject {
  Id: string;
  SyncToken: string;
  MetaData?: { CreateTime: string; LastUpdatedTime: string; [field: string]: unknown };
  sparse?: boolean;
  domain?: string;
}

export interface EmailAddress extends OpenObject {
  Address?: string;
}

export interface TelephoneNumber extends OpenObject {
  FreeFormNumber?: string;
}

export interface WebSiteAddress extends OpenObject {
  URI?: string;
}

export interface PhysicalAddress extends OpenObject {
  Id?: string;
  Line1?: string;
  Line2?: string;
  Line3?: string;
  Line4?: string;
  Line5?: string;
  City?: string;
  CountrySubDivisionCode?: string;
  PostalCode?: string;
  Country?: string;
  Lat?: string;
  Long?: string;
}

export interface CustomField extends OpenObject {
  DefinitionId: string;
  Name?: string;
  Type?: string;
  StringValue?: string;
}

export interface LinkedTxn extends OpenObject {
  TxnId: string;
  TxnType: string;
  TxnLineId?: string;
}

export interface TaxLine extends OpenObject {
  DetailType: "TaxLineDetail";
  Amount?: number;
  TaxLineDetail: {
    TaxRateRef: Ref;
    PercentBased?: boolean;
    TaxPercent?: number;
    NetAmountTaxable?: number;
    [field: string]: unknown;
  };
}

export interface TxnTaxDetail extends OpenObject {
  TxnTaxCodeRef?: Ref;
  TotalTax?: number;
  TaxLine?: TaxLine[];
}

export type GlobalTaxCalculation = "TaxExcluded" | "TaxInclusive" | "NotApplicable";
export type PostingType = "Debit" | "Credit";
export type BillableStatus = "Billable" | "NotBillable" | "HasBeenBilled";
export type PrintStatus = "NotSet" | "NeedToPrint" | "PrintComplete";
export type EmailStatus = "NotSet" | "NeedToSend" | "EmailSent";
