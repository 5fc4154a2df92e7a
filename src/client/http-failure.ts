import { QBError, type Outcome } from "../errors.js";
import { readMessageSet } from "../qbxml/envelope.js";
import { CodePage } from "../qbxml/code-page.js";
import { explainDistrust, isDistrust } from "./distrust.js";

/** The request never left: nobody was there to take it. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  EADDRNOTAVAIL: "the address cannot be reached",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
};
const CLOSED = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** What a message set may do, read only when something went wrong; what cannot be read counts as a write. */
export function summarize(qbxml: string): { readonly writes: boolean; readonly repeatable: boolean } {
  try {
    const set = readMessageSet(qbxml, { codePage: CodePage.of(65001) });
    const iterates = set.requests.some((request) => request.iterator !== undefined);
    return { writes: set.writes, repeatable: !set.writes && !iterates };
  } catch {
    return { writes: true, repeatable: false };
  }
}

/** True for the errors with which a connection ends that the other side, or something between, has closed. */
export function isClosed(error: unknown): boolean {
  return CLOSED.has(codeOf(error));
}

/** What is known of an exchange that failed. */
export interface FailedExchange {
  readonly abortedBy: "deadline" | "caller" | undefined;
  readonly sent: boolean;
  /** Undefined when it cannot be known. */
  readonly answering: boolean | undefined;
  /** That the connector has certainly thrown the request away unread, and why. */
  readonly refusal: QBError | undefined;
  /** Absent when the exchange can have written nothing. */
  readonly qbxml: string | undefined;
}

/** What undici's or the system's error means for a call. */
export function transportError(cause: unknown, exchange: FailedExchange): QBError {
  const { abortedBy, sent, answering, refusal, qbxml } = exchange;
  const mayHaveWritten = sent && qbxml !== undefined && summarize(qbxml).writes;
  const outcome: Outcome = mayHaveWritten ? "unknown" : "not_applied";
  const known = { outcome, cause };
  if (abortedBy === "caller") return new QBError("QB_ABORTED", "the caller ended the call", known);
  const retryable = !mayHaveWritten;
  if (abortedBy === "deadline")
    return new QBError("QB_TIMEOUT", "the connector did not answer in time", { ...known, retryable });
  // No connection was made, or it was refused before anything was sent.
  if (cause instanceof QBError) return cause;
  const code = codeOf(cause);
  if (code === "UND_ERR_CLOSED" || code === "UND_ERR_DESTROYED")
    return new QBError("QB_CLOSED", "the client is closed", known);
  if (!sent) return unreachable(code, cause);
  if (refusal !== undefined) return refusal;
  if (startsLikeTls(cause))
    return new QBError("QB_TLS", "what answers there speaks TLS, but the URL begins with http:", { cause });
  const message = `the connection was lost${whereOf(answering)} (${code || "no code"})`;
  return new QBError("QB_CONNECTION_LOST", message, { ...known, retryable });
}

/** Of a write the statuses are lost with the answer. */
export function answerTooLong(qbxml: string, cause: unknown): QBError {
  return new QBError("QB_INVALID_ARGUMENT", "the answer is longer than a string can be", {
    outcome: summarize(qbxml).writes ? "unknown" : "not_applied",
    advice: "Use query(), or sendStream().",
    cause,
  });
}

function whereOf(answering: boolean | undefined): string {
  if (answering === undefined) return "";
  return answering ? " in the middle of the answer" : " before an answer came";
}

/** A server with TLS may answer HTTP with an alert: a record of type 21. It has understood nothing of the request. */
function startsLikeTls(cause: unknown): boolean {
  const { data } = (cause ?? {}) as { data?: unknown };
  return typeof data === "string" && data.startsWith("\x15\x03");
}

function unreachable(code: string, cause: unknown): QBError {
  if (isDistrust(code)) {
    const message = `the certificate of the connector or of a proxy is refused: ${explainDistrust(code)}`;
    const advice =
      "The proxy needs a certificate that Node.js trusts (NODE_EXTRA_CA_CERTS adds authorities).";
    return new QBError("QB_SERVER_CERTIFICATE", message, { advice, cause });
  }
  const why = Object.hasOwn(UNREACHABLE, code) ? UNREACHABLE[code] : "no connection came about";
  const message = `the connector cannot be reached: ${why} (${code || "no code"})`;
  return new QBError("QB_UNREACHABLE", message, { cause });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
