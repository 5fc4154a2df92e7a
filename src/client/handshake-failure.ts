import { QBError } from "../errors.js";

/** What OpenSSL says of an answer that is not TLS at all. */
const NOT_TLS = new Set([
  "WRONG_VERSION_NUMBER",
  "PACKET_LENGTH_TOO_LONG",
  "UNKNOWN_PROTOCOL",
  "HTTP_REQUEST",
]);
const VERSIONS = new Set(["TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"]);
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);
/** Alerts that a server sends because of the client's certificate only. What stands before them differs between OpenSSLs. */
const ABOUT_CERTIFICATE =
  /_ALERT_((?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA)$/;

/** Why a connection with TLS did not come about; what is no matter of TLS comes back as it is. */
export function handshakeFailure(cause: Error): Error {
  const { code = "", syscall } = cause as NodeJS.ErrnoException;
  if (CLOSED.has(code) && syscall !== "connect") return closedInHandshake(cause);
  if (!code.startsWith("ERR_SSL_")) return cause;
  const reason = code.slice("ERR_SSL_".length);
  if (NOT_TLS.has(reason)) return new QBError("QB_TLS", "what answers there does not speak TLS", { cause });
  if (VERSIONS.has(reason)) {
    const message = "the connector offers neither TLS 1.2 nor TLS 1.3";
    return new QBError("QB_TLS", message, { advice: "Have the connector offer TLS 1.2 or 1.3.", cause });
  }
  const refusal = certificateRefusal(cause);
  if (refusal !== undefined) return refusal;
  const words = reason.toLowerCase().replaceAll("_", " ");
  return new QBError("QB_TLS", `the TLS handshake failed: ${words}`, {
    advice:
      "The two ends have no cipher suite in common, or the connector asks for what this client does not have.",
    cause,
  });
}

/** That the other side does not take this client's certificate, or misses it; undefined for all other errors. */
export function certificateRefusal(cause: Error | undefined): QBError | undefined {
  const { code = "" } = (cause ?? {}) as NodeJS.ErrnoException;
  const alert = code.startsWith("ERR_SSL_") ? ABOUT_CERTIFICATE.exec(code)?.[1] : undefined;
  if (alert === undefined) return undefined;
  const words = alert.toLowerCase().replaceAll("_", " ");
  return new QBError(
    "QB_TLS",
    `the connector asks for a certificate of the client that it trusts: ${words}`,
    {
      advice: "Give the option clientCertificate, with a certificate that the connector trusts.",
      cause,
    },
  );
}

function closedInHandshake(cause: Error): QBError {
  return new QBError("QB_UNREACHABLE", "the connection was closed during the TLS handshake", {
    advice: "Check that the connector uses TLS, and that it takes connections from this machine.",
    cause,
  });
}
