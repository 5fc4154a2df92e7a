import { QBError } from "../../errors.js";

/** The request never left: nobody was there to take it. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the host name could not be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
};
const DISTRUST = /CERT|^UNABLE_TO_|^(HOSTNAME_MISMATCH|INVALID_PURPOSE)$/;

/** What is known of an exchange that failed. */
export interface FailedExchange {
  readonly method: "GET" | "POST";
  /** Of the URL, which may have a secret in its query. */
  readonly origin: string;
  /** False when certainly nothing of the request has left. */
  readonly sent: boolean;
  readonly answering: boolean;
  readonly endedBy: "caller" | "deadline" | "close" | undefined;
}

/** What undici's or the system's error means for a request. */
export function httpFailure(error: unknown, exchange: FailedExchange): QBError {
  if (error instanceof QBError) return error;
  const { origin, sent, answering, endedBy, method } = exchange;
  const outcome = sent && method === "POST" ? "unknown" : "not_applied";
  const cause = harmless(error);
  if (endedBy === "caller") return new QBError("QB_ABORTED", "the caller ended the call", { outcome });
  if (endedBy === "close") return new QBError("QB_CLOSED", "the connection is closed", { outcome });
  const known = { outcome, retryable: outcome !== "unknown", cause } as const;
  if (endedBy === "deadline") return new QBError("QB_TIMEOUT", `${origin} did not answer in time`, known);
  if (!sent) return unreachable(origin, cause);
  const where = answering ? "in the middle of the answer" : "before an answer came";
  const message = `the connection to ${origin} was lost ${where} (${cause.code || "no code"})`;
  return new QBError("QB_CONNECTION_LOST", message, known);
}

function unreachable(origin: string, cause: Harmless): QBError {
  const { code, message } = cause;
  if (DISTRUST.test(code))
    return new QBError("QB_TLS", `the certificate of ${origin} is not trusted: ${message} (${code})`, {
      who: "operator",
      advice:
        "When a proxy looks into TLS here, name its certificate with SSLServerCert or NODE_EXTRA_CA_CERTS.",
      cause,
    });
  if (/^ERR_(SSL|TLS)_/.test(code))
    return new QBError("QB_TLS", `the TLS handshake with ${origin} failed (${code})`, { cause });
  return new QBError("QB_UNREACHABLE", `${origin} cannot be reached: ${whyUnreachable(cause)}`, {
    advice: "Check the network, and the proxy and firewall properties of the connection string.",
    cause,
  });
}

function whyUnreachable({ code, message }: Harmless): string {
  const proxied = /Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (proxied !== undefined) return `the proxy makes no connection to it (HTTP ${proxied})`;
  if (code.startsWith("UND_ERR_SOCKS5")) return `the SOCKS5 proxy makes no connection to it (${code})`;
  const why = Object.hasOwn(UNREACHABLE, code) ? UNREACHABLE[code] : "no connection came about";
  return `${why} (${code || "no code"})`;
}

interface Harmless extends Error {
  readonly code: string;
}

/** Errors of a parser carry what it read, which may be tokens. */
function harmless(error: unknown): Harmless {
  const { message = "", code = "" } = (error ?? {}) as { message?: unknown; code?: unknown };
  const cause = new Error(String(message).slice(0, 200));
  Object.defineProperty(cause, "stack", { value: `Error: ${cause.message}` });
  return Object.assign(cause, { code: typeof code === "string" ? code : "" });
}
