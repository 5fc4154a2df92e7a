import type { Outcome, QBError } from "../errors.js";
import type { Irregularities } from "../qbxml/irregularities.js";
import type {
  PartialAnswer,
  QueryName,
  ReportName,
  RequestAnswer,
  RequestBody,
  RequestItem,
  RequestName,
} from "../qbxml/schema/request-types.js";
import type { ResponseHead, ResponseSetHead } from "../qbxml/response-reader.js";
import type {
  ErrorRecovery,
  MetaData,
  OneOrMore,
  OnError,
  QBRequests,
  ResponseData,
} from "../qbxml/schema/types.js";
import type { CallOptions } from "./client-options.js";
import type { QueryProgress } from "./query-progress.js";

/** What was asked for with `IncludeRetElement`; undefined for everything. */
export type Inclusion = OneOrMore<string> | undefined;

/** The fields of a request. Those of a query say themselves what they include. */
export type BodyOf<Name extends RequestName, Included> = RequestBody<Name> &
  ("IncludeRetElement" extends keyof RequestBody<Name> ? { readonly IncludeRetElement?: Included } : unknown);

/** What a request resolves to: with `IncludeRetElement`, records of which every field may be missing. */
export type AnswerOf<Name extends RequestName, Included = undefined> = AsList<
  [Included] extends [undefined] ? RequestAnswer<Name> : PartialAnswer<Name>
>;

type AsList<Answer> = Answer extends (infer Item)[] ? RecordList<Item> : Answer;

/** The records that a query found, an ordinary array. */
export type RecordList<Item> = Item[] & {
  /** What the response said beside them; not enumerable. */
  readonly response: ResponseFacts;
};

/** The attributes of a response. */
export interface ResponseFacts extends ResponseHead {
  /** Control characters and values that qbXML does not allow; they were kept as they came. */
  readonly irregularities: Irregularities;
}

type HasFlag<Name extends RequestName, Flag extends string> =
  QBRequests[Name] extends Record<Flag, true> ? true : false;

/** Options of `request`. What a request does not take is refused. */
export interface RequestOptions<
  Name extends RequestName = RequestName,
  Included = Inclusion,
> extends CallOptions {
  /** Comes back with the answer; default none. */
  readonly requestID?: string | undefined;
  /** Queries: also the number of results, in `response.retCount`, or only that. */
  readonly metaData?: (HasFlag<Name, "metaData"> extends true ? MetaData : never) | undefined;
  /** For an iterator of your own in a persistent connection. `query` does all of this. */
  readonly iterator?:
    (HasFlag<Name, "iterates"> extends true ? "Start" | "Continue" | "Stop" : never) | undefined;
  readonly iteratorID?: (HasFlag<Name, "iterates"> extends true ? string : never) | undefined;
  /** Additions and modifications: the fields of the object to give back. Queries have it in their body. */
  readonly IncludeRetElement?: HasFlag<Name, "includes"> extends true ? Included : undefined;
}

/** Options of `requests`: how QuickBooks is to do the message set. */
export interface RequestSetOptions<
  ID = string | undefined,
  Data = ResponseData | undefined,
> extends CallOptions {
  /** Default `stopOnError`: requests after one that failed are not done. */
  readonly onError?: Exclude<OnError, "rollbackOnError"> | undefined;
  /** QuickBooks keeps the outcome under this id, for error recovery. */
  readonly newMessageSetID?: ID;
  /** An id whose outcome QuickBooks may forget. */
  readonly oldMessageSetID?: string | undefined;
  /** `includeNone`: only the statuses come back. */
  readonly responseData?: Data;
}

/** Any request: `ItemOf` says of its fields what is wrong, where it is wrong. */
export interface NamedRequest {
  readonly name: RequestName;
  readonly body: object;
}

/** The request of a set as it was written, with no field that it does not have. */
export type ItemOf<Item> = Item extends { readonly name: infer Name extends RequestName }
  ? RequestItem<Name>
  : Item;

/** With a message set id or without data QuickBooks may give no object for a request that was done. */
export type MissingWith<ID, Data> = [ID, Data] extends [undefined, "includeAll" | undefined]
  ? never
  : undefined;

/** What became of the requests of a set, in their order. */
export type RequestResults<Items extends readonly NamedRequest[], Missing = never> = {
  -readonly [Index in keyof Items]: ResultOf<Items[Index], Missing>;
} & {
  /** What the response said of the set as a whole; not enumerable. */
  readonly messageSet: MessageSetFacts;
};

type ResultOf<Item, Missing> = Item extends { readonly name: infer Name extends RequestName }
  ? RequestResult<Name, AnswerOf<Name, IncludedIn<Item>> | Missing>
  : never;

type IncludedIn<Item> = Item extends { readonly IncludeRetElement: infer Included }
  ? Included
  : Item extends { readonly body: { readonly IncludeRetElement: infer Included } }
    ? Included
    : undefined;

export interface MessageSetFacts extends ResponseSetHead {
  readonly irregularities: Irregularities;
}

/** What became of one request of a set. `error` tells the two kinds apart. */
export type RequestResult<
  Name extends RequestName = RequestName,
  Answer = AnswerOf<Name>,
> = Name extends RequestName ? RequestDone<Name, Answer> | RequestFailed<Name> : never;

interface ResultFacts<Name> {
  readonly name: Name;
  /** The one given, or the number that it got. */
  readonly requestID: string;
  /** Undefined when there was no response to this request. */
  readonly response: ResponseHead | undefined;
  /** What happened to the books. */
  readonly outcome: Outcome;
  /** False when QuickBooks did not touch it, because one before it had failed. */
  readonly processed: boolean;
  /** With message set ids: what QuickBooks kept of a request that it had done before. */
  readonly errorRecovery: ErrorRecovery | undefined;
}

export interface RequestDone<Name, Answer> extends ResultFacts<Name> {
  readonly answer: Answer;
  readonly error: undefined;
}

export interface RequestFailed<Name> extends ResultFacts<Name> {
  readonly answer: undefined;
  /** A `QBStatusError`, or `QB_RESPONSE` when there was no answer to it. */
  readonly error: QBError;
}

type Shorn<Name, Ending extends string> = Name extends `${infer Start}${Ending}` ? Start : never;

/** Names of queries without their ending: `Invoice`, `Customer`, `Item`. */
export type QueryEntity = Shorn<QueryName, "Query">;

/** Names of reports without their ending: `GeneralSummary`, `Aging`. */
export type ReportKind = Shorn<ReportName, "ReportQuery">;

export type QueryFilter<Entity extends QueryEntity, Included = Inclusion> = BodyOf<
  `${Entity}Query`,
  Included
>;

/** One record of a query. */
export type QueryRecord<Entity extends QueryEntity, Included = undefined> =
  AnswerOf<`${Entity}Query`, Included> extends infer Answer
    ? Answer extends readonly (infer Item)[]
      ? Item
      : NonNullable<Answer>
    : never;

/** Options of `query`. `deadlineMs` is for each message set, the reading of its answer included. */
export interface QueryOptions extends CallOptions {
  /** Records in one answer, or ids and names in one request. Default 500 where QuickBooks takes it. */
  readonly pageSize?: number | undefined;
  /** `MetaDataAndResponseData` has QuickBooks count what it found: `progress.total`. */
  readonly metaData?: Exclude<MetaData, "MetaDataOnly"> | undefined;
  /** Called after each answer. What it throws ends the query. */
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
}
