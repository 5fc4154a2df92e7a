import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { QBClient, QBError, type QBClientOptions } from "qbconnector";
import { add, query } from "../support/message-sets.js";
import { allCut, httpAnswer, startRawServer, XML_ANSWER } from "../support/raw-server.js";
import { recordingLogger, startConnector, type LogLine } from "../support/running-connector.js";
import { ANSWER, gate, ScriptedProcessor } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

function clientOf(t: TestContext, url: string, options: QBClientOptions = {}): QBClient {
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`, options);
  t.after(() => client.destroy());
  return client;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, inspect(error));
    return error.code;
  }
  return assert.fail("the call did not fail");
}

describe("connections of a client", () => {
  it("are used again, and no more than allowed are made", async (t) => {
    const server = await startRawServer(t, (socket) => setImmediate(() => socket.write(XML_ANSWER)));
    const client = clientOf(t, server.url, { connections: 2 });
    for (let round = 0; round < 5; round++) await client.send(query());
    assert.ok(server.connections <= 2, "a connection for each call");
    await Promise.all(Array.from({ length: 20 }, () => client.send(query())));
    assert.deepEqual([server.connections, server.requests.length], [2, 25]);
  });

  it("the path of the URL stands in front, with and without slash", async (t) => {
    const server = await startRawServer(t, (socket) => socket.write(XML_ANSWER));
    for (const path of ["", "/", "/qb", "/qb/", "/a/b"]) await clientOf(t, server.url + path).send(query());
    const paths = server.requests.map(({ head }) => head.split(" ")[1]);
    assert.deepEqual(paths, ["/", "/", "/qb/", "/qb/", "/a/b/"]);
  });

  it("go through a proxy, which alone is reached", async (t) => {
    const { url } = await startConnector(t);
    const targets: string[] = [];
    const proxy = createServer().on("connect", (request: IncomingMessage, socket, head: Buffer) => {
      targets.push(request.url ?? "");
      const [host, port] = (request.url ?? "").split(":");
      const onward = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy()).on("close", () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => proxy.close());
    const client = clientOf(t, url, {
      connections: 1,
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });
    assert.equal(await client.send(query()), ANSWER);
    assert.equal(await client.send(query()), ANSWER);
    assert.deepEqual(targets, [new URL(url).host]);
    await client.close();
  });

  for (const [status, retryable, advice] of [
    [407, false, /USER:PASSWORD@HOST:PORT/],
    [403, false, /have the proxy allow/],
    [502, true, /the proxy can reach/],
  ] as const)
    for (const scheme of ["http", "https"])
      it(`${scheme}: a proxy that refuses is named with its status ${status}: nothing was sent`, async (t) => {
        const proxy = await startRawServer(t, (socket) => socket.end(httpAnswer(status, {}, "no")));
        const to = `http://Jim:hidden@127.0.0.1:${proxy.port}`;
        const client = clientOf(t, `${scheme}://127.0.0.1:9`, { proxy: to });
        const error: unknown = await client.send(add()).catch((caught: unknown) => caught);
        assert.ok(error instanceof QBError);
        const { code, outcome, httpStatus } = error;
        assert.deepEqual([code, outcome, httpStatus], ["QB_UNREACHABLE", "not_applied", status]);
        assert.equal(error.retryable, retryable);
        assert.ok(error.message.includes(`the proxy ${proxy.url} `), error.message);
        assert.match(error.message, new RegExp(`HTTP ${status}`));
        assert.match(error.advice, advice);
        assert.doesNotMatch(inspect(error), /hidden/);
      });
});

