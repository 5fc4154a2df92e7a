import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import type { Company } from "./company.js";
import { element, textOf } from "./elements.js";
import { LIST_KINDS, type ListKind } from "./list-kinds.js";
import { existing } from "./list-requests.js";
import type { ListObject } from "./named-list.js";
import { kindOfReference, listOf } from "./references.js";
import { inUse, notImitated, objectNotFound } from "./request-failure.js";
import type { RequestHandler } from "./request-handler.js";

export const deleteListObject: RequestHandler = (request, { company }) => {
  const type = textAt(request, "ListDelType") ?? "";
  const kind = LIST_KINDS.find(({ name }) => name === type);
  if (kind === undefined) throw notImitated(`ListDel of ${type}`);
  const list = kind.listOf(company);
  const object = existing(kind, list, textAt(request, "ListID") ?? "");
  if (isInUse(object, kind, company)) throw inUse(object.id);
  const fullName = list.fullNameOf(object);
  list.remove(object);
  return {
    content: [
      element("ListDelType", type),
      element("ListID", object.id),
      element("TimeDeleted", company.clock.format(company.clock.moment())),
      element("FullName", fullName),
    ],
  };
};

/** What other objects name cannot go, nor what QuickBooks itself needs. */
function isInUse(object: ListObject, kind: ListKind, company: Company): boolean {
  if (textOf(object.fields, "SpecialAccountType") !== undefined) return true;
  if (kind.listOf(company).childrenOf(object.id).length > 0) return true;
  const { accounts, items, names, journal } = company;
  const holders = [...accounts.all(), ...items.all(), ...names.all(), ...journal.all()];
  if (holders.some((holder) => refersTo([...holder.fields.values()].flat(), holder.kind, object, company)))
    return true;
  const postings = journal.all().flatMap((transaction) => transaction.postings);
  return kind.name === "Account" && postings.some(({ accountID }) => accountID === object.id);
}

/** Each list counts its ids by itself, so an id alone does not tell what it names. */
function refersTo(
  elements: readonly QBXMLElement[],
  ownerKind: string,
  object: ListObject,
  company: Company,
): boolean {
  return elements.some((one) => {
    const sameID = textAt(one, "ListID") === object.id;
    const sameList = listOf(company, kindOfReference(one.name, ownerKind)) === listOf(company, object.kind);
    return (sameID && sameList) || refersTo(one.children, ownerKind, object, company);
  });
}

export const deleteTransaction: RequestHandler = (request, { company }) => {
  const type = textAt(request, "TxnDelType") ?? "";
  if (type !== "Invoice") throw notImitated(`TxnDel of ${type}`);
  const id = textAt(request, "TxnID") ?? "";
  const transaction = company.journal.byID(id);
  if (transaction?.kind !== type) throw objectNotFound(id);
  company.ledger.reverse(transaction.postings);
  company.journal.remove(transaction);
  return {
    content: [
      element("TxnDelType", type),
      element("TxnID", transaction.id),
      element("TimeDeleted", company.clock.format(company.clock.moment())),
      element("RefNumber", transaction.refNumber ?? ""),
    ],
  };
};
