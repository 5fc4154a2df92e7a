import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { createGzip, type Gzip } from "node:zlib";
import { QBError } from "../errors.js";
import { statusOf, toProblem } from "../wire/problem.js";
import { PROBLEM_TYPE, QBXML_TYPE, REALM } from "../wire/protocol.js";
import { endWhenUnreadUntil } from "./stalled-clients.js";

const LINGER_MS = 1_000;
const SLICE = 256 * 1024;
/** Below this size packing costs more than it saves. */
const PACK_FROM = 16 * 1024;
/** Characters that make at least one slice; smaller answers are written at once. */
const ONE_PIECE = 64 * 1024;

/**
 * Writes a response document: small ones at once, large ones slice by slice as the client takes them, packed when it wants
 * that. A client that takes nothing for `stallMs` (0: no limit) is cut off.
 */
export function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: string | Uint8Array,
  { headers, stallMs }: { headers: OutgoingHttpHeaders | undefined; stallMs: number },
): Promise<void> | undefined {
  if (answer.length >= PACK_FROM && acceptsGzip(request)) {
    endWhenUnreadUntil(request.socket, response, stallMs);
    return writePacked(response, answer, headers);
  }
  const length = typeof answer === "string" ? Buffer.byteLength(answer) : answer.length;
  response.writeHead(200, { "content-type": QBXML_TYPE, "content-length": length, ...headers });
  if (length > ONE_PIECE) {
    endWhenUnreadUntil(request.socket, response, stallMs);
    return writeSlices(response, response, answer);
  }
  // As many bytes as characters: it is ASCII, and Node writes Latin-1 faster.
  response.end(answer, length === answer.length ? "latin1" : "utf8");
  return undefined;
}

/**
 * Writes a failure as a problem document.
 * @param options `close` ends the connection after it; `discard` is a request whose body is still on its way. A connection
 * that is closed with unread bytes is reset, and its client would never see why; so they are thrown away for a moment first.
 */
export function writeProblem(
  response: ServerResponse,
  error: QBError,
  { close = false, discard }: { close?: boolean; discard?: IncomingMessage } = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify(toProblem(error));
  response.writeHead(statusOf(error), {
    "content-type": PROBLEM_TYPE,
    "content-length": Buffer.byteLength(body),
    ...(error.code === "QB_UNAUTHORIZED" ? { "www-authenticate": REALM } : {}),
    ...(error.retryAfter === undefined ? {} : { "retry-after": String(error.retryAfter) }),
    ...(error.code === "QB_METHOD_NOT_ALLOWED" ? { allow: String(error.details["allow"]) } : {}),
    ...(close ? { connection: "close" } : {}),
  });
  if (discard === undefined) response.end(body);
  else endAfterDiscarding(response, body, discard);
}

function endAfterDiscarding(response: ServerResponse, body: string, request: IncomingMessage): void {
  response.write(body);
  const timer = setTimeout(() => response.end(), LINGER_MS);
  request.once("close", () => clearTimeout(timer)).once("end", () => response.end());
  request.resume();
}

export function writeJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(body);
}

async function writePacked(
  response: ServerResponse,
  answer: string | Uint8Array,
  headers: OutgoingHttpHeaders | undefined,
): Promise<void> {
  response.writeHead(200, {
    "content-type": QBXML_TYPE,
    "content-encoding": "gzip",
    vary: "accept-encoding",
    ...headers,
  });
  const gzip = createGzip({ level: 1 });
  response.once("close", () => gzip.destroy());
  gzip.pipe(response);
  await writeSlices(gzip, response, answer);
}

async function writeSlices(
  target: Gzip | ServerResponse,
  response: ServerResponse,
  answer: string | Uint8Array,
): Promise<void> {
  for (let start = 0; start < answer.length && !response.destroyed;) {
    const end = sliceEnd(answer, start);
    const slice = typeof answer === "string" ? answer.slice(start, end) : answer.subarray(start, end);
    if (!target.write(slice)) await drained(target, response);
    start = end;
  }
  target.end();
}

/** Does not cut a character in two. */
function sliceEnd(answer: string | Uint8Array, start: number): number {
  const end = Math.min(start + SLICE, answer.length);
  if (typeof answer !== "string" || end === answer.length) return end;
  const last = answer.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function drained(target: Gzip | ServerResponse, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off("drain", done);
      response.off("close", done);
      resolve();
    };
    target.on("drain", done);
    response.on("close", done);
  });
}

function acceptsGzip(request: IncomingMessage): boolean {
  const offers = String(request.headers["accept-encoding"] ?? "").toLowerCase();
  return /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/.test(offers);
}
