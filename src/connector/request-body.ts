import type { IncomingMessage } from "node:http";
import { pipeline, Writable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { QBError } from "../errors.js";
import type { Breakage } from "./connections.js";

export interface BodyLimits {
  /** Unpacked size. */
  readonly bytes: number;
  /** For the whole body. */
  readonly totalMs: number;
  /** For each pause in it; 0 is no limit. */
  readonly pauseMs: number;
  /** Nobody else reads this request, and no other one of its connection is under way, which it could overtake. */
  readonly alone: boolean;
  /** Happens when the rest of the body will never come because what arrived is not HTTP. */
  readonly breakage: Breakage;
  /** Called when nothing speaks against the body and its reading begins. */
  readonly onStart?: (() => void) | undefined;
}

const PARSERS_TURN = Promise.resolve();
const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads and unpacks the body of a request.
 *
 * Errors: `QB_BODY_TOO_LARGE`, `QB_BODY_TIMEOUT`, `QB_BODY_INCOMPLETE`, `QB_CONTENT_ENCODING`. After an error the rest of
 * the body is still unread.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  // The parser is still at the headers; what arrived along with them is there after its turn.
  if (limits.alone) await PARSERS_TURN;
  check(request, limits);
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (encoding === "identity")
    return limits.alone && isWhole(request)
      ? takeWhole(request, limits)
      : collect(request, undefined, limits);
  const makeUnpacker = Object.hasOwn(UNPACKERS, encoding) ? UNPACKERS[encoding] : undefined;
  if (makeUnpacker !== undefined) return collect(request, makeUnpacker(), limits);
  const message = `Content-Encoding "${encoding.slice(0, 40)}" is not supported`;
  throw new QBError("QB_CONTENT_ENCODING", message);
}

function check(request: IncomingMessage, { bytes, breakage }: BodyLimits): void {
  if (Number(request.headers["content-length"] ?? 0) > bytes) throw tooLarge(bytes);
  if (request.readableEnded) throw consumed();
  if (request.destroyed) throw incomplete();
  if (breakage.error !== undefined && !request.complete) throw breakage.error;
}

/** The parser tells of the end of a body only after its last piece has been looked at. */
function isWhole(request: IncomingMessage): boolean {
  return request.complete || request.readableLength === Number(request.headers["content-length"]);
}

/** Small bodies are here before anybody waits for them: they need no listeners and no clock. */
function takeWhole(request: IncomingMessage, { bytes }: BodyLimits): Buffer {
  const body = (request.read() as Buffer | null) ?? Buffer.alloc(0);
  // For the sake of its events.
  request.resume();
  if (body.length > bytes) throw tooLarge(bytes);
  return body;
}

function collect(
  request: IncomingMessage,
  unpacker: Transform | undefined,
  limits: BodyLimits,
): Promise<Buffer> {
  limits.onStart?.();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const clock = new BodyClock(limits, () => fail(tooSlow()));
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      clock.tick();
      if (size > limits.bytes) fail(tooLarge(limits.bytes));
      else chunks.push(chunk);
    };
    const finish = (): void => {
      stop();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      if (!request.readableEnded) fail(incomplete());
    };
    function fail(error: QBError): void {
      stop();
      reject(error);
    }
    function stop(): void {
      clock.stop();
      request.off("data", take).off("end", finish).off("close", onClose);
      limits.breakage.listener = undefined;
      if (unpacker !== undefined) request.unpipe(unpacker);
      unpacker?.destroy();
      request.pause();
    }
    request.on("close", onClose);
    limits.breakage.listener = (error) => {
      if (!request.complete) fail(error);
    };
    if (unpacker === undefined) request.on("data", take).on("end", finish);
    else
      unpack(
        request.on("data", () => clock.tick()),
        unpacker,
        take,
        finish,
        fail,
      );
  });
}

function unpack(
  request: IncomingMessage,
  unpacker: Transform,
  take: (chunk: Buffer) => void,
  finish: () => void,
  fail: (error: QBError) => void,
): void {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk);
      done();
    },
  });
  request.pipe(unpacker);
  pipeline(unpacker, sink, (cause) => {
    if (cause === null || cause === undefined) finish();
    else
      fail(new QBError("QB_CONTENT_ENCODING", "the body is not what its Content-Encoding says", { cause }));
  });
}

/** Bounds each pause in a body, and the body as a whole. */
class BodyClock {
  readonly #end: number;
  readonly #expire: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor({ totalMs, pauseMs }: BodyLimits, expire: () => void) {
    this.#end = performance.now() + totalMs;
    this.#expire = expire;
    this.#timer = setTimeout(expire, pauseMs === 0 ? totalMs : Math.min(pauseMs, totalMs));
  }

  /** A piece has arrived. */
  tick(): void {
    if (performance.now() > this.#end) this.#expire();
    else this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function tooSlow(): QBError {
  return new QBError("QB_BODY_TIMEOUT", "the body of the request did not arrive in time");
}

function tooLarge(bytes: number): QBError {
  return new QBError("QB_BODY_TOO_LARGE", `the body is larger than ${bytes} bytes`, {
    details: { limit: bytes },
  });
}

function incomplete(): QBError {
  return new QBError("QB_BODY_INCOMPLETE", "the connection closed before the body was complete");
}

function consumed(): QBError {
  return new QBError(
    "QB_INTERNAL",
    "another handler has read the body already; mount the connector in front of body parsers",
  );
}
