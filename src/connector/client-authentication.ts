import type { TLSSocket } from "node:tls";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import { QBError } from "../errors.js";
import { distinguishedName } from "../wire/certificate-facts.js";
import type { Connection } from "./connections.js";
import type { QBConnectorEvents } from "./events.js";
import { closing } from "./socket-waits.js";

/** What a client showed, and whether it is trusted. */
interface Shown {
  readonly certEncoded: Buffer;
  readonly certSubject: string;
  readonly certIssuer: string;
  /** `OK`, or why the certificate is not trusted. */
  readonly status: string;
}

/** Lets listeners of `sslClientAuthentication` decide about a client's certificate; gives the refusal, if any. */
export async function judgeClient(
  socket: TLSSocket,
  { id }: Connection,
  dispatch: EventDispatch<QBConnectorEvents>,
): Promise<QBError | undefined> {
  const shown = certificateOf(socket);
  const event = eventArguments({ connectionId: id, ...shown }, { accept: shown.status === "OK" });
  try {
    await dispatch.decide("sslClientAuthentication", event, closing(socket));
  } catch (error) {
    return error as QBError;
  }
  if (event.accept === true) return undefined;
  const why = shown.status === "OK" ? "a listener refused it" : shown.status;
  return new QBError("QB_CLIENT_CERTIFICATE", `the client's certificate is not accepted: ${why}`);
}

function certificateOf(socket: TLSSocket): Shown {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    const status = "the client showed no certificate";
    return { certEncoded: Buffer.alloc(0), certSubject: "", certIssuer: "", status };
  }
  return {
    certEncoded: certificate.raw,
    certSubject: distinguishedName(certificate.subject),
    certIssuer: distinguishedName(certificate.issuer),
    status: socket.authorized ? "OK" : String(socket.authorizationError),
  };
}
