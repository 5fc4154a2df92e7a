import assert from "node:assert/strict";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import tls from "node:tls";
import { inspect } from "node:util";
import { QBClient, QBError, type QBClientOptions } from "qbconnector";
import { makeCertificate, pinOf } from "../support/certificates.js";
import { add, query } from "../support/message-sets.js";
import { startOpensslServer } from "../support/openssl-server.js";
import { allCut, httpAnswer, startRawServer, XML_ANSWER, type Reply } from "../support/raw-server.js";
import { recordingLogger, startConnector, type LogLine } from "../support/running-connector.js";
import { until } from "../support/until.js";

const certificate = makeCertificate();
const pin = pinOf(certificate);
const TLS = { key: certificate.key, cert: certificate.cert };
const answering: Reply = (socket) => void socket.write(XML_ANSWER);

function clientOf(t: TestContext, url: string, options: QBClientOptions = {}, trust = ""): QBClient {
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar' ${trust}`, options);
  t.after(() => client.destroy());
  return client;
}

function trusting(t: TestContext, url: string, options: QBClientOptions = {}): QBClient {
  return clientOf(t, url, options, `SSLPin='${pin}'`);
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  const error: unknown = await call.then(
    () => assert.fail("the call did not fail"),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof QBError, inspect(error));
  return error;
}

/** A listener that waits until the test decides. */
function slowListener(client: QBClient): { readonly asked: () => boolean; readonly accept: () => void } {
  let accept: (() => void) | undefined;
  client.on("sslServerAuthentication", async (event) => {
    await new Promise<void>((resolve) => (accept = resolve));
    event.accept = true;
  });
  return { asked: () => accept !== undefined, accept: () => accept?.() };
}

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("while listeners decide", () => {
  for (const [how, end] of [
    ["is closed", (socket: Socket) => void socket.end()],
    ["is cut", (socket: Socket) => void socket.destroy()],
  ] as const) {
    it(`the connection ${how} by the connector: nothing was sent`, async (t) => {
      const server = await startRawServer(t, answering, TLS);
      const client = trusting(t, server.url);
      const { asked, accept } = slowListener(client);
      const call = failure(client.send(add()));
      await until(() => asked() && server.sockets.size === 1, "the listener was asked");
      for (const socket of server.sockets) end(socket);
      const error = await call;
      assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_UNREACHABLE", "not_applied", true]);
      assert.match(error.message, /while the connector's certificate was judged/);
      accept();
      assert.equal(server.received, 0);
    });
  }

  it("the caller's signal ends the call; what is accepted later sends nothing of it", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const client = trusting(t, server.url, { connections: 1 });
    const { asked, accept } = slowListener(client);
    const controller = new AbortController();
    const call = failure(client.send(add(), { signal: controller.signal }));
    await until(asked, "the listener was asked");
    controller.abort();
    const error = await call;
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "not_applied"]);
    client.removeAllListeners();
    accept();
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.equal(server.requests.length, 1);
    assert.match(server.requests[0]?.body ?? "", /CustomerQueryRq/);
  });

  it("the deadline ends the call", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const client = trusting(t, server.url);
    const { asked } = slowListener(client);
    const error = await failure(client.send(add(), { deadlineMs: 1 }));
    assert.ok(asked());
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_TIMEOUT", "not_applied", true]);
    assert.equal(server.received, 0);
  });

  it("destroy ends the call and the connection", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const client = trusting(t, server.url);
    const { asked, accept } = slowListener(client);
    const call = failure(client.send(add()));
    await until(() => asked() && server.sockets.size === 1, "the listener was asked");
    await client.destroy();
    const error = await call;
    assert.deepEqual([error.code, error.outcome], ["QB_CLOSED", "not_applied"]);
    await until(() => server.sockets.size === 0, "the connection was cut");
    accept();
    assert.equal(server.received, 0);
  });

  it("close waits for the call", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const client = trusting(t, server.url);
    const { asked, accept } = slowListener(client);
    const call = client.send(add());
    await until(asked, "the listener was asked");
    const closing = client.close();
    accept();
    assert.equal(await call, "<QBXML/>");
    await closing;
  });

  it("close does not wait for a connection that nobody needs any more", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const log: LogLine[] = [];
    const client = trusting(t, server.url, { logger: recordingLogger(log) });
    const { asked } = slowListener(client);
    const controller = new AbortController();
    const call = failure(client.send(add(), { signal: controller.signal }));
    await until(() => asked() && server.sockets.size === 1, "the listener was asked");
    controller.abort();
    await call;
    await client.close();
    await until(() => server.sockets.size === 0, "the connection was cut");
    assert.deepEqual(log, [], "it waited until the listener was too late");
  });
});

interface Mismatch {
  readonly name: string;
  readonly server: (t: TestContext) => Promise<number>;
  readonly code: "QB_TLS" | "QB_UNREACHABLE";
  readonly message: RegExp;
  readonly advice: RegExp;
}

