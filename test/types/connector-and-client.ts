// Members that can be read only, lifetimes, and what calls take and give.
import type { Readable } from "node:stream";
import {
  QBClient,
  QBConnector,
  type ConnectionString,
  type QBConnectorOptions,
  type RequestDispatcher,
} from "qbconnector";
import { Simulator } from "qbconnector/simulator";
import { Agent, MockAgent, ProxyAgent } from "undici";

export async function serveAndSend(qbxml: string): Promise<string> {
  await using connector = new QBConnector({ localPort: 0, quickbooks: new Simulator() });
  connector.addUser("Foo", "Bar");
  await connector.listen();
  await using client = new QBClient(
    `URL='http://127.0.0.1:${connector.localPort}' User='Foo' Password='Bar'`,
  );
  const stream: Readable = await client.sendStream(qbxml, { signal: AbortSignal.timeout(1000) });
  stream.destroy();
  await connector.close({ drainMs: 10 });
  return client.send(qbxml, { deadlineMs: 1000 });
}

export function readOnlyMembers(connector: QBConnector, client: QBClient): void {
  connector.listening = true;
  connector.connectedToQB = false;
  connector.localHost = "127.0.0.1";
  connector.timeout = 30;
  client.qbConnectionString = "";
  // @ts-expect-error users are changed through the collection
  connector.authorizedUsers = [];
  // @ts-expect-error a port is a number
  connector.localPort = "2080";
  // @ts-expect-error a message set is text
  void client.send(Buffer.from(""));
}

// @ts-expect-error no such option
export const unknownOption: QBConnectorOptions = { port: 2080 };

/** Every dispatcher of undici fits, and so does what a program makes by itself. */
export const dispatchers: readonly RequestDispatcher[] = [
  new Agent(),
  new MockAgent(),
  new ProxyAgent("http://x"),
];
export const ofOurOwn: RequestDispatcher = {
  request: ({ origin, path, signal, body }) =>
    Promise.reject(new Error(origin + path + body + signal.aborted)),
};
export const client = new QBClient("URL='https://x'", { dispatcher: ofOurOwn, trustDispatcher: true });
// @ts-expect-error a function is no dispatcher
export const wrong = new QBClient("", { dispatcher: fetch });

export const values: ConnectionString = {
  SSLPin: "sha256//",
  SSLAcceptServerCert: "",
  SSLAcceptServerCertFile: "c.pem",
};
