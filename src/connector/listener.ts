import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { QBError } from "../errors.js";
import type { Connections } from "./connections.js";
import { answerEarly } from "./early-answer.js";
import type { Limits } from "./limits.js";
import type { TlsGate } from "./tls-gate.js";

export type HandleRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  expectsContinue: boolean,
) => void;

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: Limits;
  /** For kept connections between two requests; 0 waits for ever. */
  readonly keepAliveMs: number;
  readonly connections: Connections;
  /** Undefined for plain HTTP. */
  readonly tls: TlsGate | undefined;
  readonly handle: HandleRequest;
  /** Hears of requests that are not HTTP. */
  readonly onRefused: (error: QBError, connectionId: number) => void;
}

/** The connector's own HTTP server, from its start to its end. */
export class Listener {
  readonly #server: Server;
  readonly #options: ListenerOptions;
  readonly #serveHttp: (socket: Socket) => void;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { limits, handle } = options;
    const server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headerMs,
      requestTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      connectionsCheckingInterval: Math.min(5_000, Math.max(100, Math.floor(limits.headerMs / 4))),
    });
    // Beyond its own limit Node drops headers without a word; headerBytes bounds them here.
    server.maxHeadersCount = 0;
    this.#serveHttp = takeOver(server);
    server.on("connection", (socket: Socket) => this.#admit(socket));
    server.on("request", (request, response) => handle(request, response, pathOf(request), false));
    server.on("checkContinue", (request, response) => handle(request, response, pathOf(request), true));
    server.on("clientError", (error, socket) => this.#onClientError(error, socket as Socket));
    this.#server = server;
  }

  /** Resolves when connections are accepted; rejects with the system's error. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: this.#options.host, port: this.#options.port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => {
          this.#options.onRefused(
            new QBError("QB_INTERNAL", "the listening socket failed", { cause: error }),
            0,
          );
        });
        resolve();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  /** Accepts no more connections and ends idle ones. Resolves when all are gone. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  #admit(socket: Socket): void {
    const { connections, tls } = this.#options;
    const connection = connections.admit(socket, { secures: tls !== undefined });
    if (connection === undefined) return;
    if (tls === undefined) return this.#serveHttp(socket);
    void tls.secure(socket, connection).then((secured) => {
      if (secured !== undefined) this.#serveHttp(secured);
    });
  }

  #onClientError(cause: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#options.connections.of(socket);
    const error = clientError(cause);
    // After an error of TLS nothing can be written any more, and the end of a writing would never come.
    const broken = cause.code?.startsWith("ERR_SSL_") === true;
    const gone = broken || cause.code === "ECONNRESET" || cause.code === "EPIPE" || !socket.writable;
    if (connection.breakage.error !== undefined && !gone) return;
    if (!gone) this.#options.onRefused(error, connection.id);
    if (gone || connection.deciding !== undefined) return void socket.destroy();
    connection.breakage.happen(error);
    if (connection.active > 0) return;
    answerEarly(socket, error);
  }
}

/** Takes from the server what it does with a new connection, to be called when its time has come. */
function takeOver(server: Server): (socket: Socket) => void {
  const listeners = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners("connection");
  return (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
}

/** Proxies send the target in absolute form. */
function pathOf({ url = "/" }: IncomingMessage): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?]*(.*)$/i.exec(url);
  return absolute === null ? url : absolute[1] || "/";
}

function clientError(cause: NodeJS.ErrnoException): QBError {
  if (cause.code === "HPE_HEADER_OVERFLOW")
    return new QBError("QB_HEADERS_TOO_LARGE", "the headers are too large", { cause });
  if (cause.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new QBError("QB_BODY_TIMEOUT", "the headers did not arrive in time", { cause });
  }
  return new QBError("QB_HTTP_MALFORMED", "what arrived is not well-formed HTTP", { cause });
}
