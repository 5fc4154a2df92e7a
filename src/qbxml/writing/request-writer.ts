import { QBError } from "../../errors.js";
import { TextSink, TreeSink, type ElementSink } from "./element-sink.js";
import type { QBXMLElement } from "../reader.js";
import type { RequestItem } from "../schema/request-types.js";
import { schemaFacts } from "../schema/facts.js";
import type { Finding } from "../check/finding.js";
import { nearestName } from "../check/nearest-name.js";
import { shapeOf, type RequestShape } from "../schema/request-shape.js";
import type { OnError, ResponseData } from "../schema/types.js";
import { messageSlot, type MessageSlot } from "./write-plan.js";
import { shortened, StructureWriter, type Fields } from "./structure-writer.js";

/** Attributes of a message set, and the version that it declares. */
export interface MessageSetOptions {
  /** Default `16.0`. */
  readonly version?: string | undefined;
  /** What QuickBooks does after a request that failed; default `stopOnError`. Not for subscriptions. */
  readonly onError?: OnError | undefined;
  readonly newMessageSetID?: string | undefined;
  readonly oldMessageSetID?: string | undefined;
  readonly responseData?: ResponseData | undefined;
}

/**
 * Writes a message set: each element where qbXML wants it, whatever the order of the keys.
 * Throws `QB_REQUEST_INVALID` with `details.findings` when something cannot be written at all.
 */
export function writeRequests(items: readonly RequestItem[], options: MessageSetOptions = {}): string {
  const version = versionOf(options);
  const sink = new TextSink();
  writeSet(items, options, sink);
  return `<?xml version="1.0" ?>\n<?qbxml version="${version}"?>\n${sink.written}`;
}

/** The same message set as elements, for the checker. */
export function requestTree(items: readonly RequestItem[], options: MessageSetOptions = {}): QBXMLElement {
  const sink = new TreeSink();
  writeSet(items, options, sink);
  return sink.roots[0] as QBXMLElement;
}

const VERSION_FORM = /^(?:US|CA|UK|OZ|AU)?\d{1,2}\.\d$/;

function versionOf({ version = "16.0" }: MessageSetOptions): string {
  if (VERSION_FORM.test(version)) return version;
  throw new QBError("QB_INVALID_ARGUMENT", `version "${shortened(String(version))}" has not the form 16.0`);
}

const ROOT = messageSlot("QBXML", []);

function writeSet(items: readonly RequestItem[], options: MessageSetOptions, sink: ElementSink): void {
  const name = setOf(items);
  const set = messageSlot(name, [], schemaFacts().messageSets[name]?.attributes);
  const writer = new StructureWriter(sink, name);
  sink.open(ROOT, undefined);
  sink.open(
    set,
    writer.attributes(set.attributes, { ...options, onError: options.onError ?? "stopOnError" }),
  );
  checkAttributes(writer, undefined, set, options, SET_ATTRIBUTES);
  const numbers = numbersOf(items);
  for (const [index, item] of items.entries()) writeRequest(writer, item, numbers[index] ?? 0, name);
  sink.close(set);
  sink.close(ROOT);
  refuse(writer.findings);
}

const SET_ATTRIBUTES = ["onError", "newMessageSetID", "oldMessageSetID", "responseData"];
const REQUEST_ATTRIBUTES = ["requestID", "metaData", "iterator", "iteratorID"];

/** The set of the first request; the others have to belong to the same. */
function setOf(items: readonly RequestItem[]): RequestShape["set"] {
  if (!Array.isArray(items) || items.some((item) => typeof item !== "object" || item === null))
    throw new QBError("QB_INVALID_ARGUMENT", "the requests must be a list of { name, body }");
  if (items.length === 0)
    throw new QBError("QB_INVALID_ARGUMENT", "a message set needs at least one request");
  for (const { name } of items) {
    const shape = shapeOf(name);
    if (shape !== undefined) return shape.set;
  }
  return "QBXMLMsgsRq";
}

/** The number of each item among those of its name; 0 where it is the only one. */
export function numbersOf(items: readonly { readonly name: string }[]): number[] {
  if (items.length === 1) return [0];
  const totals = new Map<string, number>();
  for (const { name } of items) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return items.map(({ name }) => {
    if (totals.get(name) === 1) return 0;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return number;
  });
}

function writeRequest(writer: StructureWriter, item: RequestItem, number: number, set: string): void {
  const shape = shapeOf(item.name);
  if (shape === undefined) return unknownRequest(writer, item.name, number);
  const slot = messageSlot(shape.element, shape.content, shape.attributes);
  const place = number === 0 ? slot.name : `${slot.name}[${number}]`;
  if (shape.set !== set)
    writer.report("wrongMessageSet", place, `${slot.name} belongs in ${shape.set}, not in ${set}`, {
      allowed: shape.set,
      repair: "send it in a message set of its own",
    });
  checkAttributes(writer, place, slot, item as unknown as Fields, REQUEST_ATTRIBUTES);
  if (item.IncludeRetElement !== undefined && shape.wrapper === undefined)
    misplacedInclusion(writer, place, shape);
  writer.structure(slot, contentOf(shape, item), number, {
    slots: slot.attributes,
    values: item as unknown as Fields,
  });
}

function contentOf({ wrapper, name }: RequestShape, { body, IncludeRetElement }: RequestItem): unknown {
  return wrapper === undefined || body === undefined ? body : { [name]: body, IncludeRetElement };
}

function unknownRequest(writer: StructureWriter, name: unknown, number: number): void {
  const given = shortened(String(name));
  const bare = given.endsWith("Rq") ? given.slice(0, -2) : given;
  const place = number === 0 ? `${bare}Rq` : `${bare}Rq[${number}]`;
  const meant = shapeOf(bare) === undefined ? nearestName(bare, requestNames()) : bare;
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  writer.report("unknownRequest", place, `qbXML has no request ${given}${hint}`, {
    given,
    ...(meant === undefined ? {} : { repair: `write ${meant}` }),
  });
}

function requestNames(): string[] {
  const names = Object.keys(schemaFacts().messages);
  return names.filter((name) => name.endsWith("Rq")).map((name) => name.slice(0, -2));
}

function misplacedInclusion(writer: StructureWriter, place: string, shape: RequestShape): void {
  const message = `${shape.name} does not take IncludeRetElement beside its body`;
  const inBody = shape.content.some(
    (particle) => "name" in particle && particle.name === "IncludeRetElement",
  );
  const path = `${place}/IncludeRetElement`;
  writer.report("unknownElement", path, message, inBody ? { repair: "write it into the body" } : {});
}

/** Attributes that are given, but that the message or message set does not have. */
function checkAttributes(
  writer: StructureWriter,
  place: string | undefined,
  slot: MessageSlot,
  given: Fields | MessageSetOptions,
  names: readonly string[],
): void {
  for (const name of names) {
    if ((given as Fields)[name] === undefined || slot.attributes.some((attribute) => attribute.name === name))
      continue;
    const allowed = slot.attributes.map((attribute) => attribute.name);
    writer.report("unknownAttribute", place, `${slot.name} has no attribute ${name}`, {
      given: name,
      allowed,
    });
  }
}

/** Throws when there is a finding. */
export function refuse(findings: readonly Finding[]): void {
  const [first] = findings;
  if (first === undefined) return;
  const others = findings.length === 1 ? "" : ` (and ${findings.length - 1} more)`;
  throw new QBError("QB_REQUEST_INVALID", `${first.path}: ${first.message}${others}`, {
    details: { findings: Object.freeze([...findings]) },
  });
}
