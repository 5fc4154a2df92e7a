import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConnectionString } from "../connection-string.js";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { CodePage, OutsideCodePage } from "../qbxml/code-page.js";
import { decodeDocument } from "../qbxml/decode.js";
import { readMessageSet, type MessageSet } from "../qbxml/envelope.js";
import { explainRefusal, GREATEST_EXPLAINED } from "../qbxml/lint/explain-refusal.js";
import type { SessionQueue } from "../quickbooks/session-queue.js";
import type { QuickBooksSettings } from "../quickbooks/request-processor.js";
import {
  CHANGED_CHARACTERS_HEADER,
  DEADLINE_HEADER,
  DIAGNOSIS_PATH,
  HEALTH_PATH,
  MESSAGE_SET_PATH,
  SETTINGS_HEADER,
  TICKETS_PATH,
} from "../wire/protocol.js";
import { writeAnswer, writeJson, writeProblem } from "./answer-writer.js";
import type { Authenticator, Verdict } from "./authenticator.js";
import { CallSettings } from "./call-settings.js";
import type { Connection, Connections } from "./connections.js";
import { charsetOf } from "./content-type.js";
import { LONGEST_DIAGNOSIS_MS, type ConnectorDiagnosis } from "./diagnosis/connector-diagnosis.js";
import type { QBConnectorEvents } from "./events.js";
import { Exchange } from "./exchange.js";
import type { Limits } from "./limits.js";
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
  readonly diagnosis: ConnectorDiagnosis;
  readonly closing: () => boolean;
  readonly timeoutMs: () => number;
  readonly codePage: () => CodePage;
  readonly authFlags: () => number | undefined;
  readonly defaultSettings: () => ConnectionString;
  readonly indexOf: (verdict: Verdict) => number;
  readonly report: Reporter;
}

interface Access {
  /** Tells listed users from those whom a listener let in. */
  readonly user: string;
  readonly readOnly: boolean;
  readonly settings: ConnectionString;
}

interface Decision {
  readonly accept: boolean;
  readonly readOnly: boolean;
}

type Action = (exchange: Exchange, ticket: string) => Promise<void>;
type Actions = ReadonlyMap<string, Action>;

const MASKED = new Set(["authorization", "proxy-authorization", "cookie"]);
/** A body of this size is read to its end after a refusal, so that the connection can go on. */
const SMALL_REST = 256 * 1024;
/** Requests of one connection that may be under way. Refusals count as answers that wait, for which Node stops reading. */
const MAX_PIPELINED = 100;

/** Takes each request through its stations: connection, route, authorization, body, gate, policy, queue, answer. */
export class RequestHandler {
  readonly #context: HandlerContext;
  readonly #settings: CallSettings;

