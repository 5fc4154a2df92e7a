import { ResponseBodyError } from "oauth4webapi";
import { QBError, type QBErrorOptions } from "../../errors.js";

export type TokenCall = "exchange" | "refresh" | "revoke";

const START_AGAIN =
  "Start the authorization again. The code may have been used up, so it is not sent a second time.";

const TRY_AGAIN = "Try again; nothing was asked of the books.";

/**
 * What a failed call means. Nothing of oauth4webapi's errors is passed on as cause: they hold whole answers, and so tokens.
 * No book is touched by any of these calls, so their outcome is never unknown.
 */
export function oauthFailure(
  error: unknown,
  call: TokenCall,
  response: Response | undefined,
  secrets: readonly string[] = [],
): QBError {
  if (error instanceof QBError) return transportFailure(error, call);
  const facts = factsOf(response);
  if (error instanceof ResponseBodyError) return refusal(error, call, facts, secrets);
  if (response?.status === 401) return badApplication("401", facts);
  const again: QBErrorOptions = call === "exchange" ? { retryable: false, advice: START_AGAIN } : {};
  const reason = response === undefined ? "it offers no such endpoint" : reasonOf(response);
  const retryable = response !== undefined && call !== "exchange";
  return new QBError("QB_AUTHORIZATION_SERVER", `the authorization server failed: ${reason}`, {
    ...facts,
    retryable,
    ...again,
  });
}

function transportFailure(error: QBError, call: TokenCall): QBError {
  const { message, retryAfter, details } = error;
  const shared = { retryAfter, details, cause: error };
  if (call !== "exchange") {
    if (error.outcome !== "unknown") return error;
    return new QBError(error.code, message, { ...shared, retryable: true, advice: TRY_AGAIN });
  }
  const lost = error.code === "QB_CONNECTION_LOST" || error.code === "QB_TIMEOUT";
  const code = lost ? "QB_AUTHORIZATION_SERVER" : error.code;
  const text = lost ? `the answer to the exchange of the code was lost: ${message}` : message;
  return new QBError(code, text, { ...shared, retryable: false, advice: START_AGAIN });
}

function refusal(
  error: ResponseBodyError,
  call: TokenCall,
  facts: QBErrorOptions,
  secrets: readonly string[],
): QBError {
  const name = /^[\w.-]{1,64}$/.test(error.error) ? error.error : "an error without a proper name";
  const told = described(name, error.error_description, secrets);
  const options = { ...facts, details: { ...facts.details, error: name } };
  if (name === "invalid_client" || name === "unauthorized_client") return badApplication(told, options);
  if (name === "invalid_grant" && call === "exchange") {
    return new QBError(
      "QB_AUTHORIZATION_CODE",
      `the authorization server refused the code: ${told}`,
      options,
    );
  }
  if (name === "invalid_grant" && call === "refresh") {
    return new QBError(
      "QB_RECONNECT",
      `the authorization server refused the refresh token: ${told}`,
      options,
    );
  }
  const retryable = call !== "exchange" && (error.status === 429 || name === "temporarily_unavailable");
  const advice = call === "exchange" ? START_AGAIN : undefined;
  const message = `the authorization server refused the request: ${told}`;
  return new QBError("QB_AUTHORIZATION_SERVER", message, { ...options, retryable, advice });
}

function badApplication(told: string, facts: QBErrorOptions): QBError {
  const message = `the authorization server does not accept OAuthClientId and OAuthClientSecret: ${told}`;
  return new QBError("QB_OAUTH_APPLICATION", message, facts);
}

/** Some servers quote what was sent: that, and anything as long as a token, is left out. */
function described(name: string, description: string | undefined, secrets: readonly string[]): string {
  if (typeof description !== "string") return name;
  const sent = secrets.filter((secret) => secret !== "");
  const unquoted = sent.reduce((text, secret) => text.replaceAll(secret, "..."), description);
  const safe = unquoted.replace(/[^\x20-\x7e]/g, " ").replace(/[\w.~+/=%-]{20,}/g, "...");
  return `${name} (${safe.slice(0, 200)})`;
}

function factsOf(response: Response | undefined): QBErrorOptions {
  if (response === undefined) return {};
  const tid = response.headers.get("intuit_tid");
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    details: { status: response.status, ...(tid === null ? {} : { intuitTid: tid.slice(0, 100) }) },
    ...(Number.isFinite(wait) && wait >= 0 ? { retryAfter: wait } : {}),
  };
}

function reasonOf({ status, headers }: Response): string {
  if (status >= 300 && status < 400)
    return `it redirects elsewhere (status ${status}), which is not followed`;
  if (status !== 200) return `it answered with the status ${status}`;
  const type = headers.get("content-type")?.split(";")[0]?.trim() ?? "no type";
  if (type !== "application/json") return `it answered with ${type.slice(0, 60)} instead of JSON`;
  return "its answer is incomplete or not what an authorization server may send";
}
