import type { Socket } from "node:net";
import { eventArguments, type EventDispatch } from "../event-dispatch.js";
import type { ServerCertificate } from "./certificate/server-certificate.js";
import type { ServerIdentity } from "./certificate/server-identity.js";
import { readClientHello } from "./client-hello.js";
import type { Connection } from "./connections.js";
import type { QBConnectorEvents } from "./events.js";
import { closing, inTime } from "./socket-waits.js";

export interface CertificateChoice {
  readonly socket: Socket;
  readonly connection: Connection;
  readonly certificate: ServerCertificate;
  readonly dispatch: EventDispatch<QBConnectorEvents>;
  readonly timeLimitMs: number;
}

/** Lets listeners of `sslConnectionRequest` choose a certificate for one connection. */
export async function chooseIdentity(choice: CertificateChoice): Promise<ServerIdentity> {
  const { socket, connection, certificate, dispatch, timeLimitMs } = choice;
  const hello = await inTime(
    timeLimitMs,
    readClientHello(socket),
    "the client's hello did not arrive in time",
  );
  const { store, storeType, subject } = certificate;
  const preset = {
    certStoreType: storeType as QBConnectorEvents["sslConnectionRequest"]["certStoreType"],
    certStore: store,
    certPassword: "",
    certSubject: subject,
  };
  const event = eventArguments({ connectionId: connection.id, ...hello }, preset);
  await dispatch.decide("sslConnectionRequest", event, closing(socket));
  const names = Object.keys(preset) as (keyof typeof preset)[];
  if (names.every((name) => event[name] === preset[name])) return certificate.identity();
  const { certStore, certPassword, certStoreType, certSubject } = event;
  // What a listener left as it was belongs to the connector's own store.
  const isOther = certStore !== preset.certStore;
  return certificate.identityFor({
    storeType: isOther && certStoreType === preset.certStoreType ? "Auto" : certStoreType,
    store: certStore,
    storePassword: certPassword,
    subject: isOther && certSubject === preset.certSubject ? "*" : certSubject,
  });
}
