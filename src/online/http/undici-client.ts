import { Readable } from "node:stream";
import { DecoratorHandler, type Dispatcher } from "undici";
import { QBError } from "../../errors.js";
import type { HttpAnswer, HttpBody, HttpClient, HttpRequest } from "./http-client.js";
import { makeDispatcher, makeLocalDispatcher, type HttpSettings } from "./dispatcher.js";
import { httpFailure, type FailedExchange } from "./http-failure.js";

/** A timer with a longer time would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How far one request got, and what ended it. */
class Exchange {
  sent = false;
  answering = false;
  endedBy: FailedExchange["endedBy"];
  readonly controller = new AbortController();
  readonly #request: HttpRequest;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.end("caller");

  constructor(request: HttpRequest) {
    this.#request = request;
    this.#timer = setTimeout(() => this.end("deadline"), Math.min(request.timeoutMs, LONGEST_TIMER_MS));
    if (request.signal?.aborted === true) this.end("caller");
    else request.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  end(by: FailedExchange["endedBy"]): void {
    this.endedBy ??= by;
    this.controller.abort();
  }

  /** Nothing watches it any more. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
  }

  failure(error: unknown): QBError {
    const { method, url } = this.#request;
    const { sent, answering, endedBy } = this;
    return httpFailure(error, { method, origin: url.origin, sent, answering, endedBy });
  }
}

/** A request is begun when it has a connection, just before it is written. */
function watching(handler: Dispatcher.DispatchHandler, exchange: Exchange): Dispatcher.DispatchHandler {
  const watched: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  const start = watched.onRequestStart?.bind(watched);
  watched.onRequestStart = (...args) => {
    exchange.sent = true;
    start?.(...args);
  };
  return watched;
}

/** HTTP over undici, by way of the proxy and with the trust that the settings say. */
export class UndiciClient implements HttpClient {
  readonly #dispatcher: Dispatcher;
  readonly #local: Dispatcher;
  readonly #running = new Set<Exchange>();
  #closed: Promise<void> | undefined;

  constructor(settings: HttpSettings = {}) {
    this.#dispatcher = makeDispatcher(settings);
    this.#local = makeLocalDispatcher(settings, this.#dispatcher);
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    if (this.#closed !== undefined) throw new QBError("QB_CLOSED", "the connection is closed");
    const exchange = new Exchange(request);
    this.#running.add(exchange);
    const settle = (): void => {
      exchange.settle();
      this.#running.delete(exchange);
    };
    try {
      const { statusCode, headers, body } = await this.#dispatch(request, exchange);
      exchange.answering = true;
      body.once("close", settle);
      return { status: statusCode, headers: joined(headers), body: bodyOf(body, exchange) };
    } catch (error) {
      settle();
      throw exchange.failure(error);
    }
  }

  /** Running requests are cut. */
  close(): Promise<void> {
    for (const exchange of this.#running) exchange.end("close");
    this.#closed ??= Promise.all([this.#dispatcher.destroy(), this.#local.destroy()]).then(() => {});
    return this.#closed;
  }

  #dispatch(request: HttpRequest, exchange: Exchange): Promise<Dispatcher.ResponseData> {
    const { method, url, headers, body = null } = request;
    const { signal } = exchange.controller;
    const watched = (url.protocol === "http:" ? this.#local : this.#dispatcher).compose(
      (dispatch) => (options, handler) => dispatch(options, watching(handler, exchange)),
    );
    return watched.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers },
      body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }
}

function joined(headers: Dispatcher.ResponseData["headers"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = ""]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : value,
    ]),
  );
}

function bodyOf(body: Dispatcher.ResponseData["body"], exchange: Exchange): HttpBody {
  // An answer that nobody reads any more must not end the process.
  body.on("error", () => {});
  const read = async <Value>(how: () => Promise<Value>): Promise<Value> => {
    try {
      return await how();
    } catch (error) {
      throw exchange.failure(error);
    }
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (error) {
      throw exchange.failure(error);
    }
  }
  return {
    text: () => read(() => body.text()),
    bytes: () => read(() => body.bytes()),
    stream: () => Readable.from(chunks(), { objectMode: false }),
    dump: () => read(() => body.dump()),
    [Symbol.asyncIterator]: chunks,
  };
}
