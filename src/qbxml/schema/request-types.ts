import type { IteratorStep, MetaData, OneOrMore, QBRequests } from "./types.js";

/** The name of a request without its ending Rq: `CustomerAdd`, `InvoiceQuery`, `TxnDel`. */
export type RequestName = keyof QBRequests;

/** Requests that give a report. */
export type ReportName = Extract<RequestName, `${string}ReportQuery`>;

/** Requests that give records. */
export type QueryName = Exclude<Extract<RequestName, `${string}Query`>, ReportName>;

/** Queries that QuickBooks can answer in portions. */
export type IteratorName = NamesWith<"iterates">;

/** Requests of the message set for subscriptions, which stand apart from all others. */
export type SubscriptionName = NamesWith<"subscription">;

type NamesWith<Flag extends string> = {
  [Name in RequestName]: QBRequests[Name] extends Record<Flag, true> ? Name : never;
}[RequestName];

/** The fields that a request takes. */
export type RequestBody<Name extends RequestName> = QBRequests[Name]["body"];

/** What QuickBooks gives for a request. */
export type RequestAnswer<Name extends RequestName> = QBRequests[Name]["answer"];

/** The same when `IncludeRetElement` asked for certain fields only. */
export type PartialAnswer<Name extends RequestName> = PartialOf<RequestAnswer<Name>>;

type PartialOf<Answer> = Answer extends (infer Item)[]
  ? PartialOf<Item>[]
  : Answer extends { $element: string }
    ? Pick<Answer, "$element"> & Partial<Answer>
    : Answer extends object
      ? Partial<Answer>
      : Answer;

/** One request of a message set. */
export type RequestItem<Name extends RequestName = RequestName> = Name extends RequestName
  ? ItemOf<Name>
  : never;

interface ItemOf<Name extends RequestName> {
  readonly name: Name;
  readonly body: RequestBody<Name>;
  /** Comes back with the answer. */
  readonly requestID?: string | undefined;
  /** Queries: ask for the number of results beside them, or alone. */
  readonly metaData?: (Name extends NamesWith<"metaData"> ? MetaData : never) | undefined;
  readonly iterator?: (Name extends IteratorName ? IteratorStep : never) | undefined;
  readonly iteratorID?: (Name extends IteratorName ? string : never) | undefined;
  /** Which fields of the new or changed object to give; queries have this in their body. */
  readonly IncludeRetElement?: (Name extends NamesWith<"includes"> ? OneOrMore<string> : never) | undefined;
}
