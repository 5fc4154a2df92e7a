import type { TestContext } from "node:test";
import { QBClient, type QBClientOptions } from "qbconnector";
import { writeResponses, type ResponseItem } from "qbconnector/qbxml";
import { Simulator, type SimulatorOptions } from "qbconnector/simulator";
import { httpAnswer, startRawServer, type RawServer } from "./raw-server.js";
import { eventsOf, recordEvents } from "./recorded-events.js";
import { recordingLogger, startConnector, type LogLine, type RunningConnector } from "./running-connector.js";

export interface TypedClient {
  readonly client: QBClient;
  readonly log: LogLine[];
}

/** A client of what listens there, which is destroyed after the test. */
export function clientOf(t: TestContext, url: string, options: QBClientOptions = {}): TypedClient {
  const log: LogLine[] = [];
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`, {
    logger: recordingLogger(log),
    ...options,
  });
  t.after(() => client.destroy());
  return { client, log };
}

export interface SimulatedBooks extends TypedClient {
  readonly connector: RunningConnector["connector"];
  /** The start tags of the requests that reached QuickBooks, one entry for each message set. */
  readonly sent: () => string[][];
  readonly connectorLog: LogLine[];
  readonly url: string;
}

/** A client of a connector on a simulated company. */
export async function simulatedBooks(
  t: TestContext,
  options: SimulatorOptions = {},
  clientOptions: QBClientOptions = {},
): Promise<SimulatedBooks> {
  const running = await startConnector(t, { quickbooks: new Simulator(options) });
  const events = recordEvents(running.connector, ["request"]);
  const sent = (): string[][] =>
    eventsOf(events, "request").map(({ request }) => request.match(/<\w+Rq(?: [^>]*)?>/g)?.slice(1) ?? []);
  const { url, connector, log: connectorLog } = running;
  return { ...clientOf(t, url, clientOptions), connector, sent, connectorLog, url };
}

/** A client of a server that gives the documents one after the other, and then the last one for ever. */
export async function scriptedAnswers(
  t: TestContext,
  ...documents: readonly (string | Uint8Array)[]
): Promise<TypedClient & { readonly server: RawServer }> {
  const server = await startRawServer(t, (socket, { number }) => {
    const body = documents[Math.min(number, documents.length) - 1] ?? "";
    socket.write(httpAnswer(200, { "content-type": "text/xml; charset=utf-8" }, body));
  });
  return { ...clientOf(t, server.url), server };
}

/** The same for responses as objects. */
export function scriptedResponses(
  t: TestContext,
  ...items: readonly ResponseItem[]
): Promise<TypedClient & { readonly server: RawServer }> {
  return scriptedAnswers(t, writeResponses(items));
}

/** What the connector says of the sessions that are held open. */
export async function heldSessions(url: string): Promise<number> {
  const authorization = `Basic ${Buffer.from("Foo:Bar").toString("base64")}`;
  const health = await fetch(`${url}/health`, { headers: { authorization } });
  const { quickbooks } = (await health.json()) as { quickbooks: { held: readonly unknown[] } };
  return quickbooks.held.length;
}

/** Adds customers C0001, C0002 ... and gives their names. */
export async function addCustomers(client: QBClient, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `C${String(index + 1).padStart(4, "0")}`);
  for (let start = 0; start < count; start += 500) {
    const items = names
      .slice(start, start + 500)
      .map((Name) => ({ name: "CustomerAdd" as const, body: { Name } }));
    await client.requests(items, { responseData: "includeNone" });
  }
  return names;
}
