import type { IncomingHttpHeaders } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { Pool, ProxyAgent, type Dispatcher } from "undici";
import {
  CONNECTION_STRING_NAMES,
  formatConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import { fromProblem } from "../wire/problem.js";
import {
  CHANGED_CHARACTERS_HEADER,
  DEADLINE_HEADER,
  MESSAGE_SET_PATH,
  QBXML_TYPE,
  SETTINGS_HEADER,
  TICKETS_PATH,
} from "../wire/protocol.js";
import { CallClock } from "./call-clock.js";
import { answerCut, isClosedBeforeAnswer, summarize, transportError } from "./http-failure.js";
import type { Road, RoadCall } from "./road.js";

export interface HttpRoadOptions {
  readonly deadlineMs: number;
  readonly connections: number;
  readonly proxy: string | undefined;
  readonly logger: Logger;
}

interface Exchange {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly body: string | null;
  readonly call: RoadCall;
}

type Answer = Dispatcher.ResponseData;

/** More of a failure's body is not read. */
const MAX_PROBLEM = 1024 * 1024;
const gunzipAsync = promisify(gunzip);

/** A connector on the other end of HTTP. */
export class HttpRoad implements Road {
  readonly #options: HttpRoadOptions;
  readonly #dispatcher: Dispatcher;
  readonly #origin: string;
  /** Without a slash at its end. */
  readonly #basePath: string;
  /** Names and values in turn, which is the form that undici reads fastest. */
  readonly #headers: string[];
  readonly #messageHeaders: string[];

  constructor(values: ConnectionString, options: HttpRoadOptions) {
    const url = new URL(values.URL as string);
    this.#options = options;
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/$/, "");
    this.#headers = [...credentials(values), ...settings(values)];
    this.#messageHeaders = [...this.#headers, "content-type", QBXML_TYPE, "accept-encoding", "gzip"];
    // The deadline of each call is the only limit of time; undici's own would cut long calls after 300 s.
    const limits = { headersTimeout: 0, bodyTimeout: 0, connections: options.connections };
    this.#dispatcher =
      options.proxy === undefined
        ? new Pool(url.origin, limits)
        : new ProxyAgent({ uri: options.proxy, ...limits });
  }

  async send(qbxml: string, call: RoadCall): Promise<string> {
    const clock = new CallClock(call, this.#options.deadlineMs);
    try {
      const answer = await this.#exchangeOrRepeat(qbxml, call, clock);
      return await readText(answer, qbxml, clock);
    } finally {
      clock.stop();
    }
  }

  async sendStream(qbxml: string, call: RoadCall): Promise<Readable> {
    const clock = new CallClock(call, this.#options.deadlineMs);
    try {
      const { body, headers } = await this.#exchangeOrRepeat(qbxml, call, clock);
      body.once("close", () => clock.stop());
      if (headers["content-encoding"] !== "gzip") return body;
      return pipeline(body, createGunzip(), () => {});
    } catch (error) {
      clock.stop();
      throw error;
    }
  }

  async open(call: RoadCall): Promise<string> {
    const text = await this.#small({ method: "POST", path: TICKETS_PATH, body: null, call }, 201);
    const { ticket } = JSON.parse(text) as { ticket?: unknown };
    if (typeof ticket === "string") return ticket;
    throw new QBError("QB_NOT_A_CONNECTOR", "the answer holds no ticket");
  }

  async closeTicket(ticket: string, call: RoadCall): Promise<void> {
    await this.#small({ method: "DELETE", path: `${TICKETS_PATH}/${ticket}`, body: null, call }, 204);
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async destroy(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #small(exchange: Exchange, expected: number): Promise<string> {
    const clock = new CallClock(exchange.call, this.#options.deadlineMs);
    try {
      const answer = await this.#exchange(exchange, clock);
      const text = await answer.body.text();
      if (answer.statusCode === expected) return text;
      throw failure(answer, text, false);
    } catch (error) {
      throw error instanceof QBError ? error : transportError(error, clock.abortedBy, undefined);
    } finally {
      clock.stop();
    }
  }

  async #exchangeOrRepeat(qbxml: string, call: RoadCall, clock: CallClock): Promise<Answer> {
    const path = call.ticket === undefined ? MESSAGE_SET_PATH : `${TICKETS_PATH}/${call.ticket}`;
    const exchange: Exchange = { method: "POST", path, body: qbxml, call };
    try {
      return await this.#answered(exchange, qbxml, clock);
    } catch (error) {
      const mayRepeat =
        isClosedBeforeAnswer(error) && clock.abortedBy === undefined && summarize(qbxml).repeatable;
      if (!mayRepeat) throw error instanceof QBError ? error : transportError(error, clock.abortedBy, qbxml);
    }
    try {
      return await this.#answered(exchange, qbxml, clock);
    } catch (error) {
      throw error instanceof QBError ? error : transportError(error, clock.abortedBy, qbxml);
    }
  }

  /** The answer to a message set, or the error that came instead. */
  async #answered(exchange: Exchange, qbxml: string, clock: CallClock): Promise<Answer> {
    const answer = await this.#exchange(exchange, clock);
    this.#tellChanges(answer.headers);
    if (answer.statusCode === 200 && isXml(answer.headers)) return answer;
    const text = await limitedText(answer.body);
    throw failure(answer, text, summarize(qbxml).writes);
  }

  #exchange({ method, path, body, call }: Exchange, clock: CallClock): Promise<Answer> {
    const headers = body === null ? this.#headers : this.#messageHeaders;
    const { deadlineMs } = call;
    return this.#dispatcher.request({
      origin: this.#origin,
      path: this.#basePath + path,
      method,
      headers: deadlineMs === undefined ? headers : [...headers, DEADLINE_HEADER, String(deadlineMs)],
      body,
      signal: clock,
    });
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

async function readText({ body, headers }: Answer, qbxml: string, clock: CallClock): Promise<string> {
  try {
    if (headers["content-encoding"] !== "gzip") return await body.text();
    const unpacked = await gunzipAsync(await body.arrayBuffer());
    return unpacked.toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_STRING_TOO_LONG") throw answerTooLong(error);
    throw clock.abortedBy === undefined
      ? answerCut(error, qbxml)
      : transportError(error, clock.abortedBy, qbxml);
  }
}

function answerTooLong(cause: unknown): QBError {
  return new QBError("QB_INVALID_ARGUMENT", "the answer is longer than a string can be", {
    outcome: "applied",
    advice: "Use sendStream().",
    cause,
  });
}

async function limitedText(body: Answer["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_PROBLEM) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
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
