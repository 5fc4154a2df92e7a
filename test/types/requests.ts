// Bodies and answers of qbXML: the right ones compile, the wrong ones do not.
import type {
  CustomerRet,
  InvoiceAdd,
  InvoiceRet,
  IteratorName,
  PartialAnswer,
  QBRequests,
  QueryName,
  ReportName,
  RequestAnswer,
  RequestBody,
  RequestItem,
  RequestName,
  SubscriptionName,
} from "qbconnector/qbxml";

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

function body<Name extends RequestName>(name: Name, fields: RequestBody<Name>): RequestItem {
  return { name, body: fields } as RequestItem;
}

const maybe = undefined as string | undefined;

export const right = [
  body("CustomerAdd", { Name: "Acme", BillAddress: { City: "Oslo" } }),
  body("CustomerAdd", { Name: "Acme", Phone: maybe, IsActive: false, ShipToAddress: [{ Name: "Shop" }] }),
  body("CustomerAdd", { Name: "Acme", ShipToAddress: { Name: "Shop" } }),
  body("InvoiceAdd", {
    defMacro: "TxnID:new",
    CustomerRef: { ListID: "80000001-1" },
    InvoiceLineAdd: [{ ItemRef: { FullName: "Hour" }, Quantity: "2.5", Rate: "80.00" }],
    InvoiceLineGroupAdd: { ItemGroupRef: { FullName: "Set" } },
    $order: ["InvoiceLineGroupAdd", "InvoiceLineAdd"],
  }),
  body("ReceivePaymentAdd", {
    CustomerRef: { FullName: "Acme" },
    AppliedToTxnAdd: { TxnID: { useMacro: "TxnID:new" }, PaymentAmount: "10.00" },
  }),
  body("CustomerQuery", {}),
  body("CustomerQuery", { ListID: ["1-1", "1-2"], IncludeRetElement: "Name", OwnerID: "0" }),
  body("CustomerQuery", {
    MaxReturned: 10,
    ActiveStatus: "All",
    NameFilter: { MatchCriterion: "Contains", Name: "a" },
  }),
  body("InvoiceQuery", { TxnDateRangeFilter: { DateMacro: "ThisMonth" }, PaidStatus: "NotPaidOnly" }),
  body("TxnDel", { TxnDelType: "Invoice", TxnID: "1-1" }),
  body("ListMerge", {
    ListMergeType: "Customer",
    MergeFrom: { ListID: "1-1", EditSequence: "1" },
    MergeTo: { ListID: "1-2", EditSequence: "1" },
  }),
  body("AccountTaxLineInfoQuery", {}),
  body("GeneralSummaryReportQuery", {
    GeneralSummaryReportType: "ProfitAndLossStandard",
    ReportPeriod: { FromReportDate: "2026-01-01" },
  }),
  body("ItemServiceAdd", {
    Name: "Hour",
    SalesOrPurchase: { Price: "80.00", AccountRef: { FullName: "Sales" } },
  }),
  body("DataExtAdd", {
    OwnerID: "0",
    DataExtName: "Colour",
    ListDataExtType: "Customer",
    ListObjRef: { ListID: "1-1" },
    DataExtValue: "red",
  }),
];

