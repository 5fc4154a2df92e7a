import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** One HTTP request. */
export interface DispatchedRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: "POST" | "DELETE" | "GET";
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** 0: the deadline of the call is the only limit of time. */
  readonly headersTimeout: 0;
  readonly bodyTimeout: 0;
}

export interface DispatchedAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable & { text(): Promise<string>; arrayBuffer(): Promise<ArrayBuffer> };
}

/** What a client needs of an undici dispatcher, such as `Agent`, `ProxyAgent` or `MockAgent`, of any version. */
export interface RequestDispatcher {
  request(request: DispatchedRequest): Promise<DispatchedAnswer>;
}
