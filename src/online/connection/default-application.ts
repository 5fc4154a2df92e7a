import { QBError } from "../../errors.js";

/** An application that is registered with Intuit, for all connections of the process that name none. */
export interface DefaultApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callbackURL?: string | undefined;
}

let current: DefaultApplication | undefined;

/** For programs that bring their own application. `undefined` takes it back. */
export function setDefaultApplication(application: DefaultApplication | undefined): void {
  if (application === undefined) {
    current = undefined;
    return;
  }
  const { clientId, clientSecret, callbackURL } = application;
  for (const value of [clientId, clientSecret])
    if (typeof value !== "string" || value === "")
      throw new QBError("QB_INVALID_ARGUMENT", "the default application needs clientId and clientSecret");
  current = Object.freeze({ clientId, clientSecret, callbackURL });
}

export function defaultApplication(): DefaultApplication | undefined {
  return current;
}

export function noApplication(): QBError {
  return new QBError("QB_OAUTH_APPLICATION", "no application is named that is registered with Intuit", {
    advice:
      "Register one at developer.intuit.com (My Hub, App dashboard, +, scope Accounting), add your CallbackURL to its redirect URIs, " +
      "and give its keys as OAuthClientId and OAuthClientSecret; docs/guides/quickbooks-online.md shows it step by step.",
  });
}
