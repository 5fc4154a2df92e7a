// The main entities of QuickBooks Online: what an object has, what creating one needs, and lines by their DetailType.
import type { Customer, EntityMap, OnlineConnection, SalesLine } from "qbconnector/online";

declare const online: OnlineConnection;

const ref = { value: "1" };
const sale: SalesLine = { DetailType: "SalesItemLineDetail", Amount: 1, SalesItemLineDetail: { Qty: 1 } };

export async function reading(): Promise<unknown[]> {
  const invoice = await online.read("Invoice", "1");
  const customer: string = invoice.CustomerRef.value;
  const balance: number | undefined = invoice.Balance;
  const other: unknown = invoice["SomethingNew"];
  // @ts-expect-error it may be missing
  invoice.DocNumber.trim();
  // @ts-expect-error its type is not known
  invoice["SomethingNew"].trim();
  const budget: unknown = (await online.read("Budget", "1"))["BudgetType"];
  // @ts-expect-error what other kinds have is not known
  (await online.read("Budget", "1"))["BudgetType"].trim();
  const token: string = (await online.read("Preferences", "1")).SyncToken;
  const name: string = (await online.read("Customer", "1")).DisplayName;
  return [customer, balance, other, budget, token, name, invoice.Line.map(quantity)];
}

export function quantity(line: SalesLine): number | undefined {
  switch (line.DetailType) {
    case "SalesItemLineDetail":
      return line.SalesItemLineDetail.Qty;
    case "GroupLineDetail":
      return line.GroupLineDetail.Line?.length;
    case "DiscountLineDetail":
      // @ts-expect-error the detail of another line
      void line.SalesItemLineDetail.Qty;
      return line.DiscountLineDetail.DiscountPercent;
    case "SubTotalLineDetail":
    case "DescriptionOnly":
      return line.Amount;
  }
}

export async function creating(): Promise<void> {
  await online.create("Customer", { DisplayName: "Acme", Somewhere: { new: true } });
  await online.create("Customer", { GivenName: "Ann", FamilyName: "Lee" });
  // @ts-expect-error a customer has a name
  await online.create("Customer", { Notes: "1" });
  // @ts-expect-error a number is no name
  await online.create("Customer", { DisplayName: 1 });
  await online.create("Invoice", { CustomerRef: ref, Line: [sale] });
  // @ts-expect-error an invoice has a customer
  await online.create("Invoice", { Line: [sale] });
  // @ts-expect-error an invoice has lines
  await online.create("Invoice", { CustomerRef: ref });
  await online.create("SalesReceipt", { Line: [sale] });
  // @ts-expect-error a line has the detail that it names
  const bare: SalesLine = { DetailType: "SalesItemLineDetail", Amount: 1 };
  await online.create("Invoice", { CustomerRef: ref, Line: [bare] });
  // @ts-expect-error nothing with this name exists on a sale
  await online.create("Invoice", { CustomerRef: ref, Line: [{ ...sale, DetailType: "DepositLineDetail" }] });
  await online.create("Account", { Name: "Bank", AccountType: "Bank" });
  // @ts-expect-error an account has a type
  await online.create("Account", { Name: "Bank" });
  await online.create("Payment", { CustomerRef: ref, TotalAmt: 1 });
  // @ts-expect-error an amount is a number
  await online.create("Payment", { CustomerRef: ref, TotalAmt: "1.00" });
  await online.create("Term", { Name: "Net 30", DueDays: 30 });
  // @ts-expect-error when it is due
  await online.create("Term", { Name: "Net 30" });
  await online.create("Attachable", {
    Note: "Signed",
    AttachableRef: [{ EntityRef: { type: "Bill", value: "1" } }],
  });
  // @ts-expect-error made by the tax service
  await online.create("TaxCode", { Name: "A" });
}

export async function creatingMore(): Promise<void> {
  await online.create("Item", { Name: "Hours", Type: "Service", IncomeAccountRef: ref });
  // @ts-expect-error a stocked item has accounts, a quantity and a day
  await online.create("Item", { Name: "Desk", Type: "Inventory", IncomeAccountRef: ref });
  await online.create("BillPayment", {
    VendorRef: ref,
    TotalAmt: 1,
    Line: [{ Amount: 1, LinkedTxn: [{ TxnId: "1", TxnType: "Bill" }] }],
    PayType: "Check",
    CheckPayment: { BankAccountRef: ref },
  });
  // @ts-expect-error a check is drawn on an account
  await online.create("BillPayment", { VendorRef: ref, TotalAmt: 1, Line: [], PayType: "Check" });
  await online.create("TimeActivity", { NameOf: "Employee", EmployeeRef: ref, Hours: 8 });
  // @ts-expect-error somebody worked
  await online.create("TimeActivity", { NameOf: "Employee", VendorRef: ref, Hours: 8 });
  await online.create("JournalEntry", {
    Line: [
      {
        DetailType: "JournalEntryLineDetail",
        Amount: 1,
        JournalEntryLineDetail: { PostingType: "Debit", AccountRef: ref },
      },
    ],
  });
  await online.create("Deposit", {
    DepositToAccountRef: ref,
    Line: [
      { Amount: 1, LinkedTxn: [{ TxnId: "1", TxnType: "Payment", TxnLineId: "0" }] },
      { DetailType: "DepositLineDetail", Amount: 1, DepositLineDetail: { AccountRef: ref } },
    ],
  });
}

export async function updating(): Promise<void> {
  await online.update("Customer", { Id: "1", SyncToken: "0", sparse: true, Notes: "A" });
  await online.update("Invoice", { Id: "1", SyncToken: "0", DueDate: "2026-01-31" });
  // @ts-expect-error which one
  await online.update("Customer", { SyncToken: "0", Notes: "A" });
  // @ts-expect-error as somebody read it
  await online.update("Customer", { Id: "1", Notes: "A" });
}

export async function readingMany(): Promise<Customer[]> {
  for await (const customer of online.query<Customer>("select * from Customer"))
    void customer.DisplayName.trim();
  for await (const object of online.query("select * from Customer")) {
    // @ts-expect-error the text of a query says nothing to the compiler
    object["DisplayName"].trim();
  }
  const made: EntityMap["Customer"] = await online.create("Customer", { DisplayName: "A" });
  await online.create("Budget", { anything: 1 });
  await online.delete("Invoice", made);
  await online.delete("Invoice", "1");
  // @ts-expect-error a number is no id
  await online.delete("Invoice", 1);
  return [made];
}

export async function files(): Promise<Uint8Array> {
  const to = [{ entity: "Invoice", id: "1" }];
  const { Id } = await online.attach("receipt.pdf", { to, note: "paid" });
  await online.attach(new Uint8Array(), { name: "a.pdf" });
  // @ts-expect-error an object is named by its kind and id
  await online.attach("receipt.pdf", { to: ["Invoice 1"] });
  const file = await online.download(Id);
  for await (const chunk of file) void chunk.byteLength;
  return online.pdf("Invoice", "1");
}
