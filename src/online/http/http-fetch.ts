import { QBError } from "../../errors.js";
import type { HttpAnswer, HttpClient } from "./http-client.js";

/** More than any answer of an authorization server holds. */
const BODY_LIMIT = 1024 * 1024;

/** What can be given where a `fetch` is asked for and only short answers are expected. */
export type ShortFetch = (url: string, init: ShortFetchInit) => Promise<Response>;

export interface ShortFetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams | null | undefined;
}

/** A `fetch` over an `HttpClient`: follows no redirect, reads the whole answer, and refuses one that is too long. */
export function httpFetch(http: HttpClient, timeoutMs: number): ShortFetch {
  return async (url, { method, headers, body }) => {
    const answer = await http.send({
      method: method === "POST" ? "POST" : "GET",
      url: new URL(url),
      headers: { ...headers },
      body: body?.toString(),
      timeoutMs,
    });
    const bytes = await shortBody(answer, new URL(url).host);
    const { status } = answer;
    if (status < 200 || status > 599) {
      throw new QBError("QB_AUTHORIZATION_SERVER", `${new URL(url).host} answered with the status ${status}`);
    }
    const bodiless = status === 204 || status === 205 || status === 304;
    return new Response(bodiless ? null : bytes, { status, headers: { ...answer.headers } });
  };
}

async function shortBody({ body }: HttpAnswer, host: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    // Leaving the loop ends the body, and with it the connection.
    if (length > BODY_LIMIT) {
      throw new QBError(
        "QB_AUTHORIZATION_SERVER",
        `the answer of ${host} is longer than ${BODY_LIMIT} bytes`,
      );
    }
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