const plain =
  (onConnection: (socket: Socket) => void) =>
  (t: TestContext): Promise<number> =>
    listen(
      t,
      createServer((socket) => onConnection(socket.on("error", () => {}))),
    );
const withTls =
  (options: tls.TlsOptions) =>
  (t: TestContext): Promise<number> =>
    listen(
      t,
      tls.createServer({ ...TLS, ...options }).on("tlsClientError", () => {}),
    );

const NOT_TLS = { code: "QB_TLS", message: /does not speak TLS/, advice: /http: when it does not/ } as const;
const CLOSED = {
  code: "QB_UNREACHABLE",
  message: /closed during the TLS handshake/,
  advice: /uses TLS.*takes connections/,
} as const;
const MISMATCHES: readonly Mismatch[] = [
  { name: "an HTTP server", server: (t) => listen(t, createHttpServer()), ...NOT_TLS },
  {
    name: "a server that talks first",
    server: plain((socket) => void socket.write("SSH-2.0-x\r\n")),
    ...NOT_TLS,
  },
  {
    name: "a server that closes at the hello",
    server: plain((socket) => void socket.on("data", () => socket.end())),
    ...CLOSED,
  },
  {
    name: "a server that resets at the hello",
    server: plain((socket) => void socket.on("data", () => socket.resetAndDestroy())),
    ...CLOSED,
  },
  {
    name: "a server with old versions only",
    server: withTls({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }),
    code: "QB_TLS",
    message: /neither TLS 1.2 nor TLS 1.3/,
    advice: /offer TLS 1.2 or 1.3/,
  },
  {
    // An EC key cannot do what an RSA suite needs.
    name: "a server without a common cipher suite",
    server: withTls({ maxVersion: "TLSv1.2", ciphers: "AES128-SHA:@SECLEVEL=0" }),
    code: "QB_TLS",
    message: /the TLS handshake failed: .*handshake failure/,
    advice: /cipher suite/,
  },
  {
    name: "a server without certificate",
    server: withTls({ maxVersion: "TLSv1.2", key: undefined, cert: undefined, ciphers: "aNULL:@SECLEVEL=0" }),
    code: "QB_TLS",
    message: /the TLS handshake failed/,
    advice: /cipher suite/,
  },
];

describe("ends that do not agree on TLS", () => {
  for (const { name, server, code, message, advice } of MISMATCHES) {
    it(`https: to ${name}`, async (t) => {
      const port = await server(t);
      const client = clientOf(t, `https://127.0.0.1:${port}`);
      const told: string[] = [];
      client.on("sslStatus", (event) => void told.push(event.message));
      client.on("sslServerAuthentication", () => assert.fail("there is nothing to judge"));
      for (const qbxml of [query(), add()]) {
        const error = await failure(client.send(qbxml));
        assert.deepEqual([error.code, error.outcome], [code, "not_applied"]);
        assert.match(error.message, message);
        assert.match(error.advice, advice);
        assert.deepEqual([told.length > 0, told.at(-1)], [true, error.message]);
      }
    });
  }

  it("https: to a connector without TLS", async (t) => {
    const { port } = await startConnector(t);
    const error = await failure(clientOf(t, `https://127.0.0.1:${port}`).send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_TLS", "not_applied"]);
  });

  it("https: to a closed port is no matter of TLS", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    await server.close();
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_UNREACHABLE", "not_applied", true]);
    assert.match(error.message, /nothing listens there/);
  });

  it("http: to a connector with TLS, which says so", async (t) => {
    const problem = {
      code: "QB_TLS",
      detail: "this port speaks TLS",
      outcome: "not_applied",
      retryable: false,
    };
    const answer = httpAnswer(400, { "content-type": "application/problem+json" }, JSON.stringify(problem));
    const server = await startRawServer(t, (socket) => void socket.end(answer));
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_TLS", "not_applied"]);
    assert.match(error.advice, /Write https:/);
  });

  it("http: to a server that answers with an alert", async (t) => {
    const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 10]);
    const server = await startRawServer(t, (socket) => void socket.end(alert));
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_TLS", "not_applied", false]);
  });
});

