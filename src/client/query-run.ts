import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import { ResponseStream, type ResponseHead } from "../qbxml/response-reader.js";
import { errorOf, judge, logIrregularities, logWarning, noResponse } from "./answer-status.js";
import type { QueryOptions } from "./call-types.js";
import type { Carrier, OwnConnection } from "./carrier.js";
import type { CallOptions } from "./client-options.js";
import { IteratorPages } from "./iterator-pages.js";
import { SeparatePages, type QueryPages } from "./query-pages.js";
import { planQuery } from "./query-plan.js";
import type { QueryProgress } from "./query-progress.js";
import { QueryTally } from "./query-tally.js";
import type { RequestText } from "./request-text.js";

/** What a query needs of its client. */
export interface QueryContext {
  readonly carrier: Carrier;
  readonly text: RequestText;
  readonly logger: Logger;
}

/** What was asked for. */
export interface Query {
  /** Of the request: `InvoiceQuery`. */
  readonly name: string;
  readonly filter: object;
  readonly options: QueryOptions;
  readonly call: CallOptions;
}

/** The iterator may be alive, but it is the program that ended the query. */
const ENDED_HERE: ReadonlySet<string> = new Set(["QB_ABORTED", "QB_CLOSED"]);
/** After these there is no iterator that could be stopped. */
const DEAD: ReadonlySet<string> = new Set(["QB_TICKET", "QB_STATUS"]);

/** One query on its way. */
export class QueryRun {
  readonly tally = new QueryTally();
  readonly #query: Query;
  readonly #context: QueryContext;
  #pages: QueryPages | undefined;
  #connection: OwnConnection | undefined;
  /** The response that is being read, and the records before it. */
  #response: { readonly head: ResponseHead; readonly from: number } | undefined;

  constructor(query: Query, context: QueryContext) {
    this.#query = query;
    this.#context = context;
  }

  get progress(): QueryProgress {
    const { received, pages, total } = this.tally;
    return Object.freeze({ received, remaining: this.#pages?.remaining, pages, total });
  }

  /** The records, while they arrive. What this generator is left with decides how QuickBooks is left. */
  async *records(): AsyncGenerator<object, void, undefined> {
    let isLeft = true;
    try {
      const pages = (this.#pages = this.#plan());
      for (let item = pages.next(); item !== undefined; item = pages.next()) {
        for await (const event of await this.#answerTo(item, pages)) {
          this.#refuseAborted();
          if (event.type === "record") yield this.#counted(event.record);
          else if (event.type === "response") this.#begin(event.head, item, pages);
        }
        this.#endPage(item, pages);
      }
      isLeft = false;
    } catch (error) {
      isLeft = false;
      void this.#leave(error instanceof QBError && DEAD.has(error.code));
      throw this.#failure(error);
    } finally {
      if (isLeft) await this.#leave();
    }
    await this.#connection?.close();
  }

  #plan(): QueryPages {
    const { name, filter, options } = this.#query;
    const plan = planQuery(name, filter, options);
    return plan.kind === "iterator"
      ? new IteratorPages(plan.item, plan.pageSize)
      : new SeparatePages(plan.items);
  }

  async #answerTo(item: RequestItem, { connected }: QueryPages): Promise<ResponseStream> {
    const { carrier, text } = this.#context;
    const { call } = this.#query;
    const qbxml = text.of([item], { warns: this.tally.pages === 0 });
    if (connected) this.#connection ??= await carrier.connect(call);
    const bytes = await (this.#connection ?? carrier).sendStream(qbxml, call);
    const answer = new ResponseStream(bytes);
    this.#response = undefined;
    this.tally.beginPage(answer.irregularities);
    return answer;
  }

  #counted(record: object): object {
    this.tally.take(record);
    return record;
  }

  #begin(head: ResponseHead, item: RequestItem, pages: QueryPages): void {
    if (head.name !== item.name || this.#response !== undefined)
      throw noResponse(`the answer to ${item.name} holds a response ${head.name}`, "not_applied");
    this.#response = { head, from: this.tally.received };
    const verdict = judge(item, head);
    if (verdict === "error") throw errorOf(head);
    if (verdict === "warning") this.#warn(head);
    if (this.tally.pages === 0) this.tally.total = head.retCount;
    pages.answered(head);
  }

  #warn(head: ResponseHead): void {
    this.tally.warnings.push(head);
    logWarning(this.#context.logger, head);
  }

  #endPage({ name }: RequestItem, pages: QueryPages): void {
    if (this.#response === undefined)
      throw noResponse(`the answer holds no response to ${name}`, "not_applied");
    logIrregularities(this.#context.logger, name, this.tally.endPage());
    pages.ended(this.tally.received - this.#response.from);
    this.#query.options.onProgress?.(this.progress);
  }

  #refuseAborted(): void {
    const { signal } = this.#query.call;
    if (signal?.aborted === true)
      throw new QBError("QB_ABORTED", "the caller ended the call", { cause: signal.reason });
  }

  #failure(error: unknown): unknown {
    if (!(error instanceof QBError) || this.#pages?.isIterating !== true || ENDED_HERE.has(error.code))
      return error;
    const { name } = this.#query;
    const { remaining } = this.#pages;
    const message = `${name}: the iterator ended after ${this.tally.received} records: ${error.message}`;
    const details = { request: name, remaining, ...this.tally.position() };
    return new QBError("QB_ITERATOR", message, { details, cause: error });
  }

  /** Has QuickBooks forget what was not read. Never fails: nobody waits for its failure. */
  async #leave(isDead = false): Promise<void> {
    const { text, logger } = this.#context;
    const { deadlineMs } = this.#query.call;
    const stop = isDead ? undefined : this.#pages?.stop();
    try {
      if (stop !== undefined)
        await this.#connection?.send(text.of([stop]), deadlineMs === undefined ? {} : { deadlineMs });
    } catch (error) {
      const { code, message } = error as QBError;
      logger.debug({ code }, `the iterator of ${this.#query.name} was not stopped: ${message}`);
    }
    await this.#connection?.close();
  }
}
