import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import {
  QBClient,
  QBError,
  type DispatchedRequest,
  type QBClientOptions,
  type RequestDispatcher,
} from "qbconnector";
import { Agent, MockAgent } from "undici";
import { encoded, makeCertificate, pinOf } from "../support/certificates.js";
import { add, query } from "../support/message-sets.js";
import { allCut, httpAnswer, startRawServer, XML_ANSWER, type Reply } from "../support/raw-server.js";
import { startConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const certificate = makeCertificate();
const TLS = { key: certificate.key, cert: certificate.cert };
const answering: Reply = (socket) => void socket.write(XML_ANSWER);

function agentOf(t: TestContext, options: Agent.Options = {}): Agent {
  const agent = new Agent(options);
  t.after(() => agent.destroy());
  return agent;
}

function clientOf(t: TestContext, url: string, options: QBClientOptions): QBClient {
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`, options);
  t.after(() => client.destroy());
  return client;
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  const error: unknown = await call.then(
    () => assert.fail("the call did not fail"),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof QBError, inspect(error));
  return error;
}

describe("a dispatcher of the program's own", () => {
  it("sends every kind of call, and is left open", async (t) => {
    const { url, processor } = await startConnector(t);
    const dispatcher = agentOf(t);
    const client = clientOf(t, url, { dispatcher });
    assert.equal(await client.send(query()), ANSWER);
    assert.equal((await buffer(await client.sendStream(query()))).toString(), ANSWER);
    await client.openQBConnection();
    await client.send(add());
    await client.close();
    assert.equal(processor.openSessions, 0);
    assert.deepEqual([dispatcher.closed, dispatcher.destroyed], [false, false]);
    const { statusCode } = await dispatcher.request({ origin: url, path: "/health", method: "GET" });
    assert.equal(statusCode, 200);
  });

  it("is used as it is: with a MockAgent nothing leaves the process", async (t) => {
    const dispatcher = new MockAgent();
    t.after(() => dispatcher.close());
    dispatcher.disableNetConnect();
    dispatcher
      .get("http://books.example")
      .intercept({ path: "/", method: "POST", headers: { authorization: /^Basic / } })
      .reply(200, "<QBXML/>", { headers: { "content-type": "text/xml" } });
    assert.equal(await clientOf(t, "http://books.example", { dispatcher }).send(query()), "<QBXML/>");
  });

  it("gets the request with no limit of time but that of the call", async (t) => {
    const requests: DispatchedRequest[] = [];
    const dispatcher: RequestDispatcher = {
      request: (request) => {
        requests.push(request);
        return Promise.reject(Object.assign(new Error("?"), { code: "ECONNREFUSED" }));
      },
    };
    await failure(clientOf(t, "http://x/qb", { dispatcher }).send(query(), { deadlineMs: 700 }));
    const [{ signal, headers, ...request } = assert.fail("nothing was sent")] = requests;
    assert.ok(signal instanceof AbortSignal && headers.includes("qb-deadline-ms"));
    assert.deepEqual(request, {
      origin: "http://x",
      path: "/qb/",
      method: "POST",
      body: query(),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  });

  it("that never connected: certainly nothing was sent", async (t) => {
    const server = await startRawServer(t, answering);
    await server.close();
    const dispatcher = agentOf(t);
    for (const url of [server.url, `http://localhost:${server.port}`, "http://nonexistent.invalid"]) {
      const error = await failure(clientOf(t, url, { dispatcher }).send(add()));
      assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_UNREACHABLE", "not_applied", true]);
    }
  });

  it("that lost the connection: a write is unknown, and nothing is sent again", async (t) => {
    const server = await startRawServer(t, (socket) => void socket.end());
    const client = clientOf(t, server.url, { dispatcher: agentOf(t) });
    const write = await failure(client.send(add()));
    assert.deepEqual([write.code, write.outcome, write.retryable], ["QB_CONNECTION_LOST", "unknown", false]);
    const read = await failure(client.send(query()));
    assert.deepEqual([read.code, read.outcome, read.retryable], ["QB_CONNECTION_LOST", "not_applied", true]);
    assert.equal(server.requests.length, 2);
  });

  it("that fails with what nobody knows: a write is unknown", async (t) => {
    for (const reason of [
      new Error("?"),
      Object.assign(new Error("?"), { code: "EHOSTUNREACH" }),
      undefined,
    ]) {
      const dispatcher: RequestDispatcher = { request: () => Promise.reject(reason as Error) };
      const error = await failure(clientOf(t, "http://x", { dispatcher }).send(add()));
      assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
    }
  });

  it("that throws at once: a write is unknown", async (t) => {
    const dispatcher: RequestDispatcher = {
      request: () => {
        throw new Error("?");
      },
    };
    assert.equal((await failure(clientOf(t, "http://x", { dispatcher }).send(add()))).outcome, "unknown");
  });

  it("that breaks off in the answer", async (t) => {
    const head = httpAnswer(200, { "content-type": "text/xml", "content-length": "100" }, "<QBXML>");
    const server = await startRawServer(t, (socket) => void socket.end(head));
    const client = clientOf(t, server.url, { dispatcher: agentOf(t) });
    for (const call of [client.send(add()), client.sendStream(add()).then(buffer)]) {
      const error = await failure(call);
      assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", "unknown"]);
    }
  });

  for (const [what, end] of [
    ["signal", (_: QBClient, controller: AbortController) => controller.abort()],
    ["destroy", (client: QBClient) => void client.destroy()],
  ] as const) {
    it(`${what} ends a call that runs, and cuts its connection`, async (t) => {
      const server = await startRawServer(t, () => {});
      const dispatcher = agentOf(t);
      const client = clientOf(t, server.url, { dispatcher });
      const controller = new AbortController();
      const call = failure(client.send(add(), { signal: controller.signal }));
      await until(() => server.requests.length === 1, "the call arrived");
      end(client, controller);
      const error = await call;
      assert.deepEqual(
        [error.code, error.outcome],
        [what === "signal" ? "QB_ABORTED" : "QB_CLOSED", "unknown"],
      );
      await until(() => allCut(server), "the connection was cut");
      assert.equal(dispatcher.destroyed, false);
    });

    it(`${what} ends a call of a dispatcher that does not listen`, async (t) => {
      const dispatcher: RequestDispatcher = { request: () => new Promise(() => {}) };
      const client = clientOf(t, "http://x", { dispatcher });
      const controller = new AbortController();
      const call = failure(client.send(query(), { signal: controller.signal }));
      end(client, controller);
      assert.equal((await call).code, what === "signal" ? "QB_ABORTED" : "QB_CLOSED");
    });
  }

  it("destroy ends an answer that is being read", async (t) => {
    const head = httpAnswer(200, { "content-type": "text/xml", "content-length": "100" }, "<QBXML>");
    const server = await startRawServer(t, (socket) => void socket.write(head));
    const client = clientOf(t, server.url, { dispatcher: agentOf(t) });
    const stream = await client.sendStream(add());
    const end = failure(buffer(stream));
    await client.destroy();
    assert.deepEqual([(await end).code, (await end).outcome], ["QB_CLOSED", "unknown"]);
  });
});

