import type { QBXMLElement } from "../../qbxml/reader.js";
import type { ListKind } from "./list-kinds.js";
import { writeListObject } from "./list-ret.js";
import type { ListObject } from "./named-list.js";
import type { FilterMaker, QueryPlan } from "./query.js";
import { modifiedSince, modifiedUntil, textFilter, textRangeFilter } from "./query-filters.js";

const isActive = (object: ListObject): boolean => object.isActive;

/** How the objects of one kind are found. Look-ups by id or name also find inactive ones. */
export function listQueryPlan(kind: ListKind): QueryPlan<ListObject> {
  const ofKind = (object: ListObject | undefined): ListObject[] =>
    object?.kind === kind.name ? [object] : [];
  return {
    lookups: {
      ListID: (id, { company }) => ofKind(kind.listOf(company).byID(id)),
      FullName: (fullName, { company }) => ofKind(kind.listOf(company).byFullName(fullName)),
    },
    all: ({ company }) =>
      kind
        .listOf(company)
        .all()
        .filter((object) => object.kind === kind.name),
    filters: { ...filtersOf(kind), ...kind.filters },
    unlessAsked: { ActiveStatus: isActive },
    isThere: (object, { company }) => kind.listOf(company).byID(object.id) !== undefined,
    write: (object, request, context) => {
      const now = kind.listOf(context.company).byID(object.id) ?? object;
      return writeListObject(now, kind, request, context);
    },
  };
}

function filtersOf(kind: ListKind): Readonly<Record<string, FilterMaker<ListObject>>> {
  const byFullName = (
    test: (text: string) => boolean,
    filter: FilterContext,
  ): ((object: ListObject) => boolean) => {
    const list = kind.listOf(filter.company);
    return (object) => test(list.fullNameOf(object));
  };
  return {
    ActiveStatus: (filter) => activeStatus(filter),
    FromModifiedDate: (filter, { company }) => {
      const test = modifiedSince(filter, company.clock);
      return ({ modified }) => test(modified);
    },
    ToModifiedDate: (filter, { company }) => {
      const test = modifiedUntil(filter, company.clock);
      return ({ modified }) => test(modified);
    },
    NameFilter: (filter, context) => byFullName(textFilter(filter, "Name"), context),
    NameRangeFilter: (filter, context) => byFullName(textRangeFilter(filter, "Name"), context),
  };
}

type FilterContext = Parameters<FilterMaker<ListObject>>[1];

function activeStatus({ text }: QBXMLElement): (object: ListObject) => boolean {
  if (text === "All") return () => true;
  return text === "InactiveOnly" ? (object) => !object.isActive : isActive;
}
