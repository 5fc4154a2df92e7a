// The events of a connector and a client: what listeners get, and which fields they may write.
import { once } from "node:events";
import {
  QBClient,
  QBConnector,
  type AuthorizationEvent,
  type QBClientEvents,
  type QBConnectorEvents,
  type QBError,
  type SSLServerAuthenticationEvent,
} from "qbconnector";

const connector = new QBConnector();

connector.on("authorization", (e) => {
  e.accept = e.user === "Foo" && e.connectionId > 0 && e.userIndex >= -1;
  e.readOnly = false;
  // @ts-expect-error who asks is not the listener's to say
  e.user = "Bar";
  // @ts-expect-error nor with which password
  e.password = "";
  // @ts-expect-error nor who it is on the list
  e.userIndex = 0;
});
connector.on("authorization", async (e) => {
  e.accept ||= await Promise.resolve(e.password.length > 8);
});
connector.on("connectionRequest", (e) => {
  e.accept = e.address === "127.0.0.1" && e.port > 0;
  // @ts-expect-error the address is a fact
  e.address = "10.0.0.1";
});
connector.on("connected", (e) => {
  const text: string = `${e.connectionId} ${e.statusCode} ${e.description}`;
  // @ts-expect-error a notification has nothing to decide
  e.accept = false;
  return text;
});
connector.once("disconnected", ({ statusCode, description }) => [statusCode, description]);
connector.on("header", ({ field, value }) => `${field}: ${value}`);
connector.on("request", (e) => {
  const qbxml: string = e.request;
  // @ts-expect-error what goes to QuickBooks was decided at the gate
  e.request = qbxml;
});
connector.on("response", (e) => e.response.length);
connector.on("status", (e) => e.message);
connector.on("error", (e) => {
  const error: QBError = e.error;
  const status: number = e.errorCode;
  return [error.code, status, e.description];
});

connector.on("sslClientAuthentication", (e) => {
  e.accept = e.certEncoded.length > 0 && e.certSubject !== e.certIssuer && e.status === "OK";
  // @ts-expect-error whether the chain is trusted is a fact
  e.status = "OK";
});
connector.on("sslConnectionRequest", (e) => {
  if (e.supportedSignatureAlgs.includes("ecdsa") && e.supportedCipherSuites !== "") e.certSubject = "CN=ec";
  e.certStoreType = "PFXFile";
  e.certStore = new Uint8Array();
  e.certPassword = "";
  // @ts-expect-error what the client offers is a fact
  e.supportedCipherSuites = "";
});
connector.on("sslStatus", ({ connectionId, message }) => `${connectionId} ${message}`);

// @ts-expect-error no such event
connector.on("connect", () => undefined);

const listener = (e: AuthorizationEvent): void => {
  e.accept = true;
};
connector.addListener("authorization", listener).off("authorization", listener).removeAllListeners("status");
const count: number = connector.listenerCount("error");

/** Node's own helper works on a connector; its types ask for all of Node's emitter, hence the cast. */
export async function waitForTheFirst(): Promise<unknown[]> {
  return once(connector as unknown as NodeJS.EventEmitter, "connected");
}

/** Every event, by name: a new one does not compile until it is listed here. */
export const events: Record<keyof QBConnectorEvents, true> = {
  authorization: true,
  connectionRequest: true,
  connected: true,
  disconnected: true,
  header: true,
  request: true,
  response: true,
  sslClientAuthentication: true,
  sslConnectionRequest: true,
  sslStatus: true,
  status: true,
  error: true,
};
export { count };

const client = new QBClient("");
client.on("sslServerAuthentication", async (e) => {
  const bytes: Buffer = e.certEncoded;
  e.accept ||= await Promise.resolve(bytes.length > 0 && e.certPin === "sha256//" && e.status === "OK");
  // @ts-expect-error whose certificate it is, is a fact
  e.certSubject = e.certIssuer;
  // @ts-expect-error so is its pin
  e.certPin = "";
});
client.once("sslStatus", ({ message }) => message.length);
// @ts-expect-error no such event
client.on("status", () => undefined);
const judge = (e: SSLServerAuthenticationEvent): void => {
  e.accept = false;
};
client.addListener("sslServerAuthentication", judge).off("sslServerAuthentication", judge);

export const clientEvents: Record<keyof QBClientEvents, true> = {
  sslServerAuthentication: true,
  sslStatus: true,
};
