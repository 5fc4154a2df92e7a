import { request as httpsRequest } from "node:https";
import { request as httpRequest, type Agent, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Exchange {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default Foo:Bar; null sends no Authorization. */
  readonly credentials?: string | null;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
  readonly localAddress?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The problem document, or the JSON of another answer. */
  readonly json: Problem;
}

export interface Problem {
  readonly code?: string;
  readonly outcome?: string;
  readonly retryable?: boolean;
  readonly detail?: string;
  readonly advice?: string;
  readonly hresult?: string;
  readonly status?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString("base64")}`;
}

/** One request and its whole answer. By default a POST of qbXML with the credentials of Foo, on a connection of its own. */
export function exchange(url: string, options: Exchange = {}): Promise<Answer> {
  const {
    method = "POST",
    path = "/",
    body,
    credentials = "Foo:Bar",
    agent = false,
    signal,
    localAddress,
  } = options;
  const headers = {
    ...(credentials === null ? {} : { authorization: basic(credentials) }),
    ...(body === undefined
      ? {}
      : { "content-type": "text/xml", "content-length": String(Buffer.byteLength(body)) }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const start = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = start(
      url,
      {
        // Whose certificate it is, is not what these tests are about.
        rejectUnauthorized: false,
        method,
        path,
        headers,
        agent,
        ...(signal ? { signal } : {}),
        ...(localAddress ? { localAddress } : {}),
      },
      (response) => {
        text(response).then((content) => {
          const isJson = /json/.test(response.headers["content-type"] ?? "");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: content,
            json: (isJson && content !== "" ? JSON.parse(content) : {}) as Problem,
          });
        }, reject);
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends qbXML. */
export function send(url: string, qbxml: string | Uint8Array, options: Exchange = {}): Promise<Answer> {
  return exchange(url, { ...options, body: qbxml });
}

/** A connection on which a test writes bytes as it likes. */
export class RawConnection {
  readonly socket: Socket;
  received = "";
  closed = false;

  constructor(port: number, socket: Socket = connect({ host: "127.0.0.1", port })) {
    this.socket = socket;
    this.socket.setEncoding("latin1");
    this.socket.on("data", (data: string) => (this.received += data));
    this.socket.on("error", () => {});
    this.socket.on("close", () => (this.closed = true));
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Number of complete status lines that arrived. */
  get answers(): number {
    return this.received.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;
  }
}

/** The bytes of a request with the credentials of Foo. */
export function rawRequest(
  body: string,
  headers: Readonly<Record<string, string>> = {},
  target = "POST /",
): string {
  const all: Record<string, string> = {
    Host: "connector",
    Authorization: basic("Foo:Bar"),
    "Content-Type": "text/xml",
    "Content-Length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
