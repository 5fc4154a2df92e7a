import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import { withAddressBlocks } from "./address-block.js";
import type { Company } from "./company.js";
import { formatAmount, type Cents } from "./decimal.js";
import { byName, element, isTrue, referenceIn, textOf, type Fields } from "./elements.js";
import { applyFields } from "./fields.js";
import { readInvoiceLine, type InvoiceLine } from "./invoice-lines.js";
import { INVOICE_QUERY } from "./invoice-query.js";
import type { Transaction } from "./journal.js";
import type { Posting } from "./ledger.js";
import type { ListObject } from "./named-list.js";
import { runQuery } from "./query.js";
import { invalidReference, missingPostingAccount, notImitated } from "./request-failure.js";
import type { RequestContext, RequestHandler } from "./request-handler.js";
import { buildRet, includedElements } from "./ret.js";

const LABEL = "Invoice";
const DEFAULTS = {
  IsPending: "false",
  IsFinanceCharge: "false",
  IsToBePrinted: "false",
  IsToBeEmailed: "false",
};

export const addInvoice: RequestHandler = (request, context) => {
  const { company } = context;
  const asked = request.children[0] as QBXMLElement;
  const head = readHead(asked, company);
  const customer = company.names.byID(referenceIn(head, "CustomerRef") ?? "");
  if (customer === undefined) throw invalidReference("Customer", "", LABEL);
  const receivable = receivableAccount(head, company);
  const lines = asked.children
    .filter(({ name }) => name === "InvoiceLineAdd")
    .map((line) => readInvoiceLine(line, company));
  const transaction = makeInvoice(head, customer, receivable, lines, company);
  company.journal.save(transaction);
  company.ledger.post(transaction.postings);
  return { content: [writeInvoice(transaction, true, request, context)] };
};

export const queryInvoices: RequestHandler = (request, context) =>
  runQuery(request, { ...INVOICE_QUERY, write: writeFound }, context);

function writeFound(invoice: Transaction, request: QBXMLElement, context: RequestContext): QBXMLElement {
  return writeInvoice(invoice, isTrue(textAt(request, "IncludeLineItems")), request, context);
}

function readHead(asked: QBXMLElement, company: Company): Fields {
  if (isTrue(textAt(asked, "IsPending"))) throw notImitated("IsPending in the Invoice");
  if (textAt(asked, "ExchangeRate")) throw notImitated("ExchangeRate in the Invoice");
  const defaults = Object.entries(DEFAULTS).map(([name, text]) => element(name, text));
  return applyFields(
    byName(defaults),
    asked.children.filter(({ name }) => name !== "InvoiceLineAdd"),
    {
      company,
      kind: LABEL,
      inObject: LABEL,
      requestType: "InvoiceAdd",
      retType: "InvoiceRet",
    },
  );
}

/** The account that is named, or the first one for receivables. */
function receivableAccount(head: Fields, { accounts }: Company): ListObject {
  const named = accounts.byID(referenceIn(head, "ARAccountRef") ?? "");
  const isReceivable = ({ fields }: ListObject): boolean =>
    textOf(fields, "AccountType") === "AccountsReceivable";
  if (named !== undefined && !isReceivable(named)) throw invalidReference("Account", named.name, LABEL);
  const account = named ?? accounts.all().find((candidate) => candidate.isActive && isReceivable(candidate));
  if (account === undefined) throw missingPostingAccount(LABEL);
  return account;
}

function makeInvoice(
  head: Fields,
  customer: ListObject,
  receivable: ListObject,
  lines: readonly InvoiceLine[],
  { clock, journal }: Company,
): Transaction {
  const created = clock.moment();
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const date = textOf(head, "TxnDate") ?? clock.today();
  const refNumber = textOf(head, "RefNumber") ?? journal.nextRefNumber(LABEL);
  const id = journal.makeID(created);
  const fields = byName([
    ...completeHead(head, customer, receivable, date),
    ...totals(total),
    ...lines.map((line) => lineRet(line, journal.makeID(created))),
  ]);
  const postings = postingsOf(customer, receivable, lines, total);
  const number = journal.makeNumber();
  const identity = { kind: LABEL, id, number, created, modified: created };
  return { ...identity, date, refNumber, customerID: customer.id, fields, postings };
}

/** What the customer, the date and the account add to the head. That the due date is the date without terms is a guess. */
function completeHead(
  head: Fields,
  customer: ListObject,
  receivable: ListObject,
  date: string,
): QBXMLElement[] {
  const fields = new Map(head);
  const addresses = ["BillAddress", "ShipAddress"].flatMap((name) => customer.fields.get(name) ?? []);
  const dates = ["TxnDate", "DueDate", "ShipDate"].map((name) => element(name, date));
  const account = element("ARAccountRef", [element("ListID", receivable.id)]);
  for (const one of [...addresses, ...dates, account]) if (!fields.has(one.name)) fields.set(one.name, [one]);
  return [...fields.values()].flat();
}

/** The figures of an invoice without sales tax that nobody has paid. */
function totals(total: Cents): QBXMLElement[] {
  return [
    element("Subtotal", formatAmount(total)),
    element("SalesTaxPercentage", "0.00"),
    element("SalesTaxTotal", "0.00"),
    element("AppliedAmount", "0.00"),
    element("BalanceRemaining", formatAmount(total)),
    element("IsPaid", String(total === 0n)),
  ];
}

function lineRet({ fields }: InvoiceLine, id: string): QBXMLElement {
  return element("InvoiceLineRet", [element("TxnLineID", id), ...[...fields.values()].flat()]);
}

function postingsOf(
  customer: ListObject,
  receivable: ListObject,
  lines: readonly InvoiceLine[],
  total: Cents,
): Posting[] {
  const income = lines.flatMap(({ incomeAccountID, amount }) =>
    incomeAccountID === undefined ? [] : [{ accountID: incomeAccountID, amount: -amount }],
  );
  return [{ accountID: receivable.id, amount: total, customerID: customer.id }, ...income];
}

function writeInvoice(
  invoice: Transaction,
  withLines: boolean,
  request: QBXMLElement,
  context: RequestContext,
): QBXMLElement {
  const { clock } = context.company;
  const own = [
    element("TxnID", invoice.id),
    element("TimeCreated", clock.format(invoice.created)),
    element("TimeModified", clock.format(invoice.modified)),
    element("EditSequence", String(invoice.modified.unix)),
    element("TxnNumber", String(invoice.number)),
    element("RefNumber", invoice.refNumber ?? ""),
  ];
  const fields = new Map([...withAddressBlocks(invoice.fields), ...byName(own)]);
  if (!withLines) fields.delete("InvoiceLineRet");
  return buildRet("InvoiceRet", LABEL, fields, context, includedElements(request));
}
