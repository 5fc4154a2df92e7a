import type { IncomingHttpHeaders } from "node:http";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip, gunzipSync } from "node:zlib";
import {
  CONNECTION_STRING_NAMES,
  formatConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import type { Check } from "../diagnosis.js";
import { QBError } from "../errors.js";
import type { EventDispatch } from "../event-dispatch.js";
import type { Logger } from "../logger.js";
import { distinguishedName } from "../wire/certificate-facts.js";
import { fromProblem } from "../wire/problem.js";
import {
  CHANGED_CHARACTERS_HEADER,
  DEADLINE_HEADER,
  DIAGNOSIS_PATH,
  HEALTH_PATH,
  MESSAGE_SET_PATH,
  QBXML_TYPE,
  SETTINGS_HEADER,
  TICKETS_PATH,
} from "../wire/protocol.js";
import type { CertificateOptions } from "./client-certificate.js";
import { CallClock } from "./call-clock.js";
import { checkConnection, checksIn, type ConnectionFacts } from "./client-checks.js";
import type { QBClientEvents } from "./events.js";
import { ExchangeProgress } from "./exchange-progress.js";
import { ForeignDispatcher, guessedProgress } from "./foreign-dispatcher.js";
import { answerTooLong, isClosed, summarize, transportError } from "./http-failure.js";
import { pooledDispatcher } from "./pooled-dispatcher.js";
import type { DispatchedAnswer, RequestDispatcher } from "./request-dispatcher.js";
import type { Road, RoadCall } from "./road.js";
import { ServerAuthentication } from "./server-authentication.js";
import { serverTrust } from "./server-trust.js";

export interface HttpRoadOptions {
  readonly connections: number;
  readonly proxy: string | undefined;
  readonly clientCertificate: CertificateOptions;
  readonly dispatcher: RequestDispatcher | undefined;
  readonly logger: Logger;
}

type Dispatcher = ForeignDispatcher | ReturnType<typeof pooledDispatcher>;

interface Exchange {
  readonly dispatcher: Dispatcher;
  readonly method: "POST" | "DELETE" | "GET";
  readonly path: string;
  /** A message set; the other exchanges have no body. */
  readonly body: string | undefined;
  readonly call: RoadCall;
  readonly clock: CallClock;
}

/** The head of an answer; what goes wrong with its body is told by `broken`. */
interface Answer extends DispatchedAnswer {
  readonly broken: (cause: unknown) => QBError;
}

interface SmallAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** More of a failure's body is not read. */
const MAX_PROBLEM = 1024 * 1024;
/** For calls that say nothing. */
const DEFAULT_DEADLINE_MS = 600_000;
/** A ticket becomes part of a path. */
const TICKET_FORM = /^[\w-]{1,64}$/;
const TOO_LONG = new Set(["ERR_STRING_TOO_LONG", "ERR_BUFFER_TOO_LARGE"]);
const gunzipAsync = promisify(gunzip);

/** A connector on the other end of HTTP. */
export class HttpRoad implements Road {
  readonly #options: HttpRoadOptions;
  readonly #authentication: ServerAuthentication;
  readonly #dispatcher: Dispatcher;
  /** For answers that are read as their reader likes: what else it calls meanwhile must not wait for its connection. */
  readonly #streams: Dispatcher;
  readonly #origin: string;
  /** Without a slash at its end. */
  readonly #basePath: string;
  /** Names and values in turn, which is the form that undici reads fastest. */
  readonly #headers: string[];
  readonly #messageHeaders: string[];

  constructor(values: ConnectionString, options: HttpRoadOptions, dispatch: EventDispatch<QBClientEvents>) {
    const url = new URL(values.URL as string);
    this.#options = options;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/$/, "");
    this.#headers = [...credentials(values), ...settings(values)];
    this.#messageHeaders = [...this.#headers, "content-type", QBXML_TYPE, "accept-encoding", "gzip"];
    this.#authentication = new ServerAuthentication(serverTrust(values), dispatch);
    const { dispatcher } = options;
    const own = (): Dispatcher => pooledDispatcher(url.origin, options, this.#authentication);
    this.#dispatcher = dispatcher === undefined ? own() : new ForeignDispatcher(dispatcher);
    this.#streams = dispatcher === undefined ? own() : this.#dispatcher;
  }

  async send(qbxml: string, call: RoadCall): Promise<string> {
    const clock = new CallClock(call, DEFAULT_DEADLINE_MS);
    try {
      return await readText(await this.#exchangeOrRepeat(this.#dispatcher, qbxml, call, clock), qbxml);
    } finally {
      clock.stop();
    }
  }

  async sendStream(qbxml: string, call: RoadCall): Promise<Readable> {
    const clock = new CallClock(call, DEFAULT_DEADLINE_MS);
    try {
      const answer = await this.#exchangeOrRepeat(this.#streams, qbxml, call, clock);
      answer.body.once("close", () => clock.stop());
      return streamOf(answer);
    } catch (error) {
      clock.stop();
      throw error;
    }
  }

  async open(call: RoadCall): Promise<string> {
    const ticket = ticketIn((await this.#small("POST", TICKETS_PATH, call, 201)).text);
    if (ticket !== undefined) return ticket;
    throw new QBError("QB_NOT_A_CONNECTOR", "the answer holds no ticket");
  }

  async closeTicket(ticket: string, call: RoadCall): Promise<void> {
    await this.#small("DELETE", `${TICKETS_PATH}/${ticket}`, call, 204);
  }

  async diagnose(call: RoadCall): Promise<readonly Check[]> {
    // Only the second goes over a connection that is open already.
    await this.#small("GET", HEALTH_PATH, call, 200);
    const before = performance.now();
    const { headers } = await this.#small("GET", HEALTH_PATH, call, 200);
    const own = checkConnection(this.#connectionFacts(performance.now() - before, headers.date));
    return [...own, ...checksIn((await this.#small("GET", DIAGNOSIS_PATH, call, 200)).text)];
  }

  async close(): Promise<void> {
    // Calls that waited for these connections were ended by their callers.
    this.#authentication.end();
    await Promise.all([this.#dispatcher.close(), this.#streams.close()]);
  }

  async destroy(): Promise<void> {
    this.#authentication.end();
    await Promise.all([this.#dispatcher.destroy(), this.#streams.destroy()]);
  }

  #connectionFacts(latencyMs: number, connectorDate: string | undefined): ConnectionFacts {
    const { shown } = this.#authentication;
    const certificate = shown && {
      subject: distinguishedName(shown.subject),
      validTo: new Date(shown.validTo),
    };
    return { origin: this.#origin, latencyMs, now: new Date(), connectorDate, certificate };
  }

  async #small(
    method: Exchange["method"],
    path: string,
    call: RoadCall,
    expected: number,
  ): Promise<SmallAnswer> {
    const clock = new CallClock(call, DEFAULT_DEADLINE_MS);
    try {
      const answer = await this.#exchange({
        dispatcher: this.#dispatcher,
        method,
        path,
        body: undefined,
        call,
        clock,
      });
      const text = await limitedText(answer);
      if (answer.statusCode === expected) return { headers: answer.headers, text };
      throw failure(answer, text, false);
    } finally {
      clock.stop();
    }
  }

  async #exchangeOrRepeat(
    dispatcher: Dispatcher,
    qbxml: string,
    call: RoadCall,
    clock: CallClock,
  ): Promise<Answer> {
    const path = call.ticket === undefined ? MESSAGE_SET_PATH : `${TICKETS_PATH}/${call.ticket}`;
    const exchange: Exchange = { dispatcher, method: "POST", path, body: qbxml, call, clock };
    const answer = await this.#exchange(exchange);
    this.#tellChanges(answer.headers);
    if (answer.statusCode === 200 && isXml(answer.headers)) return answer;
    throw failure(answer, await limitedText(answer), summarize(qbxml).writes);
  }

  /** Gives the head of the answer. A read that was lost before a byte of an answer came is sent once more. */
  async #exchange(exchange: Exchange, mayRepeat = exchange.body !== undefined): Promise<Answer> {
    const { dispatcher, body, clock } = exchange;
    const progress = new ExchangeProgress();
    const broken = (cause: unknown): QBError => {
      const foreign = dispatcher instanceof ForeignDispatcher;
      const { sent, answering, refusal } = foreign ? guessedProgress(cause) : progress;
      return transportError(cause, { abortedBy: clock.abortedBy, sent, answering, refusal, qbxml: body });
    };
    try {
      const { statusCode, headers, body: content } = await this.#request(exchange, progress);
      return { statusCode, headers, body: content, broken };
    } catch (error) {
      const lost = isClosed(error) && progress.sent && !progress.answering && clock.abortedBy === undefined;
      const failed = broken(error);
      if (!lost || !mayRepeat || failed.code === "QB_TLS" || !summarize(body ?? "").repeatable) throw failed;
    }
    return this.#exchange(exchange, false);
  }

  #request(
    { dispatcher, method, path, body, call, clock }: Exchange,
    progress: ExchangeProgress,
  ): Promise<DispatchedAnswer> {
    const known = body === undefined ? this.#headers : this.#messageHeaders;
    const { deadlineMs } = call;
    const headers = deadlineMs === undefined ? known : [...known, DEADLINE_HEADER, String(deadlineMs)];
    const target = this.#basePath + path;
    if (dispatcher instanceof ForeignDispatcher)
      return dispatcher.request(
        { origin: this.#origin, path: target, method, headers, body: body ?? null },
        clock,
      );
    const options = {
      origin: this.#origin,
      path: target,
      method,
      headers,
      body: body ?? null,
      signal: clock,
      opaque: progress,
    };
    // undici notices the end of a call that waits for a connection only when it gets one.
    return clock.orEnd((done) => dispatcher.request(options, done));
  }

  #tellChanges(headers: IncomingHttpHeaders): void {
    const count = headers[CHANGED_CHARACTERS_HEADER];
    if (count === undefined) return;
    this.#options.logger.warn(
      { count },
      `the connector changed ${String(count)} characters that QuickBooks cannot store`,
    );
  }
}

function credentials({ User: user = "", Password: password = "" }: ConnectionString): string[] {
  if (user === "" && password === "") return [];
  return ["authorization", `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`];
}

function settings(values: ConnectionString): string[] {
  const names = CONNECTION_STRING_NAMES.filter(
    (row) => row.use === "settings" && values[row.name] !== undefined,
  );
  if (names.length === 0) return [];
  const travelling = Object.fromEntries(names.map(({ name }) => [name, values[name]]));
  return [SETTINGS_HEADER, encodeURIComponent(formatConnectionString(travelling))];
}

function isXml(headers: IncomingHttpHeaders): boolean {
  return /^(?:text|application)\/xml\b/i.test(headers["content-type"] ?? "");
}

async function readText({ body, headers, broken }: Answer, qbxml: string): Promise<string> {
  try {
    if (headers["content-encoding"] !== "gzip") return await body.text();
    const unpacked = await gunzipAsync(await body.arrayBuffer());
    return unpacked.toString("utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw TOO_LONG.has(code) ? answerTooLong(qbxml, error) : broken(error);
  }
}

/** The body, unpacked; what breaks it reaches its reader as a QBError. */
function streamOf({ body, headers, broken }: Answer): Readable {
  const sources = headers["content-encoding"] === "gzip" ? [body, createGunzip()] : [body];
  let fault: Error | undefined;
  for (const source of sources) source.on("error", (error: Error) => (fault ??= error));
  const answer = new PassThrough({
    destroy: (error, done) => done(error !== null && fault !== undefined ? broken(fault) : error),
  });
  pipeline([...sources, answer], () => {});
  return answer;
}

async function limitedText({ body, headers, broken }: Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_PROBLEM) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw broken(error);
  }
  const bytes = Buffer.concat(chunks);
  return (headers["content-encoding"] === "gzip" ? unpackedOrEmpty(bytes) : bytes).toString("utf8");
}

/** Something between may pack what the connector does not. */
function unpackedOrEmpty(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_PROBLEM });
  } catch {
    return Buffer.alloc(0);
  }
}

function ticketIn(text: string): string | undefined {
  try {
    const { ticket } = JSON.parse(text) as { ticket?: unknown };
    return typeof ticket === "string" && TICKET_FORM.test(ticket) ? ticket : undefined;
  } catch {
    return undefined;
  }
}

/** The connector's own error, or what can be said of a stranger's. */
function failure({ statusCode, headers }: Answer, text: string, writes: boolean): QBError {
  const retryAfter = headers["retry-after"];
  const known = fromProblem(text, statusCode, typeof retryAfter === "string" ? retryAfter : undefined);
  if (known !== undefined) return known;
  const outcome = writes && (statusCode >= 500 || statusCode < 300) ? "unknown" : "not_applied";
  if (statusCode === 401)
    return new QBError("QB_UNAUTHORIZED", "user or password is wrong", { httpStatus: 401 });
  const type = String(headers["content-type"] ?? "no content type").slice(0, 80);
  const message = `HTTP ${statusCode} with ${type} is not a connector's answer`;
  return new QBError("QB_NOT_A_CONNECTOR", message, { httpStatus: statusCode, outcome });
}
