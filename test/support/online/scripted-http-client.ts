import { Readable } from "node:stream";
import type { HttpAnswer, HttpClient, HttpRequest } from "../../../dist/online/http/http-client.js";

/** Answers as the test says, without any network; for addresses that a test must not reach. */
export function scriptedHttpClient(
  answer: (request: HttpRequest) => HttpAnswer,
): HttpClient & { readonly requests: readonly HttpRequest[] } {
  const requests: HttpRequest[] = [];
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    requests.push(request);
    await Promise.resolve();
    return answer(request);
  };
  return { requests, send, close: () => Promise.resolve() };
}

export function answerOf(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
): HttpAnswer {
  const bytes = Buffer.from(body);
  const stream = (): Readable => Readable.from([bytes]);
  return {
    status,
    headers,
    body: {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(bytes);
      },
      text: () => Promise.resolve(body),
      bytes: () => Promise.resolve(bytes),
      stream,
      dump: () => Promise.resolve(),
    },
  };
}
