import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConnectionString } from "../connection-string.js";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { CodePage, OutsideCodePage } from "../qbxml/code-page.js";
import { readMessageSet, type MessageSet } from "../qbxml/envelope.js";
import type { DepartureSignal } from "../quickbooks/call-queue.js";
import type { SessionQueue } from "../quickbooks/session-queue.js";
import type { QuickBooksSettings } from "../quickbooks/request-processor.js";
import { quickBooksSettings } from "../quickbooks/settings.js";
import {
  CHANGED_CHARACTERS_HEADER,
  DEADLINE_HEADER,
  HEALTH_PATH,
  MESSAGE_SET_PATH,
  SETTINGS_HEADER,
  TICKETS_PATH,
} from "../wire/protocol.js";
import { writeAnswer, writeJson, writeProblem } from "./answer-writer.js";
import type { Authenticator, Verdict } from "./authenticator.js";
import type { Connection, Connections } from "./connections.js";
import type { QBConnectorEvents } from "./events.js";
import type { Limits } from "./limits.js";
import { mergeSettings, readSettingsHeader } from "./policy.js";
import { checkReadOnly } from "../quickbooks/read-only.js";
import type { Reporter } from "./reporter.js";
import { readBody } from "./request-body.js";
import { endWhenIncomplete, endWhenUnread } from "./stalled-clients.js";

/** What the handler needs of its connector; everything that can change is asked for anew with each request. */
export interface HandlerContext {
  readonly connections: Connections;
  readonly authenticator: Authenticator;
  readonly dispatch: EventDispatch<QBConnectorEvents>;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly outsideCodePage: OutsideCodePage;
  readonly allowClientSettings: ReadonlySet<string>;
  readonly queue: () => SessionQueue;
  readonly closing: () => boolean;
  readonly timeoutMs: () => number;
  readonly codePage: () => CodePage;
  readonly authFlags: () => number | undefined;
  readonly defaultSettings: () => ConnectionString;
  readonly indexOf: (verdict: Verdict) => number;
  readonly report: Reporter;
}

/** One request on its way through. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Connection;
  /** The path below where the connector is mounted. */
  readonly path: string;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

interface Access {
  /** Tells listed users from those whom a listener let in. */
  readonly user: string;
  readonly readOnly: boolean;
  readonly settings: ConnectionString;
}

type Action = (exchange: Exchange, ticket: string) => Promise<void>;

const MASKED = new Set(["authorization", "proxy-authorization", "cookie"]);
const QBXML_CONTENT = /^(?:text|application)\/xml\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i;
/** A body of this size is read to its end after a refusal, so that the connection can go on. */
const SMALL_REST = 256 * 1024;
/** Requests of one connection that may be under way. Refusals count as answers that wait, for which Node stops reading. */
const MAX_PIPELINED = 100;

/** Takes each request through its stations: connection, route, authorization, body, gate, policy, queue, answer. */
export class RequestHandler {
  readonly #context: HandlerContext;

