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
  const words = reason.toLowerCase().replaceAll("_", " ");
  return new QBError("QB_TLS", `the TLS handshake failed: ${words}`, {
    advice:
      "The two ends have no cipher suite in common, or the connector asks for what this client does not have.",
    cause,
  });
}

function closedInHandshake(cause: Error): QBError {
  return new QBError("QB_UNREACHABLE", "the connection was closed during the TLS handshake", {
    advice: "Check that the connector uses TLS, and that it takes connections from this machine.",
    cause,
  });
}
