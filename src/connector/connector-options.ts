import type { OutsideCodePage } from "../qbxml/code-page.js";
import type { Logger } from "../logger.js";
import { standardErrorLogger, withoutFailures } from "../logger.js";
import { QBError } from "../errors.js";
import type { RequestProcessor } from "../quickbooks/request-processor.js";
import type { AuthorizedUserOptions } from "./authorized-users.js";
import type { ServerCertificateOptions } from "./certificate/server-certificate.js";
import { defaultWindowsLogon } from "./default-windows-logon.js";
import { completeLimits, type Limits } from "./limits.js";
import { CLIENT_SETTINGS, type ClientSetting } from "./policy.js";
import type { WindowsLogon } from "./windows-accounts.js";

export interface QBConnectorOptions {
  /** The road to QuickBooks. Without one every request fails with `QB_NO_ROAD`. */
  readonly quickbooks?: RequestProcessor;
  /** Default `127.0.0.1`. */
  readonly localHost?: string;
  /** Default 2080; 0 takes a free port. */
  readonly localPort?: number;
  /** Speak HTTPS. Default false. Without a certificate in `sslCert` the connector makes one. */
  readonly enableSSL?: boolean;
  /** The certificate with its private key. Default: one that the connector makes on first use and keeps. */
  readonly sslCert?: ServerCertificateOptions;
  /** Where the connector keeps the certificate that it makes. Default: `certificate.pem` in the user's folder of qbconnector. */
  readonly sslCertFile?: string;
  /** Ask clients for a certificate; the event `sslClientAuthentication` decides. Default false. */
  readonly sslAuthenticateClients?: boolean;
  /** PEM: who issues certificates of clients. Default: the authorities that Node.js trusts. */
  readonly sslClientAuthorities?: string | readonly string[];
  /** Seconds of waiting for a client that sends or takes nothing. Default 60; 0 waits for ever. */
  readonly timeout?: number;
  readonly authorizedUsers?: readonly AuthorizedUserOptions[];
  /** How QuickBooks is opened for users who are not on the list. */
  readonly defaultConnectionString?: string;
  /** Addresses, ranges and wildcards, separated by commas. Default: everyone. */
  readonly allowedClients?: string;
  /** Settings that clients may choose where the connector says nothing. Default: none. */
  readonly allowClientSettings?: readonly ClientSetting[];
  /** Send passwords in clear text over a network: listen beyond this machine without TLS. Default false. */
  readonly allowInsecure?: boolean;
  /** Windows code page of the company file. Default `1252`. */
  readonly codePage?: string | number;
  /** What to do with characters that the code page does not have. Default `refuse`. */
  readonly outsideCodePage?: OutsideCodePage;
  /** Checks the accounts of users whose `authMode` is `Windows`. Default: on Windows, Windows itself. */
  readonly windowsLogon?: WindowsLogon;
  /** pino's interface. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
  readonly limits?: Partial<Limits>;
}

/** The options that stay as they were given. */
export interface FixedOptions {
  readonly quickbooks: RequestProcessor | undefined;
  readonly allowClientSettings: ReadonlySet<string>;
  readonly outsideCodePage: OutsideCodePage;
  readonly windowsLogon: WindowsLogon | undefined;
  readonly logger: Logger;
  readonly limits: Limits;
}

const NAMES = new Set([
  "quickbooks",
  "localHost",
  "localPort",
  "enableSSL",
  "sslCert",
  "sslCertFile",
  "sslAuthenticateClients",
  "sslClientAuthorities",
  "timeout",
  "authorizedUsers",
  "defaultConnectionString",
  "allowedClients",
  "allowClientSettings",
  "allowInsecure",
  "codePage",
  "outsideCodePage",
  "windowsLogon",
  "logger",
  "limits",
]);
const OUTSIDE = new Set(["refuse", "transliterate", "replace"]);

/** Throws `QB_INVALID_ARGUMENT` that names the wrong option. */
export function fixedOptions(options: QBConnectorOptions): FixedOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) invalid(`the option "${unknown}" is not known`);
  const {
    quickbooks,
    allowClientSettings = [],
    outsideCodePage = "refuse",
    windowsLogon = defaultWindowsLogon,
    logger = standardErrorLogger,
  } = options;
  const setting = allowClientSettings.find((name) => !CLIENT_SETTINGS.includes(name));
  if (setting !== undefined)
    invalid(`allowClientSettings: "${setting}" is not one of ${CLIENT_SETTINGS.join(", ")}`);
  if (!OUTSIDE.has(outsideCodePage)) invalid(`outsideCodePage is "refuse", "transliterate" or "replace"`);
  if (quickbooks !== undefined && typeof quickbooks.open !== "function")
    invalid("quickbooks must be a request processor");
  return Object.freeze({
    quickbooks,
    allowClientSettings: new Set(allowClientSettings),
    outsideCodePage,
    windowsLogon,
    logger: withoutFailures(logger),
    limits: completeLimits(options.limits),
  });
}

export function checkPort(port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    invalid("localPort must be a whole number from 0 to 65535");
  return port;
}

export function checkTimeout(seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 86_400)
    invalid("timeout must be whole seconds from 0 to 86400");
  return seconds;
}

function invalid(message: string): never {
  throw new QBError("QB_INVALID_ARGUMENT", message);
}
