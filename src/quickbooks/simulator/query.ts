import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import { byName } from "./elements.js";
import type { Page } from "./iterators.js";
import { conflictingElements, missingElement, notImitated, RequestFailure } from "./request-failure.js";
import type { RequestContext, RequestResult } from "./request-handler.js";

/** What a filter element lets through; `all` holds every element of its name, of which any may match. */
export type FilterMaker<Found> = (
  filter: QBXMLElement,
  context: RequestContext,
  all: readonly QBXMLElement[],
) => (object: Found) => boolean;

/** How the objects of one query are found, filtered and written. */
export interface QueryPlan<Found> {
  /** Elements that name objects one by one; all objects of that name, or none. */
  readonly lookups: Readonly<Record<string, (wanted: string, context: RequestContext) => readonly Found[]>>;
  readonly all: (context: RequestContext) => readonly Found[];
  readonly filters: Readonly<Record<string, FilterMaker<Found>>>;
  /** What a query without the filter of this name lets through. */
  readonly unlessAsked: Readonly<Record<string, (object: Found) => boolean>>;
  readonly isThere: (object: Found, context: RequestContext) => boolean;
  readonly write: (object: Found, request: QBXMLElement, context: RequestContext) => QBXMLElement;
}

/** Elements that say what is returned rather than what is found. Custom fields and links do not exist here. */
const OPTIONS = new Set([
  "MaxReturned",
  "IncludeRetElement",
  "IncludeLineItems",
  "IncludeLinkedTxns",
  "OwnerID",
]);
const NOTHING_FOUND = {
  code: 1,
  severity: "Info",
  message: "A query request did not find a matching object in QuickBooks",
} as const;

export function runQuery<Found>(
  request: QBXMLElement,
  plan: QueryPlan<Found>,
  context: RequestContext,
): RequestResult {
  const iterator = request.attributes["iterator"];
  const lookups = request.children.filter(({ name }) => Object.hasOwn(plan.lookups, name));
  if (lookups.length > 0) {
    if (iterator !== undefined) throw conflictingElements(`iterator and ${lookups[0]?.name ?? ""}`);
    return lookUp(request, lookups, plan, context);
  }
  if (iterator !== undefined) return iterate(request, iterator, plan, context);
  const found = find(request, plan, context);
  const page = found.slice(0, maxReturned(request) ?? found.length);
  return answer(request, page, found.length, plan, context);
}

/** Objects that are named and missing make a warning; the others are returned all the same. */
function lookUp<Found>(
  request: QBXMLElement,
  lookups: readonly QBXMLElement[],
  plan: QueryPlan<Found>,
  context: RequestContext,
): RequestResult {
  const results = lookups.map(({ name, text }) => ({
    text,
    found: plan.lookups[name]?.(text, context) ?? [],
  }));
  const found = results.flatMap((result) => result.found);
  const missing = results.find((result) => result.found.length === 0);
  const result = answer(request, found, found.length, plan, context);
  return missing === undefined ? result : { ...result, status: notAllFound(missing.text) };
}

function notAllFound(wanted: string): NonNullable<RequestResult["status"]> {
  const message = `The query request has not been fully completed. There was a required element ("${wanted}") that could not be found in QuickBooks.`;
  return { code: 500, severity: "Warn", message };
}

function find<Found>(request: QBXMLElement, plan: QueryPlan<Found>, context: RequestContext): Found[] {
  const asked = byName(request.children.filter(({ name }) => !OPTIONS.has(name)));
  const filters = [...asked].map(([name, occurrences]) => {
    const make = plan.filters[name];
    if (make === undefined) throw notImitated(`${name} in ${request.name}`);
    return make(occurrences[0] as QBXMLElement, context, occurrences);
  });
  for (const [name, filter] of Object.entries(plan.unlessAsked)) if (!asked.has(name)) filters.push(filter);
  return plan.all(context).filter((object) => filters.every((filter) => filter(object)));
}

function iterate<Found>(
  request: QBXMLElement,
  iterator: string,
  plan: QueryPlan<Found>,
  context: RequestContext,
): RequestResult {
  const { iterators } = context;
  const iteratorID = request.attributes["iteratorID"] ?? "";
  if (iterator === "Stop") {
    iterators.stop(request.name, iteratorID);
    return { content: [] };
  }
  const size = maxReturned(request);
  if (size === undefined) throw missingElement("MaxReturned", request.name);
  if (iterator === "Start") {
    const found = find(request, plan, context);
    return pageAnswer(request, iterators.start(request.name, found, size), found.length, plan, context);
  }
  const isThere = (object: Found): boolean => plan.isThere(object, context);
  const page = iterators.continue(request.name, iteratorID, size, isThere);
  return pageAnswer(request, page, page.found.length + page.remaining, plan, context);
}

function pageAnswer<Found>(
  request: QBXMLElement,
  page: Page<Found>,
  total: number,
  plan: QueryPlan<Found>,
  context: RequestContext,
): RequestResult {
  const result = answer(request, page.found, total, plan, context);
  const { iteratorID, remaining } = page;
  const cursor = { iteratorRemainingCount: String(remaining), iteratorID };
  return { ...result, attributes: { ...result.attributes, ...cursor } };
}

/** `retCount` counts what matches, also what MaxReturned holds back; that is a guess. */
function answer<Found>(
  request: QBXMLElement,
  found: readonly Found[],
  total: number,
  plan: QueryPlan<Found>,
  context: RequestContext,
): RequestResult {
  const metaData = request.attributes["metaData"] ?? "NoMetaData";
  const content =
    metaData === "MetaDataOnly" ? [] : found.map((object) => plan.write(object, request, context));
  return {
    content,
    ...(total === 0 ? { status: NOTHING_FOUND } : {}),
    ...(metaData === "NoMetaData" ? {} : { attributes: { retCount: String(total) } }),
  };
}

function maxReturned(request: QBXMLElement): number | undefined {
  const text = textAt(request, "MaxReturned");
  if (text === undefined) return undefined;
  const count = Number(text);
  if (count > 0) return count;
  throw new RequestFailure(
    3085,
    `There was an error when converting the number value "${text}" in the field "MaxReturned".`,
  );
}
