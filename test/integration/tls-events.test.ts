import assert from "node:assert/strict";
import { constants } from "node:os";
import { before, describe, it, type TestContext } from "node:test";
import type { QBConnectorOptions } from "qbconnector";
import { makeAuthority, makeCertificate, type Certificate } from "../support/certificates.js";
import { curl } from "../support/curl.js";
import { RawConnection } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { opensslClient } from "../support/openssl-client.js";
import { eventsOf, recordEvents, type RecordedEvent } from "../support/recorded-events.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

let authority: Certificate;
let own: Certificate;
let client: Certificate;

before(() => {
  authority = makeAuthority();
  own = makeCertificate({ issuer: authority });
  client = makeCertificate({ issuer: authority, names: ["client"] });
});

interface Watched extends RunningConnector {
  readonly events: RecordedEvent[];
}

async function start(t: TestContext, options: QBConnectorOptions = {}): Promise<Watched> {
  const running = await startConnector(t, {
    enableSSL: true,
    sslCert: { encoded: own.key + own.cert },
    ...options,
  });
  return { ...running, events: recordEvents(running.connector) };
}

function post(url: string, ...parameters: readonly string[]) {
  const what = [
    "--cacert",
    authority.certificateFile,
    "-u",
    "Foo:Bar",
    "-H",
    "Content-Type: text/xml",
    "--data-binary",
    "@-",
  ];
  return curl([...what, ...parameters, url], query());
}

async function ended(events: readonly RecordedEvent[], count = 1): Promise<void> {
  await until(() => eventsOf(events, "disconnected").length === count, `${count} connections have ended`);
}

/** The names in their order, headers once. */
function story(events: readonly RecordedEvent[]): string[] {
  return events
    .map(({ name }) => name)
    .filter((name, index, all) => name !== "header" || all[index - 1] !== "header");
}

