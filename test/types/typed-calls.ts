// Typed calls: right bodies compile, wrong ones do not, and answers have the type of their request.
import {
  QBClient,
  type QueryResults,
  type QueryProgress,
  type RequestOptions,
  type RequestResult,
  type RequestSetOptions,
} from "qbconnector";
import type {
  AccountRet,
  CompanyRet,
  CustomerQuery,
  CustomerRet,
  InvoiceRet,
  Report,
  ReportRet,
  RequestItem,
  TxnDelAnswer,
} from "qbconnector/qbxml";

const client = new QBClient("URL='http://127.0.0.1:2080'", { qbxmlVersion: "13.0", country: "CA" });
// @ts-expect-error no such country
void new QBClient("", { country: "NL" });

export async function request(filter: CustomerQuery): Promise<unknown[]> {
  const added: CustomerRet = await client.request("CustomerAdd", {
    Name: "Acme",
    BillAddress: { City: "Oslo" },
  });
  const found: CustomerRet[] = await client.request(
    "CustomerQuery",
    { MaxReturned: 3 },
    { metaData: "MetaDataOnly" },
  );
  const iterated = await client.request("CustomerQuery", { MaxReturned: 3 }, { iterator: "Start" });
  const count: number | undefined = iterated.response.retCount ?? iterated.response.irregularities.count;
  const deleted: TxnDelAnswer = await client.request("TxnDel", { TxnDelType: "Invoice", TxnID: "1-1" });
  const company: CompanyRet | undefined = await client.request("CompanyQuery", {});
  const nothing: undefined = await client.request("ClearedStatusMod", {
    TxnID: "1-1",
    ClearedStatus: "Cleared",
  });
  const report: ReportRet = await client.request("AgingReportQuery", {
    AgingReportType: "APAgingSummary",
  });
  return [added, found, count, deleted, company, nothing, report, filter];
}

export async function requestPart(filter: CustomerQuery): Promise<void> {
  const names = await client.request("CustomerQuery", { ListID: "1-1", IncludeRetElement: ["Name"] });
  // @ts-expect-error it may not have been asked for
  void names[0]?.ListID.trim();
  const added = await client.request("CustomerAdd", { Name: "A" }, { IncludeRetElement: "ListID" });
  // @ts-expect-error nor this
  void added.ListID.trim();
  const found = await client.request("CustomerQuery", filter);
  // @ts-expect-error a filter made elsewhere may ask for certain fields only
  void found[0]?.ListID.trim();
  const maybe = undefined as string | undefined;
  const some = await client.request("CustomerQuery", { IncludeRetElement: maybe });
  // @ts-expect-error here, too
  void some[0]?.ListID.trim();
}

export async function wrong(): Promise<void> {
  // @ts-expect-error unknown field
  await client.request("CustomerAdd", { Name: "Acme", Fone: "1" });
  // @ts-expect-error unknown field further down
  await client.request("CustomerAdd", { Name: "Acme", BillAddress: { Town: "Oslo" } });
  // @ts-expect-error a customer has a name
  await client.request("CustomerAdd", { Phone: "1" });
  // @ts-expect-error names have no ending
  await client.request("CustomerAddRq", { Name: "Acme" });
  // @ts-expect-error additions have it in their options
  await client.request("CustomerAdd", { Name: "Acme", IncludeRetElement: "Name" });
  // @ts-expect-error queries have it in their body
  await client.request("CustomerQuery", {}, { IncludeRetElement: "Name" });
  // @ts-expect-error deletions have nothing to include
  await client.request("TxnDel", { TxnDelType: "Bill", TxnID: "1" }, { IncludeRetElement: "TxnID" });
  // @ts-expect-error accounts cannot be iterated over
  await client.request("AccountQuery", {}, { iterator: "Start" });
  // @ts-expect-error an addition has no meta data
  await client.request("CustomerAdd", { Name: "Acme" }, { metaData: "MetaDataOnly" });
  // @ts-expect-error ids or filters
  await client.request("CustomerQuery", { ListID: "1-1", ActiveStatus: "All" });
  // @ts-expect-error a line has no such field
  await client.request("InvoiceAdd", { CustomerRef: {}, InvoiceLineAdd: [{ Rate: "1.00", Foo: "1" }] });
  // @ts-expect-error onError is for sets
  await client.request("CustomerAdd", { Name: "Acme" }, { onError: "stopOnError" });
}

export async function set(): Promise<unknown> {
  const results = await client.requests(
    [
      { name: "CustomerAdd", body: { Name: "Acme", BillAddress: { City: "Oslo" } }, requestID: "a" },
      { name: "CustomerQuery", body: { IncludeRetElement: ["Name"] } },
      {
        name: "InvoiceAdd",
        body: { defMacro: "TxnID:new", CustomerRef: { FullName: "Acme" } },
        IncludeRetElement: "TxnID",
      },
      { name: "InvoiceQuery", body: {} },
    ],
    { onError: "continueOnError", deadlineMs: 1000 },
  );
  const [customer, names, invoice, invoices] = results;
  // @ts-expect-error it may have failed
  void customer.answer.ListID;
  if (customer.error !== undefined) return customer.error.outcome;
  const whole: CustomerRet = customer.answer;
  if (names.error !== undefined || invoice.error !== undefined || invoices.error !== undefined) return;
  // @ts-expect-error not asked for
  void names.answer[0]?.ListID.trim();
  // @ts-expect-error it may not have been asked for
  void invoice.answer.RefNumber.trim();
  const list: InvoiceRet[] = invoices.answer;
  return [whole, names.answer[0]?.Name, list, results.messageSet.messageSetStatusCode, customer.processed];
}

