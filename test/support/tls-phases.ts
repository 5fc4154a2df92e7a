import type { QBConnector } from "qbconnector";
import { connect as connectTls } from "node:tls";
import { helloMessage, records } from "./client-hello.js";
import { RawConnection, rawRequest } from "./http-exchange.js";
import { query } from "./message-sets.js";
import { gate, type ScriptedProcessor } from "./scripted-processor.js";
import { until } from "./until.js";

/** How far a client has come. */
export interface Reached {
  readonly client: RawConnection;
  /** Lets what the connector waits for happen after all. */
  readonly release: () => void;
}

export type Phase = (connector: QBConnector, processor: ScriptedProcessor) => Promise<Reached>;

const HELLO = records(
  helloMessage({ cipherSuites: [0xc02b, 0xc02f], signatureAlgorithms: [0x0403, 0x0804], extensions: [] }),
);
const nothing = (): void => {};

function bare({ localPort }: QBConnector): RawConnection {
  return new RawConnection(localPort);
}

function secured({ localPort }: QBConnector): RawConnection {
  const socket = connectTls({ host: "127.0.0.1", port: localPort, rejectUnauthorized: false });
  return new RawConnection(localPort, socket);
}

type Decision = "connectionRequest" | "sslConnectionRequest" | "sslClientAuthentication";

/** A listener that does not finish before it is told to. */
function waiting(connector: QBConnector, name: Decision) {
  let release = nothing;
  let isAsked = false;
  const released = new Promise<void>((resolve) => (release = resolve));
  connector.once(name, (event) => {
    isAsked = true;
    return released.then(() => void ("accept" in event && (event.accept = true)));
  });
  return { release, asked: () => until(() => isAsked, `${name} fired`) };
}

/** Every phase of a TLS connection in which it can stay. */
export const TLS_PHASES: Readonly<Record<string, Phase>> = {
  "while a listener of connectionRequest takes its time": async (connector) => {
    const { release, asked } = waiting(connector, "connectionRequest");
    const client = bare(connector);
    client.write(HELLO);
    await asked();
    return { client, release };
  },
  "before the first byte": async (connector) => {
    let count = 0;
    connector.once("connectionRequest", () => void count++);
    const client = bare(connector);
    await until(() => count === 1, "it was accepted");
    return { client, release: nothing };
  },
  "in the middle of the hello": async (connector) => {
    let count = 0;
    connector.once("connectionRequest", () => void count++);
    connector.once("sslConnectionRequest", nothing);
    const client = bare(connector);
    client.write(HELLO.subarray(0, 60));
    await until(() => count === 1, "it was accepted");
    return { client, release: () => client.write(HELLO.subarray(60)) };
  },
  "while a listener of sslConnectionRequest takes its time": async (connector) => {
    const { release, asked } = waiting(connector, "sslConnectionRequest");
    const client = bare(connector);
    client.write(HELLO);
    await asked();
    return { client, release };
  },
  "in the handshake": async (connector) => {
    const client = bare(connector);
    client.write(HELLO);
    await until(() => client.received.length > 0, "the connector answered the hello");
    return { client, release: nothing };
  },
  "while a listener of sslClientAuthentication takes its time": async (connector) => {
    const { release, asked } = waiting(connector, "sslClientAuthentication");
    const client = secured(connector);
    await asked();
    return { client, release };
  },
  "after its certificate was refused": async (connector) => {
    let refused = false;
    connector.once("connected", ({ statusCode }) => void (refused = statusCode !== 0));
    const client = secured(connector);
    await until(() => refused, "it was refused");
    return { client, release: nothing };
  },
  "between two requests": async (connector) => {
    connector.once("sslClientAuthentication", (event) => void (event.accept = true));
    const client = secured(connector);
    client.write("GET /health HTTP/1.1\r\nHost: connector\r\n\r\n");
    await until(() => client.answers === 1, "it had an answer");
    return { client, release: nothing };
  },
};

/** With a request that QuickBooks is working on, until it is released. */
export const RUNNING: Phase = async (connector, processor) => {
  connector.once("sslClientAuthentication", (event) => void (event.accept = true));
  const { step, open } = gate();
  processor.steps.push(step);
  const client = secured(connector);
  client.write(rawRequest(query("running")));
  await until(
    () => processor.calls.at(-1)?.set.requests[0]?.requestID === "running",
    "it reached the processor",
  );
  return { client, release: open };
};

/** The words that end a connector. */
export const ENDINGS: Readonly<Record<string, (connector: QBConnector) => Promise<unknown>>> = {
  "close()": (connector) => connector.close(),
  "close({ drainMs: 1 })": (connector) => connector.close({ drainMs: 1 }),
  "destroy()": (connector) => connector.destroy(),
  "reset()": (connector) => connector.reset(),
  "listening = false": async (connector) => {
    connector.listening = false;
    await until(() => !connector.listening, "it stopped to listen");
  },
};
