// The main entities of QuickBooks Online: what an object has, what creating one needs, and lines by their DetailType.
import type {
  CreatableEntityName,
  EntityInputMap,
  EntityMap,
  EntityName,
  EntityUpdate,
  SalesLine,
} from "qbconnector/online";

declare function read<Name extends EntityName>(entity: Name, id: string): Promise<EntityMap[Name]>;
declare function create<Name extends CreatableEntityName>(
  entity: Name,
  object: EntityInputMap[Name],
): Promise<EntityMap[Name]>;
declare function update<Name extends EntityName>(
  entity: Name,
  object: EntityUpdate<Name>,
): Promise<EntityMap[Name]>;

const ref = { value: "1" };
const sale: SalesLine = { DetailType: "SalesItemLineDetail", Amount: 1, SalesItemLineDetail: { Qty: 1 } };

export async function reading(): Promise<unknown[]> {
  const invoice = await read("Invoice", "1");
  const customer: string = invoice.CustomerRef.value;
  const balance: number | undefined = invoice.Balance;
  const other: unknown = invoice["SomethingNew"];
  // @ts-expect-error it may be missing
  invoice.DocNumber.trim();
  // @ts-expect-error its type is not known
  invoice["SomethingNew"].trim();
  // @ts-expect-error no such main entity
  await read("Budget", "1");
  const token: string = (await read("Preferences", "1")).SyncToken;
  const name: string = (await read("Customer", "1")).DisplayName;
  return [customer, balance, other, token, name, invoice.Line.map(quantity)];
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
  await create("Customer", { DisplayName: "Acme", Somewhere: { new: true } });
  await create("Customer", { GivenName: "Ann", FamilyName: "Lee" });
  // @ts-expect-error a customer has a name
  await create("Customer", { Notes: "1" });
  // @ts-expect-error a number is no name
  await create("Customer", { DisplayName: 1 });
  await create("Invoice", { CustomerRef: ref, Line: [sale] });
  // @ts-expect-error an invoice has a customer
  await create("Invoice", { Line: [sale] });
  // @ts-expect-error an invoice has lines
  await create("Invoice", { CustomerRef: ref });
  await create("SalesReceipt", { Line: [sale] });
  // @ts-expect-error a line has the detail that it names
  await create("Invoice", { CustomerRef: ref, Line: [{ DetailType: "SalesItemLineDetail", Amount: 1 }] });
  // @ts-expect-error nothing with this name exists on a sale
  await create("Invoice", { CustomerRef: ref, Line: [{ ...sale, DetailType: "DepositLineDetail" }] });
  await create("Account", { Name: "Bank", AccountType: "Bank" });
  // @ts-expect-error an account has a type
  await create("Account", { Name: "Bank" });
  await create("Payment", { CustomerRef: ref, TotalAmt: 1 });
  // @ts-expect-error an amount is a number
  await create("Payment", { CustomerRef: ref, TotalAmt: "1.00" });
  await create("Term", { Name: "Net 30", DueDays: 30 });
  // @ts-expect-error when it is due
  await create("Term", { Name: "Net 30" });
  await create("Attachable", {
    Note: "Signed",
    AttachableRef: [{ EntityRef: { type: "Bill", value: "1" } }],
  });
  // @ts-expect-error made by the tax service
  await create("TaxCode", { Name: "A" });
}

export async function creatingMore(): Promise<void> {
  await create("Item", { Name: "Hours", Type: "Service", IncomeAccountRef: ref });
  // @ts-expect-error a stocked item has accounts, a quantity and a day
  await create("Item", { Name: "Desk", Type: "Inventory", IncomeAccountRef: ref });
  await create("BillPayment", {
    VendorRef: ref,
    TotalAmt: 1,
    Line: [{ Amount: 1, LinkedTxn: [{ TxnId: "1", TxnType: "Bill" }] }],
    PayType: "Check",
    CheckPayment: { BankAccountRef: ref },
  });
  // @ts-expect-error a check is drawn on an account
  await create("BillPayment", { VendorRef: ref, TotalAmt: 1, Line: [], PayType: "Check" });
  await create("TimeActivity", { NameOf: "Employee", EmployeeRef: ref, Hours: 8 });
  // @ts-expect-error somebody worked
  await create("TimeActivity", { NameOf: "Employee", VendorRef: ref, Hours: 8 });
  await create("JournalEntry", {
    Line: [
      {
        DetailType: "JournalEntryLineDetail",
        Amount: 1,
        JournalEntryLineDetail: { PostingType: "Debit", AccountRef: ref },
      },
    ],
  });
  await create("Deposit", {
    DepositToAccountRef: ref,
    Line: [
      { Amount: 1, LinkedTxn: [{ TxnId: "1", TxnType: "Payment", TxnLineId: "0" }] },
      { DetailType: "DepositLineDetail", Amount: 1, DepositLineDetail: { AccountRef: ref } },
    ],
  });
}

export async function updating(): Promise<void> {
  await update("Customer", { Id: "1", SyncToken: "0", sparse: true, Notes: "A" });
  await update("Invoice", { Id: "1", SyncToken: "0", DueDate: "2026-01-31" });
  // @ts-expect-error which one
  await update("Customer", { SyncToken: "0", Notes: "A" });
  // @ts-expect-error as somebody read it
  await update("Customer", { Id: "1", Notes: "A" });
}
