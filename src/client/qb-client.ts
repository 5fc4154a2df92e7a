import type { Readable } from "node:stream";
import {
  formatConnectionString,
  parseConnectionString,
  redactConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import type { Check } from "../diagnosis.js";
import { QBError } from "../errors.js";
import { DispatchEmitter, EventDispatch } from "../event-dispatch.js";
import type { Report } from "../qbxml/report/report.js";
import type { RequestBody, RequestItem, RequestName } from "../qbxml/schema/request-types.js";
import type { ResponseData } from "../qbxml/schema/types.js";
import type {
  AnswerOf,
  BodyOf,
  Inclusion,
  ItemOf,
  QueryEntity,
  QueryFilter,
  QueryOptions,
  QueryRecord,
  ReportKind,
  MissingWith,
  NamedRequest,
  RequestOptions,
  RequestResults,
  RequestSetOptions,
} from "./call-types.js";
import type { Carrier, OwnConnection } from "./carrier.js";
import { chooseRoad } from "./choose-road.js";
import { checkClientCertificate } from "./client-certificate.js";
import {
  checkDeadline,
  completeClientOptions,
  type CallOptions,
  type CompleteClientOptions,
  type QBClientOptions,
} from "./client-options.js";
import type { QBClientEvents } from "./events.js";
import { checkDispatcher } from "./foreign-dispatcher.js";
import type { QueryResults } from "./query-results.js";
import type { Road, RoadCall } from "./road.js";
import { RunningCalls } from "./running-calls.js";
import { withCertificateOfFile } from "./server-trust.js";
import { TypedCalls } from "./typed-calls.js";

/** For the listeners of one decision, as the connector's default. */
const LISTENER_MS = 30_000;

/**
 * Sends qbXML to QuickBooks: through a connector when the connection string has a URL, else on this machine.
 *
 * Every failure is a `QBError` with a stable `code`, the `outcome` for the books, `retryable` and advice. A read is sent
 * again once when the connection closed before an answer; a message set that writes never is.
 */
export class QBClient extends DispatchEmitter<QBClientEvents> {
  readonly #options: CompleteClientOptions;
  readonly #dispatch: EventDispatch<QBClientEvents>;
  readonly #typed: TypedCalls;
  #values: ConnectionString;
  #road: Road;
  readonly #running = new RunningCalls();
  /** Tickets of queries that are on their way. */
  readonly #own = new Set<string>();
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #closed = false;

  /** Throws `QB_CONNECTION_STRING`, `QB_INVALID_ARGUMENT`, `QB_CERTIFICATE`. */
  constructor(qbConnectionString: string, options: QBClientOptions = {}) {
    super();
    this.#options = completeClientOptions(options);
    this.#dispatch = new EventDispatch<QBClientEvents>(this, {
      timeLimitMs: () => LISTENER_MS,
      onListenerError: (event, error) => this.#logListenerFailure(event, error),
    });
    this.#values = this.#read(qbConnectionString);
    this.#road = chooseRoad(this.#values, this.#options, this.#dispatch);
    const { dialect, logger } = this.#options;
    this.#typed = new TypedCalls(this.#carrier(), dialect, logger);
  }

  /** Reads back with its secrets replaced, and a certificate in place of its file. Can be set while no call is running; else throws `QB_PROPERTY_LOCKED`. */
  get qbConnectionString(): string {
    return redactConnectionString(formatConnectionString(this.#values));
  }

  set qbConnectionString(text: string) {
    this.#checkOpen();
    if (this.#running.any) {
      throw new QBError(
        "QB_PROPERTY_LOCKED",
        "the connection string cannot be changed while a call is running",
      );
    }
    const values = this.#read(text);
    void this.#endRoad(this.#road, this.#values.Ticket);
    this.#values = values;
    this.#road = chooseRoad(this.#values, this.#options, this.#dispatch);
  }

  /** Sends a message set, gives the response document. A failed request inside it is no error here: see its status. */
  send(qbxml: string, options: CallOptions = {}): Promise<string> {
    return this.#run(options, (call) => this.#road.send(checkText(qbxml), call));
  }

  /** As `send`, but gives the response as a stream of UTF-8 bytes, for answers of any size. */
  sendStream(qbxml: string, options: CallOptions = {}): Promise<Readable> {
    return this.#run(options, (call) => this.#road.sendStream(checkText(qbxml), call));
  }

  /**
   * Has QuickBooks do one request, written and checked from an object, and gives its answer as an object.
   * Throws a `QBStatusError` when QuickBooks refuses it, `QB_REQUEST_INVALID` before anything is sent.
   */
  request<Name extends RequestName, Included extends Inclusion = undefined>(
    name: Name,
    body: BodyOf<Name, Included>,
    options: RequestOptions<Name, Included> = {},
  ): Promise<AnswerOf<Name, Included>> {
    return this.#typed.request(name, body, options as RequestOptions) as Promise<AnswerOf<Name, Included>>;
  }

  /** Several requests in one message set. Each result has its answer, or the error of the request; only a failed set throws. */
  requests<
    const Items extends readonly NamedRequest[],
    ID extends string | undefined = undefined,
    Data extends ResponseData | undefined = undefined,
  >(
    items: { [Index in keyof Items]: ItemOf<Items[Index]> },
    options: RequestSetOptions<ID, Data> = {},
  ): Promise<RequestResults<Items, MissingWith<ID, Data>>> {
    const results = this.#typed.requests(
      items as unknown as readonly RequestItem[],
      options as RequestSetOptions,
    );
    return results as unknown as Promise<RequestResults<Items, MissingWith<ID, Data>>>;
  }

  /**
   * The records of a query, one by one while they arrive, however many there are: `for await (const invoice of
   * client.query("Invoice", filter))`. Where QuickBooks has an iterator, it is used, in a connection of its own.
   */
  query<Entity extends QueryEntity, Included extends Inclusion = undefined>(
    entity: Entity,
    filter: QueryFilter<Entity, Included> = {} as QueryFilter<Entity, Included>,
    options: QueryOptions = {},
  ): QueryResults<QueryRecord<Entity, Included>> {
    return this.#typed.query(entity, filter, options) as QueryResults<QueryRecord<Entity, Included>>;
  }

  /** Has QuickBooks make a report, and gives it with typed columns and its rows as a tree. */
  report<Kind extends ReportKind>(
    kind: Kind,
    body: RequestBody<`${Kind}ReportQuery`>,
    options: CallOptions = {},
  ): Promise<Report> {
    return this.#typed.report(kind, body, options);
  }

  /**
   * Opens a persistent connection to QuickBooks, which all later calls use; iterators live in it. It keeps the company file
   * open, so close it when it is not needed. Without it every call opens QuickBooks anew.
   */
  async openQBConnection(options: CallOptions = {}): Promise<void> {
    if (this.#values.Ticket !== undefined) return;
    this.#opening ??= this.#open(options).finally(() => (this.#opening = undefined));
    await this.#opening;
  }

  async #open(options: CallOptions): Promise<void> {
    await this.#run(options, async (call) => {
      const ticket = await this.#road.open(call);
      this.#values = Object.freeze({ ...this.#values, Ticket: ticket });
    });
  }

  /** Closes it; does nothing when none is open. */
  async closeQBConnection(options: CallOptions = {}): Promise<void> {
    const { Ticket: ticket, ...rest } = this.#values;
    if (ticket === undefined) return;
    this.#values = Object.freeze(rest);
    await this.#run(options, (call) => this.#road.closeTicket(ticket, call));
  }

  /**
   * Looks at what stands between this program and QuickBooks: what the client sees of the connector, what that sees of itself, and
   * what its request processor sees of QuickBooks. A connector tells it to users who may write.
   */
  diagnose(options: CallOptions = {}): Promise<readonly Check[]> {
    return this.#run(options, (call) => this.#road.diagnose(call));
  }

  /** Lets running calls end, then closes the connections, the persistent one included. Can be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    await this.#running.none();
    await this.#endRoad(this.#road, this.#values.Ticket);
  }

  async #closeTicket(road: Road, ticket: string, level: "warn" | "debug" = "warn"): Promise<void> {
    try {
      await road.closeTicket(ticket, UNTOLD);
    } catch (error) {
      const { code, message } = error as QBError;
      this.#options.logger[level]({ code }, `the persistent connection did not close: ${message}`);
    }
  }

  /** Nobody waits for a failure here, so the logger hears of it. */
  async #endRoad(road: Road, ticket: string | undefined): Promise<void> {
    const own = [...this.#own];
    this.#own.clear();
    for (const one of ticket === undefined ? own : [ticket, ...own]) await this.#closeTicket(road, one);
    await road.close().catch((error: unknown) => {
      this.#options.logger.warn({}, `the connections did not close: ${(error as Error).message}`);
    });
  }

  /** Cuts running calls and every connection. Can be called twice. */
  destroy(): Promise<void> {
    this.#closed = true;
    this.#own.clear();
    this.#closing = this.#road.destroy();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #carrier(): Carrier {
    return {
      send: (qbxml, call) => this.send(qbxml, call),
      sendStream: (qbxml, call) => this.sendStream(qbxml, call),
      connect: (call) => this.#connect(call),
    };
  }

  /** A persistent connection besides the one of `openQBConnection()`. */
  async #connect(options: CallOptions): Promise<OwnConnection> {
    const road = this.#road;
    const ticket = await this.#run(options, async (call) => {
      const opened = await road.open({ ...call, ticket: undefined });
      this.#own.add(opened);
      return opened;
    });
    return {
      send: (qbxml, call) => this.#run(call, (rest) => road.send(qbxml, rest), ticket),
      sendStream: (qbxml, call) => this.#run(call, (rest) => road.sendStream(qbxml, rest), ticket),
      close: async () => {
        if (!this.#own.delete(ticket)) return;
        this.#running.begin();
        await this.#closeTicket(road, ticket, "debug");
        this.#running.end();
      },
    };
  }

  #read(text: string): ConnectionString {
    const values = withCertificateOfFile(parseConnectionString(text));
    checkDispatcher(values, this.#options);
    checkClientCertificate(values, this.#options);
    return values;
  }

  #logListenerFailure(event: string, error: unknown): void {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : undefined;
    this.#options.logger.error({ event, code: "QB_LISTENER", cause }, `a listener of ${event} failed`);
  }

  async #run<Value>(
    { signal, deadlineMs = this.#options.deadlineMs }: CallOptions,
    work: (call: RoadCall) => Promise<Value>,
    ticket = this.#values.Ticket,
  ): Promise<Value> {
    this.#checkOpen();
    if (deadlineMs !== undefined) checkDeadline(deadlineMs);
    checkSignal(signal);
    if (signal?.aborted === true) throw new QBError("QB_ABORTED", "the caller ended the call");
    this.#running.begin();
    try {
      return await work({ ticket, signal, deadlineMs });
    } catch (error) {
      if (error instanceof QBError && error.code === "QB_TICKET") this.#forgetTicket(ticket);
      throw error;
    } finally {
      this.#running.end();
    }
  }

  /** It is not open any more, so that openQBConnection() can open another. */
  #forgetTicket(dead: string | undefined): void {
    const { Ticket: ticket, ...rest } = this.#values;
    if (ticket === dead) this.#values = Object.freeze(rest);
  }

  #checkOpen(): void {
    if (this.#closed) throw new QBError("QB_CLOSED", "the client is closed");
  }
}

const UNTOLD: RoadCall = Object.freeze({ ticket: undefined, signal: undefined, deadlineMs: undefined });

/** One of another realm will do. */
function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof (signal as Partial<AbortSignal> | null)?.addEventListener === "function")
    return;
  throw new QBError("QB_INVALID_ARGUMENT", "signal must be an AbortSignal");
}

function checkText(qbxml: string): string {
  if (typeof qbxml === "string") return qbxml;
  throw new QBError("QB_INVALID_ARGUMENT", "a message set is a string of qbXML");
}
