import type {
  EmailAddress,
  OpenObject,
  PhysicalAddress,
  Ref,
  StoredObject,
  TelephoneNumber,
  WebSiteAddress,
} from "./entity-types.js";

/** Members of a union of which at least one has to be there. */
type OneOf<Fields, Names extends keyof Fields> = { [Name in Names]: Required<Pick<Fields, Name>> }[Names];

interface PersonFields extends OpenObject {
  DisplayName?: string;
  Title?: string;
  GivenName?: string;
  MiddleName?: string;
  FamilyName?: string;
  Suffix?: string;
  PrintOnCheckName?: string;
  Active?: boolean;
  PrimaryPhone?: TelephoneNumber;
  Mobile?: TelephoneNumber;
  PrimaryEmailAddr?: EmailAddress;
}

type NamePart = "DisplayName" | "Title" | "GivenName" | "MiddleName" | "FamilyName" | "Suffix";

interface PartnerFields extends PersonFields {
  CompanyName?: string;
  AlternatePhone?: TelephoneNumber;
  Fax?: TelephoneNumber;
  WebAddr?: WebSiteAddress;
  BillAddr?: PhysicalAddress;
  CurrencyRef?: Ref;
  Balance?: number;
}

interface CustomerFields extends PartnerFields {
  ShipAddr?: PhysicalAddress;
  Notes?: string;
  Job?: boolean;
  BillWithParent?: boolean;
  IsProject?: boolean;
  ParentRef?: Ref;
  Level?: number;
  FullyQualifiedName?: string;
  Taxable?: boolean;
  ResaleNum?: string;
  DefaultTaxCodeRef?: Ref;
  SalesTermRef?: Ref;
  PaymentMethodRef?: Ref;
  CustomerTypeRef?: Ref;
  PreferredDeliveryMethod?: string;
  OpenBalanceDate?: string;
  BalanceWithJobs?: number;
}
export type CustomerInput = CustomerFields & OneOf<CustomerFields, NamePart>;
export type Customer = StoredObject & CustomerFields & { DisplayName: string };

interface VendorFields extends PartnerFields {
  AcctNum?: string;
  TaxIdentifier?: string;
  Vendor1099?: boolean;
  TermRef?: Ref;
  APAccountRef?: Ref;
  BillRate?: number;
  CostRate?: number;
}
export type VendorInput = VendorFields & OneOf<VendorFields, NamePart>;
export type Vendor = StoredObject & VendorFields & { DisplayName: string };

interface EmployeeFields extends PersonFields {
  PrimaryAddr?: PhysicalAddress;
  EmployeeNumber?: string;
  SSN?: string;
  BirthDate?: string;
  HiredDate?: string;
  ReleasedDate?: string;
  Gender?: string;
  BillableTime?: boolean;
  BillRate?: number;
  CostRate?: number;
  Organization?: boolean;
}
export type EmployeeInput = EmployeeFields & OneOf<EmployeeFields, "GivenName" | "FamilyName">;
export type Employee = StoredObject & EmployeeFields;

interface AccountFields extends OpenObject {
  Name: string;
  AccountType?: string;
  AccountSubType?: string;
  AcctNum?: string;
  Description?: string;
  Active?: boolean;
  SubAccount?: boolean;
  ParentRef?: Ref;
  CurrencyRef?: Ref;
  TaxCodeRef?: Ref;
}
export type AccountInput = AccountFields & OneOf<AccountFields, "AccountType" | "AccountSubType">;
export interface Account extends StoredObject, AccountFields {
  AccountType: string;
  Classification?: string;
  FullyQualifiedName?: string;
  CurrentBalance?: number;
  CurrentBalanceWithSubAccounts?: number;
}

interface TreeFields extends OpenObject {
  Name: string;
  Active?: boolean;
  ParentRef?: Ref;
  FullyQualifiedName?: string;
}
export interface ClassInput extends TreeFields {
  SubClass?: boolean;
}
export interface Class extends StoredObject, ClassInput {}
export interface DepartmentInput extends TreeFields {
  SubDepartment?: boolean;
  Address?: PhysicalAddress;
}
export interface Department extends StoredObject, DepartmentInput {}