  constructor(context: HandlerContext) {
    this.#context = context;
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    expectsContinue: boolean,
  ): Promise<void> {
    const connection = this.#context.connections.of(request.socket);
    const exchange: Exchange = { request, response, connection, path, expectsContinue };
    connection.active++;
    response.once("close", () => this.#onEnd(exchange));
    try {
      if (connection.active > MAX_PIPELINED) throw tooManyAtOnce();
      if (connection.deciding !== undefined) await connection.deciding;
      await this.#serve(exchange);
    } catch (error) {
      this.#fail(exchange, error);
    }
    endWhenUnread(request.socket, this.#context.timeoutMs());
  }

  #onEnd({ connection, request }: Exchange): void {
    connection.active--;
    const { limits, timeoutMs } = this.#context;
    endWhenIncomplete(request, Math.min(limits.bodyMs, timeoutMs() || limits.bodyMs));
    // The answers behind it are in the socket now.
    endWhenUnread(request.socket, timeoutMs());
    const atItsEnd = this.#context.closing() || connection.breakage.error !== undefined;
    if (connection.own && connection.active === 0 && atItsEnd) request.socket.destroySoon();
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (this.#context.closing())
      throw new QBError("QB_SHUTTING_DOWN", "the connector is closing", { retryAfter: 5 });
    if (this.#context.dispatch.has("header")) this.#announceHeaders(exchange);
    if (request.headers.origin !== undefined)
      throw new QBError("QB_ORIGIN_REFUSED", "requests of web pages are refused");
    const { actions, ticket } = this.#route(exchange.path);
    const method = request.method ?? "";
    const action = Object.hasOwn(actions, method) ? actions[method] : undefined;
    if (action === undefined) throw methodNotAllowed(method, Object.keys(actions).join(", "));
    await action(exchange, ticket);
  }

  #route(path: string): { actions: Readonly<Record<string, Action>>; ticket: string } {
    if (path === MESSAGE_SET_PATH) return { actions: { POST: this.#processMessageSet }, ticket: "" };
    if (path === HEALTH_PATH)
      return { actions: { GET: this.#tellHealth, HEAD: this.#tellHealth }, ticket: "" };
    if (path === TICKETS_PATH) return { actions: { POST: this.#openTicket }, ticket: "" };
    const ticket = /^\/tickets\/([0-9a-f-]{1,64})$/.exec(path)?.[1];
    if (ticket !== undefined)
      return { actions: { POST: this.#processMessageSet, DELETE: this.#closeTicket }, ticket };
    throw new QBError("QB_NOT_FOUND", `there is nothing at ${withoutTickets(path)}`);
  }

  readonly #processMessageSet: Action = async (exchange, ticket) => {
    const { request, connection } = exchange;
    const access = await this.#authorize(exchange);
    checkIdempotencyKey(request);
    const deadlineMs = this.#deadlineOf(request);
    const settings = this.#settingsFor(access, request);
    const set = await this.#readMessageSet(exchange);
    if (settings.readOnly) checkReadOnly(set);
    this.#announceRequest(exchange, access, set);
    const signal = new Departure(exchange.response);
    const call = {
      user: access.user,
      settings,
      asksForSettings: request.headers[SETTINGS_HEADER] !== undefined,
      set,
      signal,
      deadlineMs,
      ticket: ticket === "" ? undefined : ticket,
    };
    const answer = await this.#context.queue().process(call);
    this.#context.dispatch.notify("response", () => {
      const text = typeof answer === "string" ? answer : new TextDecoder().decode(answer);
      return eventArguments({ connectionId: connection.id, response: text });
    });
    await writeAnswer(request, exchange.response, answer, {
      headers: this.#answerHeaders(set),
      stallMs: this.#context.timeoutMs(),
    });
  };

  readonly #openTicket: Action = async (exchange) => {
    const access = await this.#authorize(exchange);
    checkIdempotencyKey(exchange.request);
    const deadlineMs = this.#deadlineOf(exchange.request);
    const settings = this.#settingsFor(access, exchange.request);
    const signal = new Departure(exchange.response);
    const opened = await this.#context
      .queue()
      .openTicket({ user: access.user, settings, signal, deadlineMs });
    const value = { ...opened, idleMs: this.#context.limits.ticketIdleMs };
    writeJson(exchange.response, 201, value, {
      location: `${TICKETS_PATH}/${opened.ticket}`,
      ...this.#closeHeader(),
    });
  };

  readonly #closeTicket: Action = async (exchange, ticket) => {
    const access = await this.#authorize(exchange);
    await this.#context.queue().closeTicket(access.user, ticket);
    exchange.response.writeHead(204, this.#closeHeader()).end();
  };

  readonly #tellHealth: Action = async (exchange) => {
    const alive = { status: "ok" };
    if (exchange.request.headers.authorization === undefined) return writeJson(exchange.response, 200, alive);
    await this.#authorize(exchange);
    const { lastSuccess, lastFailure, ...now } = this.#context.queue().state();
    const failing = lastFailure !== undefined && (lastSuccess === undefined || lastFailure.at > lastSuccess);
    const state = failing ? "failing" : lastSuccess === undefined ? "untried" : "ok";
    writeJson(exchange.response, 200, { ...alive, quickbooks: { state, lastSuccess, lastFailure, ...now } });
  };

  async #authorize({ request, connection }: Exchange): Promise<Access> {
    const { authenticator, dispatch } = this.#context;
    const header = request.headers.authorization;
    const verifying = authenticator.verify(header, connection);
    const verdict = verifying instanceof Promise ? await verifying : verifying;
    const preset = { accept: verdict.match !== undefined, readOnly: verdict.match?.readOnly ?? true };
    const decided = dispatch.has("authorization")
      ? await this.#askListeners(connection, verdict, preset)
      : preset;
    authenticator.decided(connection.address, verdict, decided.accept);
    if (!decided.accept)
      throw new QBError("QB_UNAUTHORIZED", "user or password is wrong, or both are missing");
    this.#context.connections.trust(connection);
    return this.#accessOf(verdict, decided.readOnly);
  }

  async #askListeners(
    { id }: Connection,
    verdict: Verdict,
    preset: { accept: boolean; readOnly: boolean },
  ): Promise<{ accept: boolean; readOnly: boolean }> {
    const { accept, readOnly } = preset;
    const fixed = { connectionId: id, userIndex: this.#context.indexOf(verdict), ...verdict.credentials };
    const event =
      verdict.match === undefined
        ? eventArguments(fixed, { accept, readOnly })
        : eventArguments({ ...fixed, readOnly }, { accept });
    await this.#context.dispatch.decide("authorization", event as QBConnectorEvents["authorization"]);
    return { accept: event.accept === true, readOnly: event.readOnly !== false };
  }

  #accessOf({ match, credentials }: Verdict, readOnly: boolean): Access {
    if (match !== undefined) return { user: `listed:${match.user}`, readOnly, settings: match.settings };
    return { user: `guest:${credentials.user}`, readOnly, settings: this.#context.defaultSettings() };
  }

  #settingsFor(access: Access, request: IncomingMessage): QuickBooksSettings {
    const header = request.headers[SETTINGS_HEADER];
    const asked = readSettingsHeader(Array.isArray(header) ? header.join(", ") : header);
    const merged = mergeSettings(access.settings, asked, this.#context.allowClientSettings);
    return quickBooksSettings(merged, { authFlags: this.#context.authFlags(), readOnly: access.readOnly });
  }

  #deadlineOf(request: IncomingMessage): number | undefined {
    const header = request.headers[DEADLINE_HEADER];
    if (header === undefined) return undefined;
    const greatest = this.#context.limits.deadlineMs;
    const value = typeof header === "string" && /^\d{1,10}$/.test(header) ? Number(header) : 0;
    if (value >= 1 && value <= greatest) return value;
    throw new QBError(
      "QB_HEADER_INVALID",
      `${DEADLINE_HEADER} must be from 1 to ${greatest}, the connector's limits.deadlineMs`,
    );
  }

  async #readMessageSet({ request, response, connection, expectsContinue }: Exchange): Promise<MessageSet> {
    const { limits, timeoutMs, codePage, outsideCodePage } = this.#context;
    const type = request.headers["content-type"] ?? "";
    if (!QBXML_CONTENT.test(type)) {
      throw new QBError(
        "QB_CONTENT_TYPE",
        `the Content-Type is "${type.slice(0, 80)}", not text/xml or application/xml`,
      );
    }
    const body = await readBody(request, {
      bytes: limits.requestBytes,
      totalMs: limits.bodyMs,
      pauseMs: timeoutMs(),
      breakage: connection.breakage,
      onStart: expectsContinue ? () => response.writeContinue() : undefined,
    });
    const charset = CHARSET.exec(type);
    return readMessageSet(body, {
      codePage: codePage(),
      outsideCodePage,
      charset: charset?.[1] ?? charset?.[2],
    });
  }

  #announceHeaders({ request, connection }: Exchange): void {
    const raw = request.rawHeaders;
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const field = raw[index] as string;
      const value = MASKED.has(field.toLowerCase()) ? "***" : (raw[index + 1] as string);
      this.#context.dispatch.notify("header", () =>
        eventArguments({ connectionId: connection.id, field, value }),
      );
    }
  }

  #announceRequest({ connection }: Exchange, access: Access, set: MessageSet): void {
    const { dispatch, logger, report } = this.#context;
    const connectionId = connection.id;
    dispatch.notify("request", () => eventArguments({ connectionId, request: set.text }));
    if (dispatch.has("status")) report.status(describe(access, set), connectionId);
    for (const change of set.changes) {
      const message = `line ${change.line}, column ${change.column}: "${change.character}" became "${change.replacement}"`;
      report.status(message, connectionId);
      logger.warn({ connectionId, ...change }, `a character outside the code page was changed: ${message}`);
    }
    logger.debug(
      { connectionId, user: access.user, requests: set.requests.length, writes: set.writes },
      "request",
    );
  }

  #answerHeaders(set: MessageSet): Record<string, string> {
    if (set.changes.length === 0) return this.#closeHeader();
    return { [CHANGED_CHARACTERS_HEADER]: String(set.changes.length), ...this.#closeHeader() };
  }

  #closeHeader(): Record<string, string> {
    return this.#context.closing() ? { connection: "close" } : {};
  }

