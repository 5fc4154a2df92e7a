import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import { element, textOf } from "./elements.js";
import type { Transaction } from "./journal.js";
import type { ListObject } from "./named-list.js";
import type { FilterMaker, QueryPlan } from "./query.js";
import { datesBetween, modifiedBetween, textFilter } from "./query-filters.js";
import { resolveReference } from "./references.js";
import { invalidReference, notImitated } from "./request-failure.js";
import type { RequestContext } from "./request-handler.js";

type InvoiceFilter = FilterMaker<Transaction>;

const byEntity: InvoiceFilter = (filter, context) => {
  const customers = new Set(
    filter.children.flatMap((named) => customersOf(named, context)).map(({ id }) => id),
  );
  return ({ customerID }) => customers.has(customerID);
};

/** A customer that does not exist is answered as a bad reference; that is a guess. */
function customersOf({ name, text }: QBXMLElement, { company }: RequestContext): ListObject[] {
  const field = name.startsWith("ListID") ? "ListID" : "FullName";
  const reference = element("EntityRef", [element(field, text)]);
  const customer = resolveReference(company, reference, "Customer", "EntityFilter");
  if (customer === undefined) throw invalidReference("Customer", text, "EntityFilter");
  return name.endsWith("WithChildren") ? company.names.familyOf(customer) : [customer];
}

const byDate: InvoiceFilter = (filter, { company }) => {
  if (textAt(filter, "DateMacro") !== undefined) throw notImitated("DateMacro");
  const test = datesBetween(filter, company.clock);
  return ({ date }) => test(date);
};

const byPaidStatus: InvoiceFilter = ({ text }) => {
  if (text === "All") return () => true;
  return ({ fields }) => (textOf(fields, "IsPaid") === "true") === (text === "PaidOnly");
};

function withRefNumber(
  company: RequestContext["company"],
  test: (refNumber: string) => boolean,
): Transaction[] {
  return company.journal.all().filter(({ kind, refNumber }) => kind === "Invoice" && test(refNumber ?? ""));
}

/** How invoices are found: by id, by number, or by filters. */
export const INVOICE_QUERY: Omit<QueryPlan<Transaction>, "write"> = {
  lookups: {
    TxnID: (id, { company }) =>
      [company.journal.byID(id)].filter((found) => found?.kind === "Invoice") as Transaction[],
    RefNumber: (wanted, { company }) =>
      withRefNumber(company, (refNumber) => refNumber.toLowerCase() === wanted.toLowerCase()),
    RefNumberCaseSensitive: (wanted, { company }) =>
      withRefNumber(company, (refNumber) => refNumber === wanted),
  },
  all: ({ company }) => company.journal.all().filter(({ kind }) => kind === "Invoice"),
  filters: {
    ModifiedDateRangeFilter: (filter, { company }) => {
      const test = modifiedBetween(filter, company.clock);
      return ({ modified }) => test(modified);
    },
    TxnDateRangeFilter: byDate,
    EntityFilter: byEntity,
    RefNumberFilter: (filter) => {
      const test = textFilter(filter, "RefNumber");
      return ({ refNumber }) => test(refNumber ?? "");
    },
    PaidStatus: byPaidStatus,
  },
  unlessAsked: {},
  isThere: ({ id }, { company }) => company.journal.byID(id) !== undefined,
};
