import type { Readable } from "node:stream";
import {
  formatConnectionString,
  parseConnectionString,
  redactConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import { QBError } from "../errors.js";
import { DispatchEmitter, EventDispatch } from "../event-dispatch.js";
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
import { HttpRoad } from "./http-road.js";
import { LocalRoad } from "./local-road.js";
import type { Road, RoadCall } from "./road.js";
import { withCertificateOfFile } from "./server-trust.js";
import { isLoopback } from "../wire/loopback.js";

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
  #values: ConnectionString;
  #road: Road;
  #running = 0;
  readonly #whenIdle: (() => void)[] = [];
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
    this.#road = this.#makeRoad();
  }

  /** Reads back with its secrets replaced, and a certificate in place of its file. Can be set while no call is running; else throws `QB_PROPERTY_LOCKED`. */
  get qbConnectionString(): string {
    return redactConnectionString(formatConnectionString(this.#values));
  }

  set qbConnectionString(text: string) {
    this.#checkOpen();
    if (this.#running > 0) {
      throw new QBError(
        "QB_PROPERTY_LOCKED",
        "the connection string cannot be changed while a call is running",
      );
    }
    const values = this.#read(text);
    void this.#endRoad(this.#road, this.#values.Ticket);
    this.#values = values;
    this.#road = this.#makeRoad();
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

  /** Lets running calls end, then closes the connections, the persistent one included. Can be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    await this.#endRoad(this.#road, this.#values.Ticket);
  }

  /** Nobody waits for a failure here, so the logger hears of it. */
  async #endRoad(road: Road, ticket: string | undefined): Promise<void> {
    try {
      if (ticket !== undefined) await road.closeTicket(ticket, UNTOLD);
    } catch (error) {
      const { code, message } = error as QBError;
      this.#options.logger.warn({ code }, `the persistent connection did not close: ${message}`);
    }
    await road.close().catch((error: unknown) => {
      this.#options.logger.warn({}, `the connections did not close: ${(error as Error).message}`);
    });
  }

  /** Cuts running calls and every connection. Can be called twice. */
  destroy(): Promise<void> {
    this.#closed = true;
    this.#closing = this.#road.destroy();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeRoad(): Road {
    if (this.#values.URL === undefined) return new LocalRoad(this.#options.quickbooks, this.#values);
    if (sendsPasswordInClear(this.#values))
      this.#options.logger.warn(
        {},
        "the password goes over the network in clear text: the URL begins with http:",
      );
    return new HttpRoad(this.#values, this.#options, this.#dispatch);
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
  ): Promise<Value> {
    this.#checkOpen();
    if (deadlineMs !== undefined) checkDeadline(deadlineMs);
    if (signal?.aborted === true) throw new QBError("QB_ABORTED", "the caller ended the call");
    this.#running++;
    const { Ticket: ticket } = this.#values;
    try {
      return await work({ ticket, signal, deadlineMs });
    } catch (error) {
      if (error instanceof QBError && error.code === "QB_TICKET") this.#forgetTicket(ticket);
      throw error;
    } finally {
      this.#running--;
      if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
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

function checkText(qbxml: string): string {
  if (typeof qbxml === "string") return qbxml;
  throw new QBError("QB_INVALID_ARGUMENT", "a message set is a string of qbXML");
}

function sendsPasswordInClear({ URL: url = "", Password: password }: ConnectionString): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && password !== undefined && !isLoopback(hostname.replace(/^\[|\]$/g, ""));
}
