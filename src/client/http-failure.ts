import { QBError, type Outcome } from "../errors.js";
import { readMessageSet } from "../qbxml/envelope.js";
import { CodePage } from "../qbxml/code-page.js";

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

/** True when the connection closed before the head of an answer arrived. */
export function isClosedBeforeAnswer(error: unknown): boolean {
  return CLOSED.has(codeOf(error));
}

/** What undici's or the system's error means for a call. Without `qbxml` the call can have written nothing. */
export function transportError(
  cause: unknown,
  abortedBy: "deadline" | "caller" | undefined,
  qbxml: string | undefined,
): QBError {
  const code = codeOf(cause);
  if (Object.hasOwn(UNREACHABLE, code)) {
    return new QBError("QB_UNREACHABLE", `the connector cannot be reached: ${UNREACHABLE[code]} (${code})`, {
      cause,
    });
  }
  if (code === "UND_ERR_CLOSED" || code === "UND_ERR_DESTROYED") {
    return new QBError("QB_CLOSED", "the client is closed", { cause });
  }
  const outcome: Outcome = qbxml !== undefined && summarize(qbxml).writes ? "unknown" : "not_applied";
  const retryable = outcome === "not_applied";
  if (abortedBy === "caller")
    return new QBError("QB_ABORTED", "the caller ended the call", { outcome, cause });
  if (abortedBy === "deadline") {
    return new QBError("QB_TIMEOUT", "the connector did not answer in time", { outcome, retryable, cause });
  }
  return new QBError(
    "QB_CONNECTION_LOST",
    `the connection was lost before an answer came (${code || "no code"})`,
    {
      outcome,
      retryable,
      cause,
    },
  );
}

/** The head of the answer had come: the connector did process the set, but how it went cannot be known. */
export function answerCut(cause: unknown, qbxml: string): QBError {
  const outcome: Outcome = summarize(qbxml).writes ? "unknown" : "not_applied";
  const retryable = outcome === "not_applied";
  return new QBError("QB_CONNECTION_LOST", "the connection was lost in the middle of the answer", {
    outcome,
    retryable,
    cause,
  });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}
