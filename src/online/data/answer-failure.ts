import { QBError, type ErrorCode } from "../../errors.js";
import type { HttpAnswer } from "../http/http-client.js";
import { detailsOf, errorOfFault, faultIn, type AnswerFacts, type Fault } from "./fault.js";

export type JsonObject = Record<string, unknown>;

/** Intuit's limits are counted by the minute. */
const WAIT_SECONDS = 60;

/** The object in a successful answer. A fault is an error whatever the status says. */
export async function readObject(answer: HttpAnswer): Promise<JsonObject> {
  const text = await answer.body.text();
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

/** What an answer means that is not successful. It may echo the request; the token stays out of what is told. */
export async function failureOf(answer: HttpAnswer, token: string): Promise<QBError> {
  const facts = factsOf(answer);
  const { status } = answer;
  if (status < 400) {
    await answer.body.dump();
    return redirected(answer, facts);
  }
  const text = (await answer.body.text()).replaceAll(token, "(token)");
  const fault = faultIn(parsed(text)) ?? (await xmlFault(text));
  if (fault !== undefined) return errorOfFault(fault, facts, waitOf(answer));
  const message = `the data service answered ${status} with ${kindOf(answer, text)}`;
  return new QBError(codeOf(status), message, {
    outcome: status >= 500 ? "unknown" : "not_applied",
    ...waitOf(answer),
    details: detailsOf(facts),
  });
}

export function factsOf({ status, headers }: HttpAnswer): AnswerFacts {
  return { status, intuitTid: headers["intuit_tid"] };
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
  return seconds === undefined ? {} : { retryAfter: seconds };
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
  return type ?? "something without a content type";
}
