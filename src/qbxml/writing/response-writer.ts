import { TextSink } from "./element-sink.js";
import { numbersOf, refuse } from "./request-writer.js";
import type { PartialAnswer, RequestName } from "../schema/request-types.js";
import { schemaFacts } from "../schema/facts.js";
import { shapeOf, type AnswerShape } from "../schema/request-shape.js";
import type { ErrorRecovery } from "../schema/types.js";
import { messageSlot } from "./write-plan.js";
import { shortened, StructureWriter, type Fields } from "./structure-writer.js";

/** The answer to one request. Without an answer, only the status is written. */
export type ResponseItem<Name extends RequestName = RequestName> = Name extends RequestName
  ? ResponseOf<Name>
  : never;

interface ResponseOf<Name extends RequestName> {
  readonly name: Name;
  readonly answer?: PartialAnswer<Name> | undefined;
  readonly requestID?: string | undefined;
  /** Default 0. */
  readonly statusCode?: number | undefined;
  /** Default `Info`. */
  readonly statusSeverity?: string | undefined;
  /** Default `Status OK`. */
  readonly statusMessage?: string | undefined;
  readonly retCount?: number | undefined;
  readonly iteratorRemainingCount?: number | undefined;
  readonly iteratorID?: string | undefined;
  readonly ErrorRecovery?: ErrorRecovery | undefined;
}

export interface ResponseSetOptions {
  readonly newMessageSetID?: string | undefined;
  readonly messageSetStatusCode?: number | undefined;
}

const ROOT = messageSlot("QBXML", []);

/** Writes the document with which QuickBooks would answer; the counterpart of `writeRequests`, for tests and processors. */
export function writeResponses(items: readonly ResponseItem[], options: ResponseSetOptions = {}): string {
  const [first] = items;
  const isSubscription = first !== undefined && shapeOf(first.name)?.set === "QBXMLSubscriptionMsgsRq";
  const name = isSubscription ? "QBXMLSubscriptionMsgsRs" : "QBXMLMsgsRs";
  const set = messageSlot(name, [], schemaFacts().messageSets[name]?.attributes);
  const sink = new TextSink();
  const writer = new StructureWriter(sink, name);
  const numbers = numbersOf(items);
  sink.open(ROOT, undefined);
  sink.open(set, writer.attributes(set.attributes, options as Fields));
  for (const [index, item] of items.entries()) writeResponse(writer, item, numbers[index] ?? 0);
  sink.close(set);
  sink.close(ROOT);
  refuse(writer.findings);
  return `<?xml version="1.0" ?>\n${sink.written}`;
}

function writeResponse(writer: StructureWriter, item: ResponseItem, number: number): void {
  const { name, answer, ErrorRecovery } = item;
  const shape = shapeOf(name)?.answer;
  if (shape === undefined) {
    const given = shortened(String(name));
    return writer.report("unknownRequest", `${given}Rs`, `qbXML has no response to ${given}`, { given });
  }
  const slot = messageSlot(shape.element, shape.content, shape.attributes);
  const content = answer === undefined ? {} : contentOf(shape, answer);
  const status = { statusCode: 0, statusSeverity: "Info", statusMessage: "Status OK" };
  writer.structure(slot, { ...content, ErrorRecovery }, number, {
    slots: slot.attributes,
    values: { ...status, ...item } as unknown as Fields,
  });
}

/** The elements of a response, made of the answer that the reader makes of them. */
function contentOf({ kind, elements: [element = ""] }: AnswerShape, answer: unknown): Fields {
  if (kind === "none") return {};
  if (kind === "fields") return answer as Fields;
  if (kind === "kinds") return mixed(answer as MixedRecord[]);
  if (kind === "records" || kind === "record") return { [element]: answer };
  const { $element, ...record } = answer as MixedRecord;
  return { [$element]: record };
}

interface MixedRecord {
  readonly $element: string;
}

function mixed(records: readonly MixedRecord[]): Fields {
  const lists = new Map<string, unknown[]>();
  for (const { $element, ...record } of records) {
    const list = lists.get($element);
    if (list === undefined) lists.set($element, [record]);
    else list.push(record);
  }
  const $order = lists.size < 2 ? undefined : records.map(({ $element }) => $element);
  return { ...Object.fromEntries(lists), $order };
}
