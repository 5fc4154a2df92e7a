import { QBError, type Actor, type ErrorCode, type Outcome } from "./errors.js";

/**
 * How to go on after a failure: `no` never helps; `wait` repeats the same call after a pause; `fix` repeats it after the
 * remedy; `user` needs a person; `reconnect` drops everything and opens anew.
 */
export type RetryClass = "no" | "wait" | "fix" | "user" | "reconnect";

export interface HresultMeaning {
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly retry: RetryClass;
  readonly who: Actor;
}

function row(code: ErrorCode, who: Actor, retry: RetryClass, meaning: string): HresultMeaning {
  return Object.freeze({ code, who, retry, meaning });
}

/** What the failures of QuickBooks' request processor mean (string table of its 13.0 library, and one row of 2017). */
export const HRESULTS: ReadonlyMap<number, HresultMeaning> = new Map([
  [
    0x80040400,
    row(
      "QB_REQUEST_REFUSED",
      "developer",
      "no",
      "QuickBooks could not parse the request: not well-formed, or an element, its place or its value does not fit the declared qbXML version",
    ),
  ],
  [0x80040401, row("QB_QUICKBOOKS_UNREACHABLE", "operator", "reconnect", "QuickBooks could not be reached")],
  [
    0x80040402,
    row(
      "QB_QUICKBOOKS_FAILED",
      "operator",
      "reconnect",
      "an unexpected failure inside QuickBooks; its qbsdklog.txt may say more",
    ),
  ],
  [0x80040403, row("QB_COMPANY_FILE", "quickbooksUser", "user", "the company file could not be opened")],
  [0x80040404, row("QB_INSTALLATION", "operator", "no", "this version of QuickBooks does not speak qbXML")],
  [0x80040405, row("QB_INSTALLATION", "operator", "no", "the qbXML components are missing")],
  [
    0x80040406,
    row(
      "QB_COMPANY_FILE",
      "operator",
      "no",
      "the version of the company file is unknown, or it belongs to a newer QuickBooks",
    ),
  ],
  [0x80040407, row("QB_INSTALLATION", "operator", "no", "the installation of QuickBooks is incomplete")],
  [
    0x80040408,
    row(
      "QB_QUICKBOOKS_UNREACHABLE",
      "operator",
      "fix",
      "QuickBooks could not be started; start it in the same Windows session and with the same elevation",
    ),
  ],
  [
    0x80040409,
    row("QB_COMPANY_FILE", "quickbooksUser", "user", "this QuickBooks cannot use this company file"),
  ],
  [
    0x8004040a,
    row("QB_COMPANY_FILE", "quickbooksUser", "user", "another company file is open in QuickBooks"),
  ],
  [
    0x8004040b,
    row("QB_SESSION_LOST", "operator", "reconnect", "the name of the open company file could not be read"),
  ],
  [0x8004040c, row("QB_SESSION_LOST", "developer", "reconnect", "there is no session with QuickBooks")],
  [
    0x8004040d,
    row(
      "QB_SESSION_LOST",
      "developer",
      "reconnect",
      "the session ticket is not valid any more; QuickBooks was restarted or dropped the session",
    ),
  ],
  [0x8004040e, row("QB_QUICKBOOKS_FAILED", "developer", "fix", "out of memory; send smaller message sets")],
  [0x8004040f, row("QB_PROCESSOR_MISUSED", "developer", "no", "OpenConnection was not called")],
  [
    0x80040410,
    row(
      "QB_COMPANY_FILE",
      "quickbooksUser",
      "user",
      "the company file is open in another mode than the one asked for",
    ),
  ],
  [
    0x80040411,
    row("QB_PROCESSOR_MISUSED", "developer", "no", "a session is already open on this connection"),
  ],
  [0x80040412, row("QB_PROCESSOR_MISUSED", "developer", "no", "OpenConnection was called twice")],
  [
    0x80040413,
    row("QB_REQUEST_REFUSED", "developer", "no", 'onError="rollbackOnError" is not supported by QuickBooks'),
  ],
  [0x80040414, row("QB_QUICKBOOKS_BUSY", "quickbooksUser", "wait", "a dialog is open in QuickBooks")],
  [0x80040415, row("QB_INVALID_ARGUMENT", "developer", "no", "the application name is missing")],
  [
    0x80040416,
    row(
      "QB_COMPANY_FILE",
      "quickbooksUser",
      "fix",
      "QuickBooks is not running and no company file was named",
    ),
  ],
  [0x80040417, row("QB_COMPANY_FILE", "quickbooksUser", "fix", "no company file is open and none was named")],
  [
    0x80040418,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "the application was never authorized for this company file",
    ),
  ],
  [
    0x80040419,
    row("QB_NOT_AUTHORIZED_IN_QUICKBOOKS", "operator", "no", "the application's certificate is not valid"),
  ],
  [
    0x8004041a,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "the application has no permission for this company file",
    ),
  ],
  [
    0x8004041b,
    row("QB_QUICKBOOKS_BUSY", "quickbooksUser", "wait", "QuickBooks' authorization data is locked"),
  ],
  [
    0x8004041c,
    row(
      "QB_QUICKBOOKS_FAILED",
      "operator",
      "reconnect",
      "an internal error of QuickBooks while it opened the company file",
    ),
  ],
  [
    0x8004041d,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "automatic login is not allowed for this application",
    ),
  ],
  [
    0x8004041e,
    row("QB_NOT_AUTHORIZED_IN_QUICKBOOKS", "operator", "user", "the application's certificate has expired"),
  ],
  [0x8004041f, row("QB_INSTALLATION", "operator", "no", "this edition of QuickBooks accepts no qbXML")],
  [
    0x80040420,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksUser",
      "user",
      "the QuickBooks user denied the application access",
    ),
  ],
  [0x80040421, row("QB_QUICKBOOKS_FAILED", "operator", "user", "QuickBooks passed on an error of its own")],
  [
    0x80040422,
    row(
      "QB_COMPANY_FILE",
      "quickbooksUser",
      "wait",
      "single-user access was asked for, but another application shares the company file",
    ),
  ],
  [
    0x80040423,
    row("QB_VERSION_UNSUPPORTED", "developer", "no", "QuickBooks does not support this qbXML version"),
  ],
  [0x80040424, row("QB_QUICKBOOKS_BUSY", "quickbooksUser", "wait", "QuickBooks is still starting")],
  [0x80040425, row("QB_PROCESSOR_MISUSED", "developer", "no", "a parameter of the call is not valid")],
  [0x80040426, row("QB_INSTALLATION", "operator", "no", "script hosts may not call the request processor")],
  [0x80040427, row("QB_INSTALLATION", "quickbooksUser", "user", "QuickBooks must be registered first")],
  [
    0x80040428,
    row(
      "QB_VERSION_UNSUPPORTED",
      "developer",
      "no",
      "the installed request processor does not support this qbXML version",
    ),
  ],
  [
    0x80040429,
    row("QB_PROCESSOR_MISUSED", "developer", "no", "the message set was sent through the wrong method"),
  ],
  [0x8004042a, row("QB_QUICKBOOKS_FAILED", "operator", "no", "the call is not allowed from a remote system")],
  [0x8004042b, row("QB_QUICKBOOKS_FAILED", "operator", "no", "the call is not available in this QuickBooks")],
  [
    0x8004042c,
    row("QB_NOT_AUTHORIZED_IN_QUICKBOOKS", "operator", "no", "the application's certificate was revoked"),
  ],
  [
    0x8004042d,
    row(
      "QB_COMPANY_FILE",
      "quickbooksUser",
      "user",
      "the company file was never fully opened; complete the login in QuickBooks",
    ),
  ],
  [0x8004042e, row("QB_PROCESSOR_MISUSED", "developer", "no", "the call is not allowed inside a session")],
  [0x8004042f, row("QB_PROCESSOR_MISUSED", "developer", "no", "the connection type is not known")],
  [
    0x80040430,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "automatic login failed; take the permission away, save, and grant it again",
    ),
  ],
  [0x80040431, row("QB_INVALID_ARGUMENT", "operator", "fix", "the auth flags exclude Simple Start")],
  [0x80040432, row("QB_INVALID_ARGUMENT", "operator", "fix", "the auth flags exclude Pro")],
  [0x80040433, row("QB_INVALID_ARGUMENT", "operator", "fix", "the auth flags exclude Premier")],
  [0x80040434, row("QB_INVALID_ARGUMENT", "operator", "fix", "the auth flags exclude Enterprise")],
  [
    0x80040435,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "the configuration changed; automatic login must be authorized again",
    ),
  ],
  [
    0x80040436,
    row(
      "QB_COMPANY_FILE",
      "operator",
      "no",
      "multi-user access was asked for, which Simple Start does not have",
    ),
  ],
  [
    0x80040437,
    row("QB_COMPANY_FILE", "quickbooksUser", "user", "that QuickBooks user is logged in elsewhere"),
  ],
  [
    0x80040438,
    row("QB_QUICKBOOKS_UNREACHABLE", "quickbooksUser", "user", "several instances of QuickBooks are running"),
  ],
  [
    0x80040439,
    row("QB_COMPANY_FILE", "quickbooksUser", "user", "a company file with Shared Books is open read-only"),
  ],
  [
    0x80040440,
    row(
      "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      "quickbooksAdministrator",
      "user",
      "the company file has no complex password, so sensitive data is withheld",
    ),
  ],
]);

/** `0x80040400` of a number, signed or unsigned. */
export function formatHresult(hresult: number): string {
  return `0x${(hresult >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/** How to go on after this failure; `no` for numbers that are not in the table. */
export function retryClass(hresult: string | undefined): RetryClass {
  return HRESULTS.get(Number(hresult))?.retry ?? "no";
}

/**
 * The error for a failure code of the request processor.
 * @param description What QuickBooks said, when it said more.
 */
export function fromHresult(
  hresult: number,
  options: { readonly outcome?: Outcome; readonly description?: string; readonly cause?: unknown } = {},
): QBError {
  const known = HRESULTS.get(hresult >>> 0);
  const hex = formatHresult(hresult);
  const meaning = known?.meaning ?? "a failure that this library does not know";
  const said = options.description === undefined ? "" : ` (QuickBooks: ${options.description})`;
  return new QBError(known?.code ?? "QB_QUICKBOOKS_FAILED", `${hex}: ${meaning}${said}`, {
    hresult: hex,
    outcome: options.outcome,
    retryable: (known?.retry === "wait" || known?.retry === "reconnect") && options.outcome !== "unknown",
    who: known?.who,
    cause: options.cause,
  });
}
