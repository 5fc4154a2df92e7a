import { QBError } from "../errors.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import type { Particle } from "../qbxml/schema/facts.js";
import { shapeOf, type RequestShape } from "../qbxml/schema/request-shape.js";
import type { QueryOptions } from "./call-types.js";
import { checkWholeNumber, refuseUnknown } from "./client-options.js";
import { lookUpIn, type LookUp } from "./look-up.js";

const DEFAULT_PAGE_SIZE = 500;
const GREATEST = 2 ** 31 - 1;

type Fields = Readonly<Record<string, unknown>>;

/** How the records of a query are fetched: by an iterator, or with one or several requests that have nothing to do with each other. */
export type QueryPlan =
  | { readonly kind: "iterator"; readonly item: RequestItem; readonly pageSize: number }
  | { readonly kind: "requests"; readonly items: readonly RequestItem[] };

const OPTIONS = ["pageSize", "metaData", "onProgress"];

/** Throws `QB_INVALID_ARGUMENT` for options that are not known, and for a page size that cannot be had. */
export function planQuery(name: string, body: object, options: QueryOptions): QueryPlan {
  refuseUnknown(options, OPTIONS);
  if (typeof body !== "object" || body === null)
    throw invalid("the filter of a query is an object of its fields");
  const { pageSize, metaData } = options;
  if (pageSize !== undefined) checkWholeNumber("pageSize", pageSize, GREATEST);
  if ((metaData as string | undefined) === "MetaDataOnly")
    throw invalid("a query gives records; for their number alone use request() with metaData");
  const item = { name, body, ...(metaData === undefined ? {} : { metaData }) } as RequestItem;
  const size = pageSize ?? DEFAULT_PAGE_SIZE;
  const lookUp = lookUpIn(body);
  if (lookUp !== undefined) return { kind: "requests", items: inPieces(item, lookUp, size) };
  const obstacle = obstacleTo(shapeOf(name), body as Fields);
  if (obstacle === undefined) return { kind: "iterator", item, pageSize: size };
  if (pageSize === undefined) return { kind: "requests", items: [item] };
  throw invalid(
    `${name} cannot be read in pages: ${obstacle}; leave pageSize out, its records come one by one anyway`,
  );
}

/** A long list of names makes several requests. */
function inPieces(item: RequestItem, { element, values }: LookUp, size: number): RequestItem[] {
  if (values.length <= size) return [item];
  const pieces: RequestItem[] = [];
  for (let start = 0; start < values.length; start += size) {
    const body = { ...item.body, [element]: values.slice(start, start + size) };
    pieces.push({ ...item, body } as RequestItem);
  }
  return pieces;
}

/** Why QuickBooks cannot iterate over what this query finds. */
function obstacleTo(shape: RequestShape | undefined, body: Fields): string | undefined {
  if (shape?.iterates !== true) return "QuickBooks has no iterator for it";
  const rivals = rivalsOf("MaxReturned", shape.content);
  if (rivals === undefined) return "it takes no MaxReturned, which is the size of a page";
  const rival = rivals.find((name) => body[name] !== undefined);
  if (rival !== undefined) return `MaxReturned cannot stand beside ${rival}`;
  return body["MaxReturned"] === undefined
    ? undefined
    : "MaxReturned in the filter asks for that many and no more";
}

/** The elements that cannot stand beside the given one; undefined when it is not there at all. */
function rivalsOf(name: string, content: readonly Particle[]): string[] | undefined {
  for (const particle of content) {
    if (!("choice" in particle)) {
      if (particle.name === name) return [];
      continue;
    }
    const own = particle.choice.find((alternative) => namesIn(alternative).includes(name));
    if (own !== undefined) return namesIn(particle.choice.filter((one) => one !== own).flat());
  }
  return undefined;
}

function namesIn(content: readonly Particle[]): string[] {
  return content.flatMap((particle) =>
    "choice" in particle ? namesIn(particle.choice.flat()) : [particle.name],
  );
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
