import { QBError, type ErrorCode } from "../../errors.js";
import type { HttpAnswer } from "../http/http-client.js";
import { detailsOf, errorOfFault, faultIn, type AnswerFacts, type Fault } from "./fault.js";

export type JsonObject = Record<string, unknown>;

/** Intuit's limits are counted by the minute. */
const WAIT_SECONDS = 60;
const LONGEST_WAIT = 86_400;
/** More than a page, a report or a form has. */
const LONGEST = 128 * 1024 * 1024;
const LONGEST_TID = 100;
const SHORTEST_TOKEN = 12;

/** An answer to a request with an access token, which it may echo. */
export interface ServiceAnswer extends HttpAnswer {
  readonly token: string;
}

/** The object in a successful answer. A fault is an error whatever the status says. */
export async function readObject(answer: ServiceAnswer): Promise<JsonObject> {
  return objectOf(answer, await bytesOf(answer));
}

/** As `readObject`, of a body that was read. */
export async function objectOf(answer: ServiceAnswer, bytes: Uint8Array): Promise<JsonObject> {
  const text = decoded(bytes, answer);
  const value = parsed(text);
  const facts = factsOf(answer);
  const fault = faultIn(value) ?? (value === undefined ? await xmlFault(text) : undefined);
  if (fault !== undefined) throw errorOfFault(fault, facts, waitOf(answer));
  if (value !== undefined) return value;
  const what = kindOf(answer, text);
  throw new QBError("QB_ONLINE_UNAVAILABLE", `the data service answered ${what} instead of JSON`, {
    outcome: "unknown",
    details: detailsOf(facts),
  });
}

/** What an answer means that is not successful. */
export async function failureOf(answer: ServiceAnswer): Promise<QBError> {
  const facts = factsOf(answer);
  const { status } = answer;
  if (status < 400) {
    await answer.body.dump();
    return redirected(answer, facts);
  }
  const text = await textOf(answer);
  const fault = faultIn(parsed(text)) ?? (await xmlFault(text));
  if (fault !== undefined) return errorOfFault(fault, facts, waitOf(answer));
  const message = `the data service answered ${status} with ${kindOf(answer, text)}`;
  return new QBError(codeOf(status), message, {
    outcome: status >= 500 ? "unknown" : "not_applied",
    ...waitOf(answer),
    details: detailsOf(facts),
  });
}

export async function textOf(answer: ServiceAnswer): Promise<string> {
  return decoded(await bytesOf(answer), answer);
}

function decoded(bytes: Uint8Array, answer: ServiceAnswer): string {
  return withoutToken(new TextDecoder().decode(bytes), answer);
}

/** The whole body; one that has no end would take all memory. */
export async function bytesOf(answer: HttpAnswer): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body) {
    length += part.length;
    // Leaving the loop ends the body, and with it the connection.
    if (length > LONGEST)
      throw new QBError("QB_ONLINE_UNAVAILABLE", `the answer is longer than ${LONGEST} bytes`, {
        outcome: "unknown",
        details: { status: answer.status },
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function factsOf(answer: ServiceAnswer): AnswerFacts {
  const tid = answer.headers["intuit_tid"];
  return {
    status: answer.status,
    intuitTid: tid === undefined ? undefined : withoutToken(tid, answer).slice(0, LONGEST_TID),
  };
}

/** Short ones, which are no tokens of Intuit, may be words of the books. */
function withoutToken(text: string, { token }: ServiceAnswer): string {
  return token.length < SHORTEST_TOKEN ? text : text.replaceAll(token, "(token)");
}

/** Seconds of Retry-After, or until its date by the clock of the server. */
export function secondsOf(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter === "") return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const now = Date.parse(date ?? "");
  const seconds = (Date.parse(retryAfter) - (Number.isNaN(now) ? Date.now() : now)) / 1_000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

function waitOf({ status, headers }: HttpAnswer): { retryAfter?: number } {
  const told = secondsOf(headers["retry-after"], headers["date"]);
  const seconds = told ?? (status === 429 ? WAIT_SECONDS : undefined);
  return seconds === undefined ? {} : { retryAfter: Math.min(seconds, LONGEST_WAIT) };
}

function redirected({ status, headers }: HttpAnswer, facts: AnswerFacts): QBError {
  const location = headers["location"] ?? "";
  const host = URL.canParse(location) ? ` to ${new URL(location).host}` : "";
  const message = `the data service answered ${status}, a redirection${host}, which is not followed: it would carry the token`;
  return new QBError("QB_ONLINE_UNAVAILABLE", message, {
    outcome: "unknown",
    retryable: false,
    advice: "Check ServiceURL, and what stands between this machine and QuickBooks Online, such as a proxy.",
    details: detailsOf(facts),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return "QB_RATE_LIMIT";
  if (status >= 500) return "QB_ONLINE_UNAVAILABLE";
  if (status === 401 || status === 403) return "QB_ONLINE_FORBIDDEN";
  return status === 404 ? "QB_OBJECT_NOT_FOUND" : "QB_ONLINE_REQUEST";
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

async function xmlFault(text: string): Promise<Fault | undefined> {
  if (!text.includes("IntuitResponse")) return undefined;
  const { faultInXml } = await import("./xml-fault.js");
  return faultInXml(text);
}

function kindOf({ headers }: HttpAnswer, text: string): string {
  if (text === "") return "nothing";
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return "JSON that is cut or is no object";
  return type?.slice(0, 60) ?? "something without a content type";
}
