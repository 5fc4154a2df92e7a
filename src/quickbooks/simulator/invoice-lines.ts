import type { QBXMLElement } from "../../qbxml/reader.js";
import type { Company } from "./company.js";
import { formatAmount, formatRate, multiply, parseAmount, rateOf, type Cents } from "./decimal.js";
import { byName, element, referenceIn, textOf, type Fields } from "./elements.js";
import { applyFields } from "./fields.js";
import { incomeAccountOf } from "./list-kinds.js";
import type { ListObject } from "./named-list.js";
import { resolveReference } from "./references.js";
import { missingElement, missingPostingAccount } from "./request-failure.js";

export interface InvoiceLine {
  readonly fields: Fields;
  readonly amount: Cents;
  /** Undefined for a line that sells nothing. */
  readonly incomeAccountID: string | undefined;
}

const IN_LINE = "Invoice line";
const FIGURES = ["Quantity", "Rate", "Amount"];

/** One line of a new invoice, with what its item and its figures say about each other. */
export function readInvoiceLine(asked: QBXMLElement, company: Company): InvoiceLine {
  const override = asked.children.find(({ name }) => name === "OverrideItemAccountRef");
  const fields = applyFields(
    new Map(),
    asked.children.filter((child) => child !== override),
    {
      company,
      kind: "Invoice",
      inObject: IN_LINE,
      requestType: "InvoiceLineAdd",
      retType: "InvoiceLineRet",
    },
  );
  const item = company.items.byID(referenceIn(fields, "ItemRef") ?? "");
  if (item === undefined) return lineWithoutItem(fields);
  const account = override && resolveReference(company, override, "Account", IN_LINE);
  const incomeAccountID = account?.id ?? incomeAccountOf(item.fields);
  if (incomeAccountID === undefined) throw missingPostingAccount(IN_LINE);
  return { ...withFigures(fields, item), incomeAccountID };
}

/** A line of text; that figures need an item is a guess. */
function lineWithoutItem(fields: Fields): InvoiceLine {
  if (FIGURES.some((name) => fields.has(name))) throw missingElement("ItemRef", IN_LINE);
  return { fields, amount: 0n, incomeAccountID: undefined };
}

/** An amount that is given wins over quantity and rate; that is a guess. */
function withFigures(given: Fields, item: ListObject): Pick<InvoiceLine, "fields" | "amount"> {
  const sale = (item.fields.get("SalesOrPurchase") ?? item.fields.get("SalesAndPurchase"))?.[0];
  const ofItem = byName(sale?.children ?? []);
  const quantity = textOf(given, "Quantity");
  const amountGiven = textOf(given, "Amount");
  const price = textOf(ofItem, "Price") ?? textOf(ofItem, "SalesPrice") ?? "0";
  const rate = textOf(given, "Rate") ?? (amountGiven === undefined ? formatRate(price) : undefined);
  const amount =
    amountGiven === undefined ? multiply(quantity ?? "1", rate ?? "0") : parseAmount(amountGiven);
  const fields = new Map(given);
  const set = (name: string, text: string | undefined): unknown =>
    text && fields.set(name, [element(name, text)]);
  if (!given.has("Desc")) set("Desc", textOf(ofItem, "Desc") ?? textOf(ofItem, "SalesDesc"));
  set("Rate", rate ?? rateOf(amount, quantity ?? "1"));
  set("Amount", formatAmount(amount));
  return { fields, amount };
}