describe("the persistent connection", () => {
  it("is opened once, used by every call, closed once", async (t) => {
    const { url, processor } = await startConnector(t);
    const client = clientOf(t, url);
    await Promise.all([client.openQBConnection(), client.openQBConnection()]);
    assert.match(client.qbConnectionString, /Ticket='\*\*\*'/);
    await client.send(query("1"));
    await client.send(query("2"));
    assert.equal(processor.sessions.length, 1);
    await client.closeQBConnection();
    await client.closeQBConnection();
    assert.equal(processor.openSessions, 0);
    assert.doesNotMatch(client.qbConnectionString, /Ticket/);
  });

  it("is gone after the connector's restart, and can be opened anew", async (t) => {
    const { url, connector, port } = await startConnector(t);
    const client = clientOf(t, url);
    await client.openQBConnection();
    await connector.destroy();
    connector.localPort = port;
    await connector.listen();
    assert.equal(await codeOf(client.send(query())), "QB_TICKET");
    await client.closeQBConnection();
    await client.openQBConnection();
    assert.equal(await client.send(query()), ANSWER);
  });

  it("is closed with the client, after the calls that use it", async (t) => {
    const { url, processor } = await startConnector(t);
    const client = clientOf(t, url);
    await client.openQBConnection();
    const first = gate();
    processor.steps.push(first.step);
    const calls = [client.send(query("1")), client.send(query("2"))];
    await processor.reached(1);
    const closing = client.close();
    assert.equal(await codeOf(client.send(query("3"))), "QB_CLOSED");
    first.open();
    assert.deepEqual(await Promise.all(calls), [ANSWER, ANSWER]);
    await Promise.all([closing, client.close()]);
    assert.equal(processor.openSessions, 0);
  });

  it("is closed when another connection string is set", async (t) => {
    const { url, processor } = await startConnector(t);
    const client = clientOf(t, url);
    await client.openQBConnection();
    client.qbConnectionString = `URL='${url}/' User='Foo' Password='Bar'`;
    await until(() => processor.openSessions === 0, "the old connection was closed");
  });
});

describe("the connection string of a client", () => {
  it("is locked while a call runs; then a new URL is used", async (t) => {
    const old = await startRawServer(t, () => {});
    const next = await startRawServer(t, (socket) => socket.write(XML_ANSWER));
    const client = clientOf(t, old.url);
    const running = client.send(query()).catch(() => "cut");
    await until(() => old.requests.length === 1, "the call arrived");
    const change = (): string => (client.qbConnectionString = `URL='${next.url}' User='A' Password='B'`);
    assert.throws(change, (error) => error instanceof QBError && error.code === "QB_PROPERTY_LOCKED");
    for (const socket of old.sockets) socket.destroy();
    await until(() => old.requests.length === 2, "the read was sent again");
    for (const socket of old.sockets) socket.destroy();
    assert.equal(await running, "cut");
    change();
    assert.equal(await client.send(query()), "<QBXML/>");
    assert.equal(next.requests.length, 1);
  });

  it("never shows its secrets", async (t) => {
    const password = "s3cr3t-Passw0rd";
    const { url } = await startConnector(t, { authorizedUsers: [{ user: "Foo", password }] });
    const client = new QBClient(`URL='${url}' User='Foo' Password='${password}'`);
    t.after(() => client.destroy());
    await client.openQBConnection();
    const shown = [
      inspect(client, { depth: 20, showHidden: true }),
      JSON.stringify(client),
      client.qbConnectionString,
    ].join("\n");
    assert.ok(
      !shown.includes(password) && !shown.includes(Buffer.from(`Foo:${password}`).toString("base64")),
    );
    assert.doesNotMatch(shown, /[0-9a-f]{8}-[0-9a-f]{4}-/, "the ticket is shown");
  });
});

