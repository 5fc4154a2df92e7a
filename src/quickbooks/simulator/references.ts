import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import type { ElementParticle } from "../../qbxml/schema/facts.js";
import type { Company } from "./company.js";
import type { ListObject, NamedList } from "./named-list.js";
import { invalidReference } from "./request-failure.js";

/** The lists that references lead to. Every other list of a company that this simulator keeps is empty. */
const LISTS: Readonly<Record<string, (company: Company) => NamedList>> = {
  Customer: ({ names }) => names,
  Account: ({ accounts }) => accounts,
  Item: ({ items }) => items,
};
const KIND_OF_FIELD: Readonly<Record<string, string>> = {
  ARAccountRef: "Account",
  IncomeAccountRef: "Account",
  ExpenseAccountRef: "Account",
  OverrideItemAccountRef: "Account",
  PrefVendorRef: "Vendor",
};

/** A pointer to a list object, as against a structure whose name happens to end in Ref. */
export function isReference(particle: ElementParticle): boolean {
  return /^(?:Ref\d*|SalesTaxCodeRef)$/.test(particle.ref ?? "");
}

/** What kind of object a reference names; `ParentRef` names one of the owner's own kind. */
export function kindOfReference(field: string, ownerKind: string): string {
  if (field === "ParentRef") return listKindOf(ownerKind);
  return KIND_OF_FIELD[field] ?? field.replace(/Ref$/, "");
}

export function listOf(company: Company, kind: string): NamedList | undefined {
  return LISTS[listKindOf(kind)]?.(company);
}

/** Finds what a reference names, by ListID before FullName; undefined when it names nothing. */
export function resolveReference(
  company: Company,
  reference: QBXMLElement,
  kind: string,
  inObject: string,
): ListObject | undefined {
  const id = textAt(reference, "ListID") ?? "";
  const wanted = id === "" ? (textAt(reference, "FullName") ?? "") : id;
  if (wanted === "") return undefined;
  const list = listOf(company, kind);
  const found = id === "" ? list?.byFullName(wanted) : list?.byID(wanted);
  if (found === undefined || listKindOf(found.kind) !== listKindOf(kind))
    throw invalidReference(kind, wanted, inObject);
  return found;
}

function listKindOf(kind: string): string {
  return kind.startsWith("Item") ? "Item" : kind;
}