describe("a dispatcher and https:", () => {
  const dispatcher: RequestDispatcher = { request: () => assert.fail("it was used") };
  const pin = `SSLPin='${pinOf(certificate)}'`;
  const accepted = `SSLAcceptServerCert='${encoded(certificate)}'`;

  for (const [text, options, why] of [
    ["URL='https://x'", { dispatcher }, /could not be judged on its connections/],
    ["URL='HTTPS://x'", { dispatcher, trustDispatcher: false }, /could not be judged/],
    [`URL='https://x' ${pin}`, { dispatcher, trustDispatcher: true }, /SSLPin cannot be checked/],
    [`URL='https://x' ${accepted}`, { dispatcher, trustDispatcher: true }, /SSLAcceptServerCert cannot be/],
    ["URL='http://x'", { dispatcher, proxy: "http://y" }, /proxy, connections and clientCertificate/],
    ["URL='http://x'", { dispatcher, connections: 2 }, /proxy, connections and clientCertificate/],
    ["URL='http://x'", { trustDispatcher: true }, /which is missing/],
    ["URL='http://x'", { dispatcher, trustDispatcher: "yes" }, /must be true or false/],
    ["URL='http://x'", { dispatcher: {} }, /must be an undici dispatcher/],
    ["URL='http://x'", { dispatcher: null }, /must be an undici dispatcher/],
  ] as [string, QBClientOptions, RegExp][]) {
    it(`refused: ${text.slice(0, 24)} with ${Object.keys(options).join(", ")}: ${why.source}`, () => {
      assert.throws(
        () => new QBClient(text, options),
        (error) =>
          error instanceof QBError && error.code === "QB_INVALID_ARGUMENT" && why.test(error.message),
      );
    });
  }

  it("another connection string is refused likewise, and the old one stays", async () => {
    await using client = new QBClient("URL='http://x'", { dispatcher });
    assert.throws(() => (client.qbConnectionString = "URL='https://x'"), { code: "QB_INVALID_ARGUMENT" });
    assert.equal(client.qbConnectionString, "URL='http://x'");
  });

  it("one that is trusted judges by itself", async (t) => {
    const server = await startRawServer(t, answering, TLS);
    const knows = agentOf(t, { connect: { ca: certificate.cert } });
    const client = clientOf(t, server.url, { dispatcher: knows, trustDispatcher: true });
    assert.equal(await client.send(query()), "<QBXML/>");
    const received = server.received;
    const strict = clientOf(t, server.url, { dispatcher: agentOf(t), trustDispatcher: true });
    const error = await failure(strict.send(add()));
    assert.deepEqual([error.code, error.outcome], ["QB_SERVER_CERTIFICATE", "not_applied"]);
    assert.equal(server.received, received);
  });
});