describe("one request over TLS", () => {
  it("tells its events in this order", async (t) => {
    const { url, events } = await start(t, {
      sslAuthenticateClients: true,
      sslClientAuthorities: authority.cert,
    });
    const { stdout, stderr } = await post(url, "--cert", client.certificateFile, "--key", client.keyFile);
    assert.equal(stdout, ANSWER, stderr);
    await ended(events);
    assert.deepEqual(story(events), [
      "connectionRequest",
      "sslConnectionRequest",
      "sslStatus",
      "sslStatus",
      "sslClientAuthentication",
      "connected",
      "header",
      "authorization",
      "request",
      "status",
      "response",
      "disconnected",
    ]);
    for (const { name, event } of events)
      if (name !== "connectionRequest") assert.equal(event.connectionId, 1, name);
    assert.deepEqual(eventsOf(events, "connected"), [{ connectionId: 1, statusCode: 0, description: "OK" }]);
  });

  it("each waits for the listeners of those before", async (t) => {
    const { connector, url, events } = await start(t, {
      sslAuthenticateClients: true,
      sslClientAuthorities: authority.cert,
    });
    const order: string[] = [];
    for (const name of [
      "connectionRequest",
      "sslConnectionRequest",
      "sslClientAuthentication",
      "authorization",
    ] as const) {
      connector.on(name, async () => {
        order.push(`${name} begins`);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} ends`);
      });
    }
    connector.on("connected", () => void order.push("connected"));
    await post(url, "--cert", client.certificateFile, "--key", client.keyFile);
    assert.deepEqual(order, [
      "connectionRequest begins",
      "connectionRequest ends",
      "sslConnectionRequest begins",
      "sslConnectionRequest ends",
      "sslClientAuthentication begins",
      "sslClientAuthentication ends",
      "connected",
      "authorization begins",
      "authorization ends",
    ]);
    assert.deepEqual(eventsOf(events, "error"), []);
  });

  it("a kept connection is told once, its requests each", async (t) => {
    const { url, events } = await start(t);
    const { stdout } = await post(url, url);
    assert.equal(stdout, ANSWER + ANSWER);
    await ended(events);
    const names = [
      "connectionRequest",
      "sslConnectionRequest",
      "connected",
      "authorization",
      "response",
      "disconnected",
    ] as const;
    assert.deepEqual(
      names.map((name) => eventsOf(events, name).length),
      [1, 1, 1, 2, 2, 1],
    );
  });
});

describe("a handshake that fails", () => {
  const failures: Readonly<Record<string, { act: (watched: Watched) => Promise<unknown>; why: RegExp }>> = {
    "because the client does not trust the certificate": {
      act: ({ url }) => curl(["--cacert", client.certificateFile, "--tls-max", "1.2", url]),
      why: /handshake/,
    },
    "because nothing is shared": {
      act: ({ port }) => opensslClient(port, ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"]),
      why: /no shared cipher/,
    },
    "because plain HTTP is spoken": {
      act: ({ url }) => curl([url.replace("https", "http")]),
      why: /plain HTTP came in/,
    },
  };
  for (const [name, { act, why }] of Object.entries(failures)) {
    it(`${name}, is told by connected and disconnected, and is no error`, async (t) => {
      const watched = await start(t);
      const { url, events } = watched;
      await act(watched);
      await ended(events);
      const [connected, ...more] = eventsOf(events, "connected");
      assert.equal(more.length, 0);
      assert.deepEqual([connected?.connectionId, connected?.statusCode], [1, constants.errno.EPROTO]);
      assert.match(connected?.description ?? "", why);
      assert.match(eventsOf(events, "sslStatus").at(-1)?.message ?? "", why);
      assert.ok(eventsOf(events, "status").some(({ message }) => message.startsWith("QB_TLS: ")));
      assert.deepEqual(eventsOf(events, "error"), []);
      assert.deepEqual(eventsOf(events, "authorization"), []);
      assert.equal((await post(url)).stdout, ANSWER);
    });
  }

  it("a client that comes and goes is told, too", async (t) => {
    const { port, events } = await start(t);
    const visitor = new RawConnection(port);
    await until(() => eventsOf(events, "connectionRequest").length === 1, "it has come");
    visitor.socket.end();
    await ended(events);
    assert.equal(eventsOf(events, "connected")[0]?.statusCode, constants.errno.EPROTO);
    assert.deepEqual(eventsOf(events, "error"), []);
  });
});

describe("a connection that is refused", () => {
  const refusals: Readonly<Record<string, (watched: Watched) => void>> = {
    "by a listener of connectionRequest": ({ connector }) =>
      void connector.on("connectionRequest", async (event) => {
        await new Promise((resolve) => setImmediate(resolve));
        event.accept = false;
      }),
    "by a listener of connectionRequest that throws": ({ connector }) =>
      void connector.on("connectionRequest", () => {
        throw new Error("no directory");
      }),
    "by allowedClients": ({ connector }) => void (connector.allowedClients = "192.0.2.*"),
  };
  for (const [name, refuse] of Object.entries(refusals)) {
    it(`${name}, sees no byte of TLS`, async (t) => {
      const watched = await start(t);
      const { connector, url, port, events, processor } = watched;
      refuse(watched);
      const { exitCode, stdout } = await post(url);
      assert.notEqual(exitCode, 0);
      assert.equal(stdout, "");
      const { output } = await opensslClient(port, []);
      assert.match(output, /read 0 bytes|errno=/);
      assert.match(output, /no peer certificate available/);
      await ended(events, 2);
      const told = story(events).filter((event) => event.startsWith("ssl") || event === "authorization");
      assert.deepEqual(told, []);
      const codes = eventsOf(events, "connected").map(({ statusCode }) => statusCode);
      assert.deepEqual(codes, [constants.errno.ECONNREFUSED, constants.errno.ECONNREFUSED]);
      assert.equal(processor.calls.length, 0);
      connector.removeAllListeners("connectionRequest");
      connector.allowedClients = "127.0.0.1";
      assert.equal((await post(url)).stdout, ANSWER);
    });
  }
});

describe("ProcessIdleEvents=false", () => {
  it("holds sslStatus back, never the decisions", async (t) => {
    const { connector, url, events } = await start(t, { sslAuthenticateClients: true });
    connector.config("ProcessIdleEvents=false");
    connector.on("sslClientAuthentication", (event) => void (event.accept = true));
    assert.equal((await post(url)).stdout, ANSWER);
    assert.deepEqual(story(events), [
      "connectionRequest",
      "sslConnectionRequest",
      "sslClientAuthentication",
      "authorization",
    ]);
    assert.ok((await connector.doEvents()) > 0);
    assert.equal(eventsOf(events, "sslStatus").length, 2);
  });
});
