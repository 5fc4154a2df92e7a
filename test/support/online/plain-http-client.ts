import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";
import { QBError } from "qbconnector";
import type { HttpBody, HttpClient } from "../../../dist/online/http/http-client.js";

/** The contract of the product's HTTP client on node:http, for tests of what is built on it. */
export const plainHttpClient: HttpClient = {
  send: ({ method, url, headers, body, timeoutMs }) =>
    new Promise((resolve, reject) => {
      const sent = (url.protocol === "https:" ? secure : plain)(url, {
        method,
        headers: { ...headers },
        agent: false,
      });
      const timer = setTimeout(
        () => sent.destroy(new QBError("QB_TIMEOUT", "no answer in time", { outcome: "unknown" })),
        timeoutMs,
      );
      sent.once("close", () => clearTimeout(timer));
      sent.once("error", (error: NodeJS.ErrnoException) => reject(failure(error)));
      sent.once("response", (answer) => {
        const all = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(all), body: bodyOf(answer) });
      });
      if (body instanceof Readable) throw new Error("not needed here");
      sent.end(body);
    }),
  close: () => Promise.resolve(),
};

export function bodyOf(stream: Readable): HttpBody {
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const part of stream) yield part as Uint8Array;
      } catch (error) {
        throw failure(error as NodeJS.ErrnoException);
      }
    },
    text: () => text(stream),
    bytes: async () => Buffer.from(await text(stream)),
    stream: () => stream,
    dump: () => Promise.resolve(void stream.destroy()),
  };
}

function failure(error: NodeJS.ErrnoException): QBError {
  if (error instanceof QBError) return error;
  if (error.code === "ECONNREFUSED") return new QBError("QB_UNREACHABLE", "nobody listens", { cause: error });
  return new QBError("QB_CONNECTION_LOST", "the connection was lost", { cause: error, outcome: "unknown" });
}
