import { Company } from "./company.js";
import type { Clock } from "./clock.js";
import { element, type Fields } from "./elements.js";
import type { NamedList } from "./named-list.js";

type AccountRow = readonly [name: string, type: string, special?: string];

/** The chart of accounts of a new company. */
const ACCOUNTS: readonly AccountRow[] = [
  ["Checking", "Bank"],
  ["Savings", "Bank"],
  ["Accounts Receivable", "AccountsReceivable", "AccountsReceivable"],
  ["Undeposited Funds", "OtherCurrentAsset", "UndepositedFunds"],
  ["Furniture and Equipment", "FixedAsset"],
  ["Accounts Payable", "AccountsPayable", "AccountsPayable"],
  ["Opening Balance Equity", "Equity", "OpeningBalanceEquity"],
  ["Retained Earnings", "Equity", "RetainedEarnings"],
  ["Sales", "Income"],
  ["Service Income", "Income"],
  ["Cost of Goods Sold", "CostOfGoodsSold", "CostOfGoodsSold"],
  ["Office Supplies", "Expense"],
  ["Rent", "Expense"],
];

/** Name, description and price of the services that a new company sells. */
const SERVICES = [
  ["Consulting", "Consulting, per hour", "100.00"],
  ["Installation", "Installation, flat rate", "250.00"],
] as const;

export function freshCompany(file: string, clock: Clock): Company {
  const company = new Company(file, clock);
  for (const [name, type, special] of ACCOUNTS) {
    const fields = new Map([["AccountType", [element("AccountType", type)]]]);
    if (special !== undefined) fields.set("SpecialAccountType", [element("SpecialAccountType", special)]);
    addTo(company.accounts, "Account", name, fields, clock);
  }
  const income = company.accounts.byFullName("Service Income")?.id ?? "";
  for (const [name, description, price] of SERVICES) {
    const sale = [
      element("Desc", description),
      element("Price", price),
      element("AccountRef", [element("ListID", income)]),
    ];
    addTo(
      company.items,
      "ItemService",
      name,
      new Map([["SalesOrPurchase", [element("SalesOrPurchase", sale)]]]),
      clock,
    );
  }
  return company;
}

function addTo(list: NamedList, kind: string, name: string, fields: Fields, clock: Clock): void {
  const created = clock.moment();
  const id = list.makeID(created);
  list.save({ kind, id, name, parentID: undefined, isActive: true, created, modified: created, fields });
}