  #fail(exchange: Exchange, cause: unknown): void {
    const { connection, request, response } = exchange;
    const error =
      cause instanceof QBError
        ? cause
        : new QBError("QB_INTERNAL", "the connector failed", { outcome: "unknown", cause });
    this.#report(error, connection);
    if (error.code === "QB_BODY_TIMEOUT" || hasLongRest(request))
      return writeProblem(response, error, { close: true, discard: request });
    writeProblem(response, error, {
      close:
        this.#context.closing() ||
        connection.breakage.error !== undefined ||
        connection.deciding !== undefined,
    });
    request.resume();
  }

  #report(error: QBError, { id }: Connection): void {
    // The dispatch has told of the listener already.
    if (error.code === "QB_LISTENER") return;
    const ours = error.family === "quickbooks" || error.family === "internal";
    if (ours) this.#context.report.failure(error, id);
    else this.#context.report.refusal(error, id);
  }
}

/** What looks like a ticket does not belong in a log. */
function withoutTickets(path: string): string {
  return path
    .replace(/\?.*$/s, "?...")
    .replace(/[0-9a-f-]{16,}/gi, "***")
    .slice(0, 100);
}

function describe(access: Access, set: MessageSet): string {
  const names = set.requests.slice(0, 5).map((request) => request.name);
  const more = set.requests.length > 5 ? ` and ${set.requests.length - 5} more` : "";
  return `user "${access.user.slice(access.user.indexOf(":") + 1)}" sends ${names.join(", ")}${more}`;
}

/** The client closed the connection before its answer. */
class Departure implements DepartureSignal {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get aborted(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#response.on("close", listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#response.off("close", listener);
  }
}

function checkIdempotencyKey(request: IncomingMessage): void {
  if (request.headers["idempotency-key"] === undefined) return;
  throw new QBError("QB_IDEMPOTENCY_KEY", "Idempotency-Key has no meaning here and is refused");
}

function methodNotAllowed(method: string, allow: string): QBError {
  return new QBError("QB_METHOD_NOT_ALLOWED", `${method} is not allowed here, only ${allow}`, {
    details: { allow },
  });
}

function tooManyAtOnce(): QBError {
  const message = `more than ${MAX_PIPELINED} requests of this connection wait for their answers`;
  return new QBError("QB_QUEUE_FULL", message, { retryAfter: 1 });
}

function hasLongRest(request: IncomingMessage): boolean {
  if (request.complete || request.destroyed) return false;
  const length = Number(
    request.headers["content-length"] ?? (request.headers["transfer-encoding"] === undefined ? 0 : Infinity),
  );
  return length > SMALL_REST;
}
