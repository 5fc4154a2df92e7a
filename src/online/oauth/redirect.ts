import { AuthorizationResponseError } from "oauth4webapi";
import { QBError, type ErrorCode } from "../../errors.js";
import type { PendingAuthorization } from "../vault/vault-record.js";
import { sameText } from "./same-text.js";

const REFUSALS: ReadonlyMap<string, ErrorCode> = new Map([
  ["access_denied", "QB_AUTHORIZATION_REFUSED"],
  ["unauthorized_client", "QB_OAUTH_APPLICATION"],
  ["server_error", "QB_AUTHORIZATION_SERVER"],
  ["temporarily_unavailable", "QB_AUTHORIZATION_SERVER"],
]);

/** Throws unless the redirect answers `pending`, and in time. */
export function checkState(parameters: URLSearchParams, pending: PendingAuthorization, now: number): void {
  const given = single(parameters, "state");
  if (given === undefined) throw wrong("it has no state");
  if (!sameText(given, pending.state)) throw wrong("its state is not that of this authorization");
  if (now >= pending.expiresAt) throw wrong("the authorization was begun too long ago");
}

/** The code, and the company that was chosen. */
export function checkRedirect(parameters: URLSearchParams): { code: string; companyId: string | undefined } {
  const code = single(parameters, "code");
  if (code === undefined || !/^[\x21-\x7e]{1,4096}$/.test(code)) throw wrong("it has no proper code");
  const companyId = single(parameters, "realmId");
  if (companyId !== undefined && !/^\d{1,30}$/.test(companyId)) throw wrong("its realmId is not a number");
  return { code, companyId };
}

/** What a redirect that was refused means; oauth4webapi's own errors hold its parameters, and so the code. */
export function redirectFailure(error: unknown): unknown {
  if (error instanceof QBError) return error;
  if (!(error instanceof AuthorizationResponseError))
    return wrong("its parameters are not those of the server");
  const name = /^[\w.-]{1,64}$/.test(error.error) ? error.error : "an error without a proper name";
  const code = REFUSALS.get(name);
  return new QBError(code ?? "QB_AUTHORIZATION_REFUSED", `the authorization ended without consent: ${name}`, {
    details: { error: name },
    ...(code === undefined && {
      who: "developer",
      advice: "Correct what was asked for, such as Scope, and start again.",
    }),
  });
}

function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  if (values.length > 1) throw wrong(`it has ${name} more than once`);
  return values[0];
}

function wrong(reason: string): QBError {
  return new QBError("QB_AUTHORIZATION_STATE", `the redirected URL cannot be used: ${reason}`);
}