  constructor(context: HandlerContext) {
    this.#context = context;
    this.#settings = new CallSettings(context.allowClientSettings);
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    expectsContinue: boolean,
  ): Promise<void> {
    const connection = this.#context.connections.of(request.socket);
    const exchange = new Exchange(request, response, { connection, path, expectsContinue });
    connection.active++;
    response.on("close", () => this.#onEnd(exchange));
    try {
      if (connection.active > MAX_PIPELINED) throw tooManyAtOnce();
      if (connection.deciding !== undefined) await connection.deciding;
      await this.#serve(exchange);
    } catch (error) {
      await this.#fail(exchange, error);
    }
    endWhenUnread(request.socket, this.#context.timeoutMs());
  }

  #onEnd(exchange: Exchange): void {
    const { connection, request } = exchange;
    exchange.ended();
    connection.active--;
    const { limits, timeoutMs } = this.#context;
    if (!exchange.received) endWhenIncomplete(request, Math.min(limits.bodyMs, timeoutMs() || limits.bodyMs));
    // The answers behind it are in the socket now.
    endWhenUnread(request.socket, timeoutMs());
    const atItsEnd = this.#context.closing() || connection.breakage.error !== undefined;
    if (connection.own && connection.active === 0 && atItsEnd) request.socket.destroySoon();
  }

  #serve(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (this.#context.closing())
      throw new QBError("QB_SHUTTING_DOWN", "the connector is closing", { retryAfter: 5 });
    if (this.#context.dispatch.has("header")) this.#announceHeaders(exchange);
    if (request.headers.origin !== undefined)
      throw new QBError("QB_ORIGIN_REFUSED", "requests of web pages are refused");
    const { actions, ticket } = this.#route(exchange.path);
    const method = request.method ?? "";
    const action = actions.get(method);
    if (action === undefined) throw methodNotAllowed(method, [...actions.keys()].join(", "));
    return action(exchange, ticket);
  }

  #route(path: string): { actions: Actions; ticket: string } {
    const actions = this.#actions.get(path);
    if (actions !== undefined) return { actions, ticket: "" };
    const ticket = /^\/tickets\/([0-9a-f-]{1,64})$/.exec(path)?.[1];
    if (ticket !== undefined) return { actions: this.#ticketActions, ticket };
    throw new QBError("QB_NOT_FOUND", `there is nothing at ${withoutTickets(path)}`);
  }

  readonly #processMessageSet: Action = async (exchange, ticket) => {
    const { request, connection } = exchange;
    const authorizing = this.#authorize(exchange);
    const access = authorizing instanceof Promise ? await authorizing : authorizing;
    checkIdempotencyKey(request);
    const deadlineMs = this.#deadlineOf(request);
    const settings = this.#settingsFor(access, request);
    const charset = charsetOf(request);
    const body = await this.#readBody(exchange);
    exchange.received = true;
    if (body.length <= GREATEST_EXPLAINED) exchange.sent = { body, charset };
    const set = this.#readMessageSet(body, charset);
    if (settings.readOnly) checkReadOnly(set);
    this.#announceRequest(exchange, access, set);
    const call = {
      user: access.user,
      settings,
      asksForSettings: request.headers[SETTINGS_HEADER] !== undefined,
      set,
      signal: exchange,
      deadlineMs,
      ticket: ticket === "" ? undefined : ticket,
    };
    const answer = await this.#context.queue().process(call);
    this.#context.dispatch.notify("response", () => {
      const text = typeof answer === "string" ? answer : new TextDecoder().decode(answer);
      return eventArguments({ connectionId: connection.id, response: text });
    });
    return writeAnswer(request, exchange.response, answer, {
      headers: this.#answerHeaders(set),
      stallMs: this.#context.timeoutMs(),
    });
  };

  readonly #openTicket: Action = async (exchange) => {
    const access = await this.#authorize(exchange);
    checkIdempotencyKey(exchange.request);
    const deadlineMs = this.#deadlineOf(exchange.request);
    const settings = this.#settingsFor(access, exchange.request);
    const opened = await this.#context
      .queue()
      .openTicket({ user: access.user, settings, signal: exchange, deadlineMs });
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

  /** Not through the queue: it is wanted most when QuickBooks does not come back from a call. */
  readonly #diagnose: Action = async (exchange) => {
    const access = await this.#authorize(exchange);
    const limitMs = this.#deadlineOf(exchange.request) ?? LONGEST_DIAGNOSIS_MS;
    const settings = this.#settingsFor(access, exchange.request);
    if (settings.readOnly) throw diagnosisRefused();
    const departure = new AbortController();
    exchange.addEventListener("abort", () => departure.abort());
    const checks = await this.#context.diagnosis.run(settings, { limitMs, signal: departure.signal });
    exchange.removeEventListener();
    writeJson(exchange.response, 200, { checks }, this.#closeHeader());
  };

  readonly #actions: ReadonlyMap<string, Actions> = new Map([
    [MESSAGE_SET_PATH, new Map([["POST", this.#processMessageSet]])],
    [
      HEALTH_PATH,
      new Map([
        ["GET", this.#tellHealth],
        ["HEAD", this.#tellHealth],
      ]),
    ],
    [DIAGNOSIS_PATH, new Map([["GET", this.#diagnose]])],
    [TICKETS_PATH, new Map([["POST", this.#openTicket]])],
  ]);

  readonly #ticketActions: Actions = new Map([
    ["POST", this.#processMessageSet],
    ["DELETE", this.#closeTicket],
  ]);

  /** At once for a header that is known, when no listener has a say. */
  #authorize({ request, connection }: Exchange): Access | Promise<Access> {
    const { authenticator, dispatch } = this.#context;
    const verdict = authenticator.verify(request.headers.authorization, connection);
    if (verdict instanceof Promise || dispatch.has("authorization")) return this.#decide(connection, verdict);
    return this.#admit(connection, verdict, presetOf(verdict));
  }

  async #decide(connection: Connection, verifying: Verdict | Promise<Verdict>): Promise<Access> {
    const verdict = await verifying;
    const preset = presetOf(verdict);
    if (!this.#context.dispatch.has("authorization")) return this.#admit(connection, verdict, preset);
    return this.#admit(connection, verdict, await this.#askListeners(connection, verdict, preset));
  }

  #admit(connection: Connection, verdict: Verdict, { accept, readOnly }: Decision): Access {
    this.#context.authenticator.decided(connection.address, verdict, accept);
    if (!accept) throw new QBError("QB_UNAUTHORIZED", "user or password is wrong, or both are missing");
    this.#context.connections.trust(connection);
    return this.#accessOf(verdict, readOnly);
  }

  async #askListeners(
    { id }: Connection,
    verdict: Verdict,
    { accept, readOnly }: Decision,
  ): Promise<Decision> {
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
    const defaults = { authFlags: this.#context.authFlags(), readOnly: access.readOnly };
    return this.#settings.of(access.settings, request.headers[SETTINGS_HEADER], defaults);
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

  #readBody({ request, response, connection, expectsContinue }: Exchange): Promise<Buffer> {
    const { limits, timeoutMs } = this.#context;
    return readBody(request, {
      bytes: limits.requestBytes,
      totalMs: limits.bodyMs,
      pauseMs: timeoutMs(),
      alone: connection.own && connection.active === 1,
      breakage: connection.breakage,
      onStart: expectsContinue ? () => response.writeContinue() : undefined,
    });
  }

  #readMessageSet(body: Buffer, charset: string | undefined): MessageSet {
    const { codePage, outsideCodePage } = this.#context;
    return readMessageSet(body, { codePage: codePage(), outsideCodePage, charset });
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

  #answerHeaders(set: MessageSet): Record<string, string> | undefined {
    const changed = set.changes.length;
    if (changed === 0) return this.#closeHeader();
    return { [CHANGED_CHARACTERS_HEADER]: String(changed), ...this.#closeHeader() };
  }

  #closeHeader(): Record<string, string> | undefined {
    return this.#context.closing() ? { connection: "close" } : undefined;
  }

  async #fail(exchange: Exchange, cause: unknown): Promise<void> {
    const { connection, request, response } = exchange;
    const reported =
      cause instanceof QBError
        ? cause
        : new QBError("QB_INTERNAL", "the connector failed", { outcome: "unknown", cause });
    this.#report(reported, connection);
    // Findings quote the text; only who sent it may see them.
    const { sent } = exchange;
    const codePage = this.#context.codePage().number;
    const error =
      sent === undefined
        ? reported
        : await explainRefusal(reported, () => decodeDocument(sent.body, sent.charset), { codePage });
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

/** Without listeners it is decided by the list of users. */
function presetOf({ match }: Verdict): Decision {
  return { accept: match !== undefined, readOnly: match?.readOnly ?? true };
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

function checkIdempotencyKey(request: IncomingMessage): void {
  if (request.headers["idempotency-key"] === undefined) return;
  throw new QBError("QB_IDEMPOTENCY_KEY", "Idempotency-Key has no meaning here and is refused");
}

function diagnosisRefused(): QBError {
  const message =
    "the diagnosis names users, files and windows of the machine, so it is for users who may write";
  return new QBError("QB_READ_ONLY", message, { advice: "Ask for it as a user who may write." });
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