export async function setWithIDs(): Promise<void> {
  const [kept] = await client.requests([{ name: "CustomerAdd", body: { Name: "A" } }], {
    newMessageSetID: "1",
  });
  // @ts-expect-error of what was done before there is no object
  if (kept.error === undefined) void kept.answer.ListID;
  const [bare] = await client.requests([{ name: "CustomerAdd", body: { Name: "A" } }], {
    responseData: "includeNone",
  });
  // @ts-expect-error statuses only
  if (bare.error === undefined) void bare.answer.ListID;
}

export async function wrongSet(): Promise<void> {
  await client.requests([
    // @ts-expect-error unknown field
    { name: "CustomerAdd", body: { Name: "Acme", Fone: "1" } },
    // @ts-expect-error unknown field further down
    { name: "CustomerAdd", body: { Name: "Acme", BillAddress: { Town: "Oslo" } } },
    // @ts-expect-error a customer has a name
    { name: "CustomerAdd", body: { Phone: "1" } },
    // @ts-expect-error the body of another request
    { name: "CustomerAdd", body: { TxnID: "1" } },
    // @ts-expect-error no such option
    { name: "CustomerAdd", body: { Name: "Acme" }, requestId: "1" },
    // @ts-expect-error queries have it in their body
    { name: "CustomerQuery", body: {}, IncludeRetElement: "Name" },
  ]);
  // @ts-expect-error QuickBooks refuses it
  await client.requests([{ name: "CustomerQuery", body: {} }], { onError: "rollbackOnError" });
}

export async function setMadeInALoop(names: string[]): Promise<void> {
  const items: RequestItem[] = names.map((Name) => ({ name: "CustomerAdd", body: { Name } }));
  for (const result of await client.requests(items))
    if (result.name === "CustomerAdd" && result.error === undefined) void result.answer.ListID.trim();
  const customers = names.map((Name) => ({ name: "CustomerAdd" as const, body: { Name } }));
  const [first] = await client.requests(customers);
  if (first?.error === undefined) void first?.answer.ListID.trim();
}

/** Each mistake is reported where it is, not at the request around it. */
export async function mistakesOfSets(): Promise<void> {
  await client.requests([
    { name: "CustomerAdd", body: { Name: "A" } },
    {
      name: "InvoiceAdd",
      body: {
        CustomerRef: { FullName: "A" },
        // @ts-expect-error a number is not exact
        InvoiceLineAdd: { ItemRef: { FullName: "Consulting" }, Quantity: 2 },
      },
    },
    {
      name: "CustomerAdd",
      body: {
        Name: "B",
        // @ts-expect-error no such status
        JobStatus: "Lost",
      },
    },
  ]);
}

export async function query(): Promise<void> {
  const invoices: QueryResults<InvoiceRet> = client.query(
    "Invoice",
    { PaidStatus: "NotPaidOnly", IncludeLineItems: true },
    { pageSize: 100, onProgress: (progress: QueryProgress) => progress.received },
  );
  for await (const invoice of invoices) void invoice.TxnID.trim();
  for await (const { Name } of client.query("Customer", { IncludeRetElement: "Name" })) {
    // @ts-expect-error the compiler does not know what was asked for
    void Name.trim();
  }
  for await (const account of client.query("Account")) void (account satisfies AccountRet);
  for await (const company of client.query("Company")) void (company satisfies CompanyRet);
  for await (const item of client.query("Item"))
    if (item.$element === "ItemInventoryRet") void item.QuantityOnHand;
  // @ts-expect-error unknown field
  client.query("Invoice", { Status: "Paid" });
  // @ts-expect-error without the ending
  client.query("InvoiceQuery");
  // @ts-expect-error reports are no queries
  client.query("AgingReport");
  // @ts-expect-error what is included stands in the filter
  client.query("Invoice", {}, { IncludeRetElement: "TxnID" });
  // @ts-expect-error a query gives records
  client.query("Invoice", {}, { metaData: "MetaDataOnly" });
}

export async function report(): Promise<Report> {
  // @ts-expect-error a report has a type
  await client.report("GeneralSummary", {});
  return client.report("GeneralSummary", { GeneralSummaryReportType: "ProfitAndLossStandard" });
}

export const one: RequestOptions<"CustomerQuery"> = { metaData: "MetaDataOnly", requestID: "1" };
export const several: RequestSetOptions = { onError: "continueOnError", newMessageSetID: "1" };
export function outcomeOf(result: RequestResult): string {
  return result.error === undefined ? result.outcome : result.error.code;
}