describe("a connection with TLS that is lost", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`after the request has left, ${version}: the outcome of a write is unknown, a read is sent again`, async (t) => {
      for (const cut of [(s: Socket) => s.destroy(), (s: Socket) => s.end(), (s: Socket) => s.end("HTT")]) {
        const server = await startRawServer(t, (socket) => void cut(socket), { ...TLS, maxVersion: version });
        const client = trusting(t, server.url);
        const write = await failure(client.send(add()));
        assert.deepEqual([write.code, write.outcome], ["QB_CONNECTION_LOST", "unknown"]);
        assert.equal(server.requests.length, 1, "a write was sent again");
        const read = await failure(client.send(query()));
        assert.deepEqual(
          [read.code, read.outcome, read.retryable],
          ["QB_CONNECTION_LOST", "not_applied", true],
        );
        const answered = /middle of the answer/.test(read.message);
        assert.equal(server.requests.length, answered ? 2 : 3, "a read is sent again before a byte came");
      }
    });
  }

  it("while it was idle: the next call makes another, which is judged", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const client = trusting(t, server.url, { connections: 1 });
    let asked = 0;
    client.on("sslServerAuthentication", () => void asked++);
    assert.equal(await client.send(query()), "<QBXML/>");
    for (const socket of server.sockets) socket.destroy();
    await until(() => allCut(server), "the connection is gone");
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.deepEqual([asked, server.connections], [2, 2]);
  });

  it("a stream that is cut over TLS ends with an error", async (t) => {
    const head = httpAnswer(200, { "content-type": "text/xml", "content-length": "100" }, "<QBXML>");
    const server = await startRawServer(t, (socket) => void socket.end(head), TLS);
    const error = await failure(trusting(t, server.url).sendStream(add()).then(buffer));
    assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
  });
});

describe("openssl s_server", () => {
  for (const parameters of [["-tls1_2"], ["-tls1_3"], ["-tls1_2", "-no_ticket"]]) {
    it(`${parameters.join(" ")}: sees nothing of a refused call, and all of an accepted one`, async (t) => {
      const server = await startOpensslServer(t, certificate, ...parameters);
      const stranger = clientOf(t, server.url);
      assert.equal((await failure(stranger.send(add()))).code, "QB_SERVER_CERTIFICATE");
      await stranger.close();
      assert.equal(server.received(), "");
      const client = trusting(t, server.url, { connections: 1 });
      assert.equal(await client.send(add()), "<QBXML/>");
      assert.match(server.received(), /^POST \/ HTTP\/1\.1\r\n[^]*CustomerAddRq/);
      await client.close();
    });
  }

  it("-tls1_1: refused with the reason", async (t) => {
    const server = await startOpensslServer(t, certificate, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    const error = await failure(clientOf(t, server.url).send(add()));
    assert.equal(error.code, "QB_TLS");
    assert.equal(server.received(), "");
  });
});

interface Proxy {
  readonly url: string;
  readonly targets: string[];
}

async function startProxy(t: TestContext, options?: tls.TlsOptions): Promise<Proxy> {
  const targets: string[] = [];
  const server = options === undefined ? createHttpServer() : createHttpsServer(options);
  server.on("tlsClientError", () => {});
  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    targets.push(request.url ?? "");
    const { port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy()).on("close", () => onward.destroy());
  });
  const port = await listen(t, server);
  return { url: `${options === undefined ? "http" : "https"}://localhost:${port}`, targets };
}

describe("through a proxy", () => {
  it("the connector's certificate is judged, before a byte is sent", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const proxy = await startProxy(t);
    const client = clientOf(t, server.url, { proxy: proxy.url, connections: 1 });
    const error = await failure(client.send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_SERVER_CERTIFICATE", "not_applied"]);
    assert.ok(error.message.includes(pin));
    assert.deepEqual([server.received, proxy.targets], [0, [new URL(server.url).host]]);
    let asked = 0;
    client.on("sslServerAuthentication", (event) => {
      asked++;
      event.accept = true;
    });
    for (let round = 0; round < 3; round++) assert.equal(await client.send(add()), "<QBXML/>");
    assert.equal(asked, 1);
  });

  it("a pin holds, and a wrong one refuses, for a name and for an address", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const proxy = await startProxy(t);
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `https://${host}:${server.port}`;
      assert.equal(await trusting(t, url, { proxy: proxy.url }).send(query()), "<QBXML/>");
      const wrong = clientOf(t, url, { proxy: proxy.url }, `SSLPin='${pinOf(makeCertificate())}'`);
      assert.equal((await failure(wrong.send(query()))).code, "QB_SERVER_CERTIFICATE");
    }
    assert.equal(server.requests.length, 2);
  });

  it("none is resumed after a refusal", async (t) => {
    const server = await startRawServer(t, answering, { ...TLS, maxVersion: "TLSv1.2" });
    const proxy = await startProxy(t);
    const client = clientOf(t, server.url, { proxy: proxy.url, connections: 1 });
    for (let round = 0; round < 4; round++)
      assert.match((await failure(client.send(query()))).message, /self-signed/);
  });

  it("a write that was lost behind it is unknown", async (t) => {
    const server = await startRawServer(t, (socket) => void socket.destroy(), TLS);
    const proxy = await startProxy(t);
    const error = await failure(trusting(t, server.url, { proxy: proxy.url }).send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
    assert.equal(server.requests.length, 1);
  });

  it("the proxy's own certificate is a matter of the system's trust", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const proxy = await startProxy(t, TLS);
    const error = await failure(trusting(t, server.url, { proxy: proxy.url }).send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_SERVER_CERTIFICATE", "not_applied"]);
    assert.match(error.message, /of a proxy is refused/);
    assert.deepEqual([proxy.targets, server.connections], [[], 0]);
  });
});