// @ts-expect-error a customer has a name
body("CustomerAdd", { Phone: "1" });
// @ts-expect-error unknown field
body("CustomerAdd", { Name: "Acme", Fone: "1" });
// @ts-expect-error unknown field further down
body("CustomerAdd", { Name: "Acme", BillAddress: { Town: "Oslo" } });
// @ts-expect-error one phone number only
body("CustomerAdd", { Name: "Acme", Phone: ["1", "2"] });
// @ts-expect-error a boolean, not its text
body("CustomerAdd", { Name: "Acme", IsActive: "true" });
// @ts-expect-error amounts are exact, numbers are not
body("CustomerAdd", { Name: "Acme", CreditLimit: 100.5 });
// @ts-expect-error no such value
body("CustomerAdd", { Name: "Acme", JobStatus: "Open" });
// @ts-expect-error ids or filters
body("CustomerQuery", { ListID: "1-1", NameFilter: { MatchCriterion: "Contains", Name: "a" } });
// @ts-expect-error ids or names
body("CustomerQuery", { ListID: "1-1", FullName: "Acme" });
const NameFilter = { MatchCriterion: "Contains", Name: "a" } as const;
// @ts-expect-error one filter or the other
body("CustomerQuery", { NameFilter, NameRangeFilter: { FromName: "a" } });
// @ts-expect-error a count is a number
body("CustomerQuery", { MaxReturned: "10" });
// @ts-expect-error a rate or a percentage
body("InvoiceAdd", { CustomerRef: {}, InvoiceLineAdd: { Rate: "1.00", RatePercent: "1" } });
// @ts-expect-error a macro needs its name
body("ReceivePaymentAdd", { CustomerRef: {}, AppliedToTxnAdd: { TxnID: { useMacro: 1 } } });
// @ts-expect-error a name cannot be a macro
body("CustomerAdd", { Name: { useMacro: "a" } });
// @ts-expect-error no element of that kind
body("InvoiceAdd", { CustomerRef: {}, $order: ["Line"] });
// @ts-expect-error either for sale or for sale and purchase, but one of them
body("ItemServiceAdd", { Name: "Hour" });
// @ts-expect-error what it is attached to
body("DataExtAdd", { OwnerID: "0", DataExtName: "Colour", ListDataExtType: "Customer", DataExtValue: "red" });
// @ts-expect-error nothing to choose
body("AccountTaxLineInfoQuery", { MaxReturned: 1 });
// @ts-expect-error names have no ending
body("CustomerAddRq", { Name: "Acme" });

export const items: readonly RequestItem[] = [
  { name: "CustomerAdd", body: { Name: "Acme" }, requestID: "1", IncludeRetElement: ["ListID"] },
  { name: "CustomerQuery", body: {}, iterator: "Start", metaData: "MetaDataAndResponseData" },
  // @ts-expect-error the body of another request
  { name: "CustomerAdd", body: { TxnID: "1" } },
  // @ts-expect-error an account query cannot be iterated
  { name: "AccountQuery", body: {}, iterator: "Start" },
  // @ts-expect-error queries have it in their body
  { name: "CustomerQuery", body: {}, IncludeRetElement: "Name" },
];

export const named: InvoiceAdd = { CustomerRef: { FullName: "Acme" } };

export const answers: readonly true[] = [
  true satisfies Equal<RequestAnswer<"CustomerAdd">, CustomerRet>,
  true satisfies Equal<RequestAnswer<"CustomerQuery">, CustomerRet[]>,
  true satisfies Equal<RequestAnswer<"TxnDisplayAdd">, undefined>,
  true satisfies Equal<RequestAnswer<"TxnDel">["TimeDeleted"], string | undefined>,
  true satisfies Equal<undefined, Extract<RequestAnswer<"CompanyQuery">, undefined>>,
  true satisfies Equal<never, Extract<RequestAnswer<"AgingReportQuery">, undefined>>,
  true satisfies Equal<SubscriptionName, Exclude<SubscriptionName, IteratorName>>,
  true satisfies Equal<never, ReportName & QueryName>,
];

export function read(customer: CustomerRet, invoice: InvoiceRet): string {
  const sequence: string = customer.EditSequence;
  const status: string | undefined = customer.JobStatus;
  // @ts-expect-error a balance is a decimal string
  const balance: number | undefined = customer.Balance;
  const isActive: boolean | undefined = customer.IsActive;
  for (const line of invoice.InvoiceLineRet ?? []) void (line.Rate ?? line.RatePercent);
  switch (customer.JobStatus) {
    case "Awarded":
    case "SomethingNewer":
      return "open enums compare with any text";
    default:
  }
  return [sequence, status, balance, isActive].join();
}

export function readKind(item: RequestAnswer<"ItemQuery">[number]): string | undefined {
  if (item.$element === "ItemInventoryRet") return item.AssetAccountRef?.FullName;
  // @ts-expect-error only inventory has it
  void item.QuantityOnHand;
  return item.ListID;
}

export function readPart([customer]: PartialAnswer<"CustomerQuery">): string | undefined {
  // @ts-expect-error it may not have been asked for
  const name: string | undefined = customer?.Name.trim();
  return name;
}

export function readPartOfKind([item]: PartialAnswer<"ItemQuery">): string | undefined {
  return item?.$element === "ItemInventoryRet" ? item.QuantityOnHand : undefined;
}

export const each: Record<keyof QBRequests, { body: unknown; answer: unknown }> = {} as QBRequests;
