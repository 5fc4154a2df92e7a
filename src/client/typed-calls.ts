import type { Carrier } from "./carrier.js";
import type { Logger } from "../logger.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import { readReport, type Report, type ReportRetFields } from "../qbxml/report/report.js";
import type { QueryOptions, RequestOptions, RequestResult, RequestSetOptions } from "./call-types.js";
import { refuseUnknown, type CallOptions } from "./client-options.js";
import { namingFields } from "./field-names.js";
import { QueryResults } from "./query-results.js";
import { QueryRun } from "./query-run.js";
import { numbered, RequestSetReader } from "./request-set.js";
import { RequestText, type Dialect } from "./request-text.js";

/** Calls with objects instead of text. */
export class TypedCalls {
  readonly #carrier: Carrier;
  readonly #text: RequestText;
  readonly #logger: Logger;

  constructor(carrier: Carrier, dialect: Dialect, logger: Logger) {
    this.#carrier = namingFields(carrier);
    this.#text = new RequestText(dialect, logger);
    this.#logger = logger;
  }

  async request(name: string, body: object, options: RequestOptions): Promise<unknown> {
    const { signal, deadlineMs, ...attributes } = options;
    refuseUnknown(attributes, REQUEST_OPTIONS);
    const item = { ...attributes, name, body } as RequestItem;
    const [result] = await this.requests([item], callOf({ signal, deadlineMs }));
    if (result?.error !== undefined) throw result.error;
    return result?.answer;
  }

  async requests(items: readonly RequestItem[], options: RequestSetOptions): Promise<RequestResult[]> {
    const { signal, deadlineMs, ...attributes } = options;
    refuseUnknown(attributes, SET_OPTIONS);
    const all = numbered(items);
    const text = this.#text.of(all, attributes);
    const reader = new RequestSetReader(all, options, this.#logger);
    return reader.read(await this.#carrier.send(text, callOf({ signal, deadlineMs })));
  }

  query(entity: string, filter: object, options: QueryOptions): QueryResults<object> {
    const { signal, deadlineMs, ...rest } = options;
    const call = callOf({ signal, deadlineMs });
    const run = new QueryRun(
      { name: `${entity}Query`, filter, options: rest, call },
      { carrier: this.#carrier, text: this.#text, logger: this.#logger },
    );
    return new QueryResults(run);
  }

  async report(kind: string, body: object, options: CallOptions): Promise<Report> {
    return readReport((await this.request(`${kind}ReportQuery`, body, options)) as ReportRetFields);
  }
}

const REQUEST_OPTIONS = ["requestID", "metaData", "iterator", "iteratorID", "IncludeRetElement"];
const SET_OPTIONS = ["onError", "newMessageSetID", "oldMessageSetID", "responseData"];

type Unset<Type> = { [Key in keyof Type]: Type[Key] | undefined };

/** Options that are undefined are not given. */
function callOf({ signal, deadlineMs }: Unset<CallOptions>): CallOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(deadlineMs === undefined ? {} : { deadlineMs }) };
}
