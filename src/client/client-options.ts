import { QBError } from "../errors.js";
import { standardErrorLogger, withoutFailures, type Logger } from "../logger.js";
import type { RequestProcessor } from "../quickbooks/request-processor.js";
import { certificateOptions, type CertificateOptions, type ClientCertificate } from "./client-certificate.js";
import type { RequestDispatcher } from "./request-dispatcher.js";
import { dialectOf, type Country, type Dialect } from "./request-text.js";

export interface QBClientOptions {
  /** For a connection string without URL: the road to the local QuickBooks. */
  readonly quickbooks?: RequestProcessor;
  /** Milliseconds that a call may take, unless it says otherwise; the connector is told. Default 600 000. */
  readonly deadlineMs?: number;
  /** Connections to the connector that may be open at the same time; streams and queries have as many of their own. Default 8. */
  readonly connections?: number;
  /** For a connector that asks its clients for a certificate; only with an https: URL. */
  readonly clientCertificate?: ClientCertificate;
  /** URL of an HTTP proxy. The connector's certificate is judged through it, too. */
  readonly proxy?: string;
  /**
   * An undici dispatcher that sends the requests instead of connections of this client's own. It is not closed with the client.
   * What became of a request that failed cannot be seen on it, so a failed write is mostly `unknown`.
   */
  readonly dispatcher?: RequestDispatcher;
  /** That the dispatcher verifies certificates itself, for an https: URL; `sslServerAuthentication` never fires then. */
  readonly trustDispatcher?: boolean;
  /** For typed calls: the qbXML version that they are written and checked for. Default `16.0`. */
  readonly qbxmlVersion?: string;
  /** For typed calls: the country of the QuickBooks on the other end, because they differ. Default `US`. */
  readonly country?: Country;
  /** pino's interface. Default: warnings and errors to standard error. */
  readonly logger?: Logger;
}

/** Options of one call. */
export interface CallOptions {
  /**
   * Ends the call for its caller (`QB_ABORTED`). A call that still waits is taken out of the queue; work inside QuickBooks
   * goes on to its end.
   */
  readonly signal?: AbortSignal;
  /** Milliseconds that the call may take, waiting included; the connector is told. */
  readonly deadlineMs?: number;
}

export interface CompleteClientOptions {
  readonly quickbooks: RequestProcessor | undefined;
  /** Only when it was given: a connector is not told the default, for it may allow less. */
  readonly deadlineMs: number | undefined;
  readonly connections: number;
  readonly clientCertificate: CertificateOptions;
  readonly proxy: string | undefined;
  readonly dispatcher: RequestDispatcher | undefined;
  readonly trustDispatcher: boolean;
  readonly dialect: Dialect;
  readonly logger: Logger;
}

const NAMES = new Set([
  "quickbooks",
  "deadlineMs",
  "connections",
  "clientCertificate",
  "proxy",
  "dispatcher",
  "trustDispatcher",
  "qbxmlVersion",
  "country",
  "logger",
]);
const GREATEST = 2 ** 31 - 1;

/** Throws `QB_INVALID_ARGUMENT` that names the wrong option, `QB_CERTIFICATE` for a certificate that cannot be used. */
export function completeClientOptions(options: QBClientOptions): CompleteClientOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw invalid(`the option "${unknown}" is not known`);
  const { quickbooks, deadlineMs, connections = 8, proxy, dispatcher } = options;
  checkWholeNumber("connections", connections, 1024);
  if (proxy !== undefined && !(URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)))
    throw invalid("proxy must be an http: or https: URL");
  checkDispatcherOptions(options);
  if (deadlineMs !== undefined) checkDeadline(deadlineMs);
  return Object.freeze({
    quickbooks,
    deadlineMs,
    connections,
    clientCertificate: certificateOptions(options.clientCertificate),
    proxy,
    dispatcher,
    trustDispatcher: options.trustDispatcher ?? false,
    dialect: dialectOf(options),
    logger: withoutFailures(options.logger ?? standardErrorLogger),
  });
}

function checkDispatcherOptions(options: QBClientOptions): void {
  const { dispatcher, trustDispatcher, proxy, connections, clientCertificate } = options;
  if (trustDispatcher !== undefined && typeof trustDispatcher !== "boolean")
    throw invalid("trustDispatcher must be true or false");
  if (dispatcher === undefined) {
    if (trustDispatcher === true)
      throw invalid("trustDispatcher is for the option dispatcher, which is missing");
    return;
  }
  if (typeof (dispatcher as Partial<RequestDispatcher> | null)?.request !== "function")
    throw invalid("dispatcher must be an undici dispatcher, with a method request");
  if ((proxy ?? connections ?? clientCertificate) !== undefined)
    throw invalid(
      "proxy, connections and clientCertificate are for the client's own connections: leave them out, or the dispatcher",
    );
}

/** Options of a call that it does not have are mistakes. */
export function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`the option "${unknown}" is not known here`);
}

export function checkDeadline(deadlineMs: number): number {
  return checkWholeNumber("deadlineMs", deadlineMs, GREATEST);
}

export function checkWholeNumber(name: string, value: number, greatest: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= greatest) return value;
  throw invalid(`${name} must be a whole number from 1 to ${greatest}`);
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
