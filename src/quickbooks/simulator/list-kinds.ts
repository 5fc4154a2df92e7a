import type { QBXMLElement } from "../../qbxml/reader.js";
import type { Company } from "./company.js";
import { formatAmount, type Cents } from "./decimal.js";
import { element, referenceIn, textOf, type Fields } from "./elements.js";
import { accountKey, customerKey } from "./ledger.js";
import type { ListObject, NamedList } from "./named-list.js";
import type { FilterMaker } from "./query.js";
import { missingPostingAccount, notImitated } from "./request-failure.js";

/** What sets one kind of list object apart from the others. */
export interface ListKind {
  /** As in the names of its requests. */
  readonly name: string;
  /** As in QuickBooks' messages. */
  readonly label: string;
  readonly listOf: (company: Company) => NamedList;
  /** Fields of a new object that the request leaves out. */
  readonly defaults: Fields;
  /** Elements that QuickBooks computes when it is asked. */
  readonly computed: (object: ListObject, company: Company) => readonly QBXMLElement[];
  readonly filters?: Readonly<Record<string, FilterMaker<ListObject>>>;
  /** Refuses a new object that could not be used. */
  readonly check?: (fields: Fields) => void;
}

export const CUSTOMER: ListKind = {
  name: "Customer",
  label: "Customer",
  listOf: ({ names }) => names,
  defaults: new Map([["JobStatus", [element("JobStatus", "None")]]]),
  computed: (customer, { names, ledger }) =>
    balances(customer, names, (one) => ledger.balanceOf(customerKey(one.id))),
};

const CREDIT_ACCOUNTS = new Set([
  "AccountsPayable",
  "CreditCard",
  "Equity",
  "Income",
  "LongTermLiability",
  "OtherCurrentLiability",
  "OtherIncome",
]);

export const ACCOUNT: ListKind = {
  name: "Account",
  label: "Account",
  listOf: ({ accounts }) => accounts,
  defaults: new Map(),
  computed: (account, { accounts, ledger }) =>
    balances(account, accounts, (one) => ledgerBalance(one, ledger)),
  filters: {
    AccountType: (_first, _context, all) => {
      const wanted = new Set(all.map(({ text }) => text));
      return ({ fields }) => wanted.has(textOf(fields, "AccountType") ?? "");
    },
  },
};

/** Shown in the sense of the account: income that was earned is positive. */
function ledgerBalance({ id, fields }: ListObject, ledger: Company["ledger"]): Cents {
  const debit = ledger.balanceOf(accountKey(id));
  return CREDIT_ACCOUNTS.has(textOf(fields, "AccountType") ?? "") ? -debit : debit;
}

export const ITEM_SERVICE: ListKind = {
  name: "ItemService",
  label: "Item",
  listOf: ({ items }) => items,
  defaults: new Map(),
  computed: () => [],
  check: (fields) => {
    if (incomeAccountOf(fields) === undefined) throw missingPostingAccount("Item");
    const price = fields.get("SalesOrPurchase")?.[0];
    if (price?.children.some(({ name }) => name === "PricePercent"))
      throw notImitated("PricePercent in the Item");
  },
};

/** The account that a sale of the item is posted to. */
export function incomeAccountOf(item: Fields): string | undefined {
  return (
    referenceIn(item, "SalesOrPurchase", "AccountRef") ??
    referenceIn(item, "SalesAndPurchase", "IncomeAccountRef")
  );
}

export const LIST_KINDS: readonly ListKind[] = [CUSTOMER, ACCOUNT, ITEM_SERVICE];

function balances(
  object: ListObject,
  list: NamedList,
  balanceOf: (one: ListObject) => Cents,
): QBXMLElement[] {
  const total = list.familyOf(object).reduce((sum, member) => sum + balanceOf(member), 0n);
  return [element("Balance", formatAmount(balanceOf(object))), element("TotalBalance", formatAmount(total))];
}