interface ItemFields extends TreeFields {
  Type?: string;
  Sku?: string;
  Description?: string;
  PurchaseDesc?: string;
  UnitPrice?: number;
  PurchaseCost?: number;
  IncomeAccountRef?: Ref;
  ExpenseAccountRef?: Ref;
  AssetAccountRef?: Ref;
  TrackQtyOnHand?: boolean;
  QtyOnHand?: number;
  InvStartDate?: string;
  ReorderPoint?: number;
  SubItem?: boolean;
  Level?: number;
  Taxable?: boolean;
  SalesTaxCodeRef?: Ref;
  PurchaseTaxCodeRef?: Ref;
  SalesTaxIncluded?: boolean;
  PurchaseTaxIncluded?: boolean;
  ClassRef?: Ref;
  PrefVendorRef?: Ref;
}
type StockedItem = Required<
  Pick<
    ItemFields,
    | "IncomeAccountRef"
    | "ExpenseAccountRef"
    | "AssetAccountRef"
    | "TrackQtyOnHand"
    | "QtyOnHand"
    | "InvStartDate"
  >
>;
export type ItemInput = ItemFields &
  ({ Type?: "Service" | "NonInventory" | "Category" | "Group" } | ({ Type: "Inventory" } & StockedItem));
export interface Item extends StoredObject, ItemFields {
  Type: string;
}

export interface PaymentMethodInput extends OpenObject {
  Name: string;
  Type?: string;
  Active?: boolean;
}
export interface PaymentMethod extends StoredObject, PaymentMethodInput {}

interface TermFields extends OpenObject {
  Name: string;
  Active?: boolean;
  DueDays?: number;
  DiscountDays?: number;
  DiscountPercent?: number;
  DayOfMonthDue?: number;
  DueNextMonthDays?: number;
  DiscountDayOfMonth?: number;
}
export type TermInput = TermFields & OneOf<TermFields, "DueDays" | "DayOfMonthDue">;
export interface Term extends StoredObject, TermFields {
  Type?: string;
}

interface TaxRateList extends OpenObject {
  TaxRateDetail: {
    TaxRateRef: Ref;
    TaxTypeApplicable?: string;
    TaxOrder?: number;
    [field: string]: unknown;
  }[];
}
export interface TaxCode extends StoredObject {
  Name: string;
  Description?: string;
  Active?: boolean;
  Hidden?: boolean;
  Taxable?: boolean;
  TaxGroup?: boolean;
  SalesTaxRateList?: TaxRateList;
  PurchaseTaxRateList?: TaxRateList;
}
export interface TaxRate extends StoredObject {
  Name: string;
  Description?: string;
  Active?: boolean;
  RateValue?: number;
  AgencyRef?: Ref;
  TaxReturnLineRef?: Ref;
  SpecialTaxType?: string;
  DisplayType?: string;
}

export interface CompanyInfo extends StoredObject {
  CompanyName: string;
  LegalName?: string;
  CompanyAddr?: PhysicalAddress;
  CustomerCommunicationAddr?: PhysicalAddress;
  LegalAddr?: PhysicalAddress;
  CompanyEmailAddr?: EmailAddress;
  CustomerCommunicationEmailAddr?: EmailAddress;
  PrimaryPhone?: TelephoneNumber;
  Email?: EmailAddress;
  WebAddr?: WebSiteAddress;
  CompanyStartDate?: string;
  FiscalYearStartMonth?: string;
  Country?: string;
  SupportedLanguages?: string;
  NameValue?: { Name: string; Value: string }[];
}

/** The company's settings; they differ by edition. */
export interface Preferences extends StoredObject {
  AccountingInfoPrefs?: OpenObject;
  ProductAndServicesPrefs?: OpenObject;
  SalesFormsPrefs?: OpenObject;
  EmailMessagesPrefs?: OpenObject;
  VendorAndPurchasesPrefs?: OpenObject;
  TimeTrackingPrefs?: OpenObject;
  TaxPrefs?: OpenObject;
  CurrencyPrefs?: OpenObject;
  ReportPrefs?: OpenObject;
  OtherPrefs?: OpenObject;
}

export interface AttachableRef extends OpenObject {
  EntityRef?: { type: string; value: string; [field: string]: unknown };
  IncludeOnSend?: boolean;
  LineInfo?: string;
}
interface AttachableFields extends OpenObject {
  FileName?: string;
  Note?: string;
  Category?: string;
  ContentType?: string;
  Tag?: string;
  AttachableRef?: AttachableRef[];
}
export type AttachableInput = AttachableFields & OneOf<AttachableFields, "FileName" | "Note">;
export interface Attachable extends StoredObject, AttachableFields {
  Size?: number;
  /** Works for some minutes, without a login: as secret as the file. */
  TempDownloadUri?: string;
  FileAccessUri?: string;
}