describe("the end of a client", () => {
  it("close waits for running calls; after it every call is refused", async (t) => {
    const { url, processor } = await startConnector(t);
    const client = clientOf(t, url);
    const first = gate();
    processor.steps.push(first.step);
    const running = client.send(add());
    await processor.reached(1);
    let closed = false;
    const closing = client.close().then(() => (closed = true));
    assert.equal(await codeOf(client.send(query())), "QB_CLOSED");
    assert.equal(await codeOf(client.openQBConnection()), "QB_CLOSED");
    assert.throws(() => (client.qbConnectionString = ""), { code: "QB_CLOSED" });
    assert.equal(closed, false);
    first.open();
    assert.equal(await running, ANSWER);
    await closing;
    await client.close();
    await client.destroy();
  });

  it("await using closes it", async (t) => {
    const { url, processor } = await startConnector(t);
    {
      await using client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`);
      await client.openQBConnection();
      assert.equal(processor.openSessions, 1);
    }
    assert.equal(processor.openSessions, 0);
  });
});

describe("answers as a stream", () => {
  const SIZE = 50 * 1024 * 1024;

  it("50 MB arrive whole, packed, and no faster than they are read", async (t) => {
    const { url, processor } = await startConnector(t);
    processor.otherwise = () => Buffer.alloc(SIZE, "<a>0123456789</a>\n");
    const client = clientOf(t, url);
    const stream = await client.sendStream(query());
    await until(() => stream.readableLength > 0, "the first bytes arrived");
    assert.ok(stream.readableLength < 4 * 1024 * 1024, "the answer piles up");
    let size = 0;
    for await (const chunk of stream) size += (chunk as Buffer).length;
    assert.equal(size, SIZE);
  });

  it("one that is abandoned, read or unread, leaves no connection behind", async (t) => {
    const body = Buffer.alloc(1024 * 1024, 0x20);
    const server = await startRawServer(t, (socket) => {
      socket.write(httpAnswer(200, { "content-type": "text/xml", "content-length": "99999999" }, body));
    });
    const client = clientOf(t, server.url);
    (await client.sendStream(query())).destroy();
    for await (const _chunk of await client.sendStream(query())) break;
    await until(() => allCut(server), "the connections were closed");
  });

  it("one that is cut ends with a QBError, never as if it were whole", async (t) => {
    const start = httpAnswer(200, { "content-type": "text/xml", "content-length": "100" }, "<QBXML>");
    const server = await startRawServer(t, (socket) => socket.end(start));
    const client = clientOf(t, server.url);
    for (const [qbxml, outcome] of [
      [query(), "not_applied"],
      [add(), "unknown"],
    ] as const) {
      const error: unknown = await buffer(await client.sendStream(qbxml)).catch((caught: unknown) => caught);
      assert.ok(error instanceof QBError, inspect(error));
      assert.deepEqual([error.code, error.outcome], ["QB_CONNECTION_LOST", outcome]);
    }
  });

  it("the caller's signal ends it", async (t) => {
    const start = httpAnswer(200, { "content-type": "text/xml", "content-length": "100" }, "<QBXML>");
    const server = await startRawServer(t, (socket) => socket.write(start));
    const controller = new AbortController();
    const stream: Readable = await clientOf(t, server.url).sendStream(query(), { signal: controller.signal });
    const end = codeOf(buffer(stream));
    controller.abort();
    assert.equal(await end, "QB_ABORTED");
  });
});

describe("a client without URL", () => {
  it("uses the processor that it was given, with the settings of its string", async () => {
    const processor = new ScriptedProcessor();
    const client = new QBClient("CompanyFile='C:\\Books\\A.qbw' ApplicationName='Mine'", {
      quickbooks: processor,
    });
    await client.openQBConnection();
    assert.equal(await client.send(query("1")), ANSWER);
    assert.equal((await buffer(await client.sendStream(query("2")))).toString(), ANSWER);
    assert.deepEqual([processor.order, processor.sessions.length], [["1", "2"], 1]);
    const { companyFile, applicationName } = processor.sessions[0]?.settings ?? {};
    assert.deepEqual([companyFile, applicationName], ["C:\\Books\\A.qbw", "Mine"]);
    assert.equal(await codeOf(client.send("no XML")), "QB_XML_MALFORMED");
    await client.close();
    assert.equal(processor.openSessions, 0);
    assert.equal(await codeOf(client.send(query())), "QB_CLOSED");
  });

  const reason = process.platform === "win32" ? "on Windows there is a road" : false;
  it("says so when there is no road, and what would be one", { skip: reason }, async () => {
    const log: LogLine[] = [];
    await using client = new QBClient("", { logger: recordingLogger(log) });
    for (const call of [() => client.send(query()), () => client.openQBConnection()]) {
      const error = await call().catch((caught: unknown) => caught);
      assert.ok(error instanceof QBError);
      assert.equal(error.code, "QB_NO_ROAD");
      for (const part of [/Windows/, /URL/, /quickbooks/])
        assert.match(`${error.message} ${error.advice}`, part);
    }
    await client.close();
    assert.deepEqual(log, []);
  });

  it("destroy answers the running call", async () => {
    const processor = new ScriptedProcessor();
    processor.otherwise = gate().step;
    const client = new QBClient("", { quickbooks: processor });
    const running = client.send(add()).catch((caught: unknown) => caught);
    await processor.reached(1);
    await client.destroy();
    const error = await running;
    assert.ok(error instanceof QBError);
    assert.deepEqual([error.code, error.outcome], ["QB_CLOSED", "unknown"]);
  });
});

it("a signal that is none is refused before anything is sent", async (t) => {
  const server = await startRawServer(t, (socket) => socket.write(XML_ANSWER));
  const client = clientOf(t, server.url);
  for (const signal of [{}, null, "now"] as unknown as AbortSignal[]) {
    const refused = { code: "QB_INVALID_ARGUMENT", message: "signal must be an AbortSignal" };
    await assert.rejects(client.send(query(), { signal }), refused);
    await assert.rejects(client.request("HostQuery", {}, { signal }), refused);
  }
  assert.equal(server.requests.length, 0);
});
