import type { Readable } from "node:stream";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the whole answer has to be there. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers are joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Has to be read or dumped, else its connection stays taken. */
  readonly body: HttpBody;
}

export interface HttpBody extends AsyncIterable<Uint8Array> {
  text(): Promise<string>;
  bytes(): Promise<Uint8Array>;
  /** The body as a stream, for large documents. */
  stream(): Readable;
  dump(): Promise<void>;
}

/**
 * What sends the requests: to the authorization server and to the data service, with the same proxy and trust.
 * It follows no redirect and repeats nothing. Failures are `QBError`s: `QB_UNREACHABLE` when nothing was sent,
 * `QB_CONNECTION_LOST` when the request may have arrived (outcome `unknown` for POST), `QB_TIMEOUT`, `QB_TLS`,
 * `QB_ABORTED`.
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends the connections; may be called twice. */
  close(): Promise<void>;
}
