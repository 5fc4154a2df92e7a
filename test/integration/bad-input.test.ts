import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { exchange, RawConnection, rawRequest, send, type Exchange } from "../support/http-exchange.js";
import { messageSet, query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { gate } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const JUST: Readonly<Record<string, [status: number, code: string, options: Exchange]>> = {
  "no content type": [415, "QB_CONTENT_TYPE", { body: query(), headers: { "content-type": "" } }],
  "wrong content type": [
    415,
    "QB_CONTENT_TYPE",
    { body: query(), headers: { "content-type": "application/json" } },
  ],
  "a content type that only begins alike": [
    415,
    "QB_CONTENT_TYPE",
    { body: query(), headers: { "content-type": "text/xmlish" } },
  ],
  "unknown path": [404, "QB_NOT_FOUND", { path: "/nothing", body: query() }],
  "path with dots": [404, "QB_NOT_FOUND", { path: "/../", body: query() }],
  "unknown method": [405, "QB_METHOD_NOT_ALLOWED", { method: "PUT", body: query() }],
  "GET /": [405, "QB_METHOD_NOT_ALLOWED", { method: "GET" }],
  OPTIONS: [405, "QB_METHOD_NOT_ALLOWED", { method: "OPTIONS" }],
  "POST /health": [405, "QB_METHOD_NOT_ALLOWED", { path: "/health" }],
  "GET /tickets": [405, "QB_METHOD_NOT_ALLOWED", { path: "/tickets", method: "GET" }],
  "unknown encoding": [
    415,
    "QB_CONTENT_ENCODING",
    { body: query(), headers: { "content-encoding": "zstd" } },
  ],
  "two encodings": [
    415,
    "QB_CONTENT_ENCODING",
    { body: query(), headers: { "content-encoding": "gzip, gzip" } },
  ],
  "bad gzip": [415, "QB_CONTENT_ENCODING", { body: query(), headers: { "content-encoding": "gzip" } }],
  "truncated gzip": [
    415,
    "QB_CONTENT_ENCODING",
    { body: gzipSync(query()).subarray(0, -9), headers: { "content-encoding": "gzip" } },
  ],
  "bad br": [415, "QB_CONTENT_ENCODING", { body: query(), headers: { "content-encoding": "br" } }],
  "Idempotency-Key": [400, "QB_IDEMPOTENCY_KEY", { body: query(), headers: { "idempotency-key": "1" } }],
  "Idempotency-Key on a ticket": [
    400,
    "QB_IDEMPOTENCY_KEY",
    { path: "/tickets", headers: { "idempotency-key": "1" } },
  ],
  Origin: [403, "QB_ORIGIN_REFUSED", { body: query(), headers: { origin: "http://127.0.0.1" } }],
  "Origin null": [403, "QB_ORIGIN_REFUSED", { path: "/health", method: "GET", headers: { origin: "null" } }],
  "a deadline of 0": [400, "QB_HEADER_INVALID", { body: query(), headers: { "qb-deadline-ms": "0" } }],
  "a deadline beyond the limit": [
    400,
    "QB_HEADER_INVALID",
    { body: query(), headers: { "qb-deadline-ms": "600001" } },
  ],
  "a negative deadline": [400, "QB_HEADER_INVALID", { body: query(), headers: { "qb-deadline-ms": "-1" } }],
  "a deadline in words": [400, "QB_HEADER_INVALID", { body: query(), headers: { "qb-deadline-ms": "soon" } }],
  "no credentials": [401, "QB_UNAUTHORIZED", { body: query(), credentials: null }],
};

test("bad requests get their status and a problem document with advice", async (t) => {
  const { url, processor } = await startConnector(t);
  for (const [name, [status, code, options]] of Object.entries(JUST)) {
    const answer = await exchange(url, options);
    assert.deepEqual([answer.status, answer.json.code], [status, code], name);
    assert.equal(answer.headers["content-type"], "application/problem+json", name);
    assert.equal(answer.json.status, status, name);
    assert.equal(answer.json["type"], `urn:qbconnector:error:${code}`, name);
    assert.ok((answer.json.advice ?? "").length > 10, name);
    assert.equal(answer.json.outcome, "not_applied", name);
    if (status === 405) assert.ok(answer.headers.allow, name);
    if (status === 401) assert.match(answer.headers["www-authenticate"] ?? "", /^Basic realm=/);
  }
  assert.equal(processor.sessions.length, 0);
});

test("gzip, deflate and br bodies are unpacked", async (t) => {
  const { url, processor } = await startConnector(t);
  const large = messageSet(`<CustomerQueryRq><FullName>${"x".repeat(500_000)}</FullName></CustomerQueryRq>`);
  for (const document of [query(), large])
    for (const [encoding, pack] of Object.entries({
      gzip: gzipSync,
      "x-gzip": gzipSync,
      deflate: deflateSync,
      br: brotliCompressSync,
    })) {
      const { status, body } = await send(url, pack(document), { headers: { "content-encoding": encoding } });
      assert.equal(status, 200, `${encoding} ${body}`);
    }
  assert.equal(new Set(processor.calls.map(({ set }) => set.text)).size, 2);
});

test("after a refusal the kept connection takes the next request", async (t) => {
  const { port } = await startConnector(t, { limits: { requestBytes: 150_000 } });
  const raw = new RawConnection(port);
  t.after(() => raw.socket.destroy());
  const garbage = "x".repeat(140_000);
  raw.write(rawRequest(garbage.slice(0, 70_000), { "Content-Encoding": "gzip", "Content-Length": "140000" }));
  await until(() => raw.answers === 1, "the refusal arrived");
  raw.write(garbage.slice(70_000));
  raw.write(rawRequest(query()));
  await until(() => raw.answers === 2, "the next answer arrived");
  assert.match(raw.received, /^HTTP\/1\.1 415[^]*HTTP\/1\.1 200/);
});

/** Sends bytes and waits for the end of the connection. */
async function rawAnswer(port: number, bytes: string, end = false): Promise<string> {
  const raw = new RawConnection(port);
  raw.write(bytes);
  if (end) raw.socket.end();
  await until(() => raw.closed, "the connection ended");
  return raw.received;
}

test("what is not HTTP gets 400 with a problem document", async (t) => {
  const { port } = await startConnector(t);
  for (const bytes of [
    "hello\r\n\r\n",
    "POST / HTTP/9.9\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
  ]) {
    const answer = await rawAnswer(port, bytes);
    assert.match(answer, /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*QB_HTTP_MALFORMED/, bytes);
  }
});

test("headers beyond limits.headerBytes get 431, headers that do not arrive 408", async (t) => {
  const { port } = await startConnector(t, { limits: { headerBytes: 8192, headerMs: 1000 } });
  const large = await rawAnswer(port, rawRequest(query(), { "X-Large": "x".repeat(10_000) }));
  assert.match(large, /^HTTP\/1\.1 431 [^]*QB_HEADERS_TOO_LARGE/);
  assert.match(await rawAnswer(port, "POST / HTTP/1.1\r\nHost:"), /^HTTP\/1\.1 408 /);
});

test("a body that pauses for longer than timeout gets 408; one that is merely slow is taken", async (t) => {
  const { port, processor } = await startConnector(t, { timeout: 2 });
  const slow = new RawConnection(port);
  t.after(() => slow.socket.destroy());
  const bytes = rawRequest(query());
  const piece = Math.ceil(bytes.length / 5);
  for (let start = 0; start < bytes.length; start += piece) {
    slow.write(bytes.slice(start, start + piece));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await until(() => slow.answers === 1, "the slow client has its answer");
  assert.match(slow.received, /^HTTP\/1\.1 200/);
  assert.match(await rawAnswer(port, bytes.slice(0, -5)), /^HTTP\/1\.1 408 /);
  assert.equal(processor.calls.length, 1);
});

test("timeout does not count while QuickBooks works", async (t) => {
  const { url, processor } = await startConnector(t, { timeout: 1 });
  const { step, open } = gate();
  processor.steps.push(step);
  const timer = setTimeout(open, 8_000);
  t.after(() => clearTimeout(timer));
  assert.equal((await send(url, query())).status, 200);
});

test("the target may be in absolute form, as proxies send it", async (t) => {
  const { port } = await startConnector(t);
  const raw = new RawConnection(port);
  t.after(() => raw.socket.destroy());
  raw.write(rawRequest(query(), {}, `POST http://127.0.0.1:${port}/`));
  await until(() => raw.answers === 1, "the answer arrived");
  assert.match(raw.received, /^HTTP\/1\.1 200/);
});

test("connections at work do not give way: beyond limits.connections of them others are dropped", async (t) => {
  const { connector, port, url, processor } = await startConnector(t, { limits: { connections: 2 } });
  let answer: (text: string) => void = () => {};
  const held = new Promise<string>((resolve) => (answer = resolve));
  processor.steps.push(() => held);
  let requests = 0;
  connector.on("request", () => void requests++);
  const busy = [new RawConnection(port), new RawConnection(port)];
  t.after(() => busy.forEach(({ socket }) => socket.destroy()));
  for (const raw of busy) raw.write(rawRequest(query()));
  await until(() => requests === 2, "one is at QuickBooks, one waits for it");
  await assert.rejects(send(url, query()));
  answer("<QBXML/>");
  await until(() => busy.every(({ answers }) => answers === 1), "both are answered");
  assert.equal((await send(url, query())).status, 200, "an idle one gave way");
});

test("when connections are full, the one that has longest not shown who it is gives way", async (t) => {
  const { port, url, log } = await startConnector(t, { limits: { connections: 3 } });
  const connect = async (bytes: string): Promise<RawConnection> => {
    const raw = new RawConnection(port);
    t.after(() => raw.socket.destroy());
    raw.write(bytes);
    await until(() => raw.answers === 1, "it is answered");
    return raw;
  };
  const known = await connect(rawRequest("", {}, "GET /health"));
  const strangers = [await connect("GET /health HTTP/1.1\r\nHost: connector\r\n\r\n")];
  strangers.push(await connect("GET /health HTTP/1.1\r\nHost: connector\r\n\r\n"));
  assert.equal((await send(url, query())).status, 200);
  await until(() => strangers[0]?.closed === true, "the first stranger was ended");
  assert.deepEqual([known.closed, strangers[1]?.closed], [false, false]);
  assert.ok(log.some(({ message }) => message === "all 3 connections are taken"));
});

test("a flood of connections pushes out its own, and is told of once", async (t) => {
  const { port, url, log } = await startConnector(t, { limits: { connections: 20 } });
  const honest = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
  t.after(() => honest.destroy());
  let answer = "";
  honest.setEncoding("latin1").on("data", (text: string) => (answer += text));
  await once(honest, "connect");
  const flood = Array.from({ length: 60 }, () => new RawConnection(port));
  t.after(() => flood.forEach(({ socket }) => socket.destroy()));
  await until(() => flood.filter(({ closed }) => closed).length === 41, "of 60 all but 19 were ended");
  honest.write(rawRequest(query()));
  await until(() => answer.includes("HTTP/1.1 200"), "the honest client, who was first, is served");
  assert.equal((await send(url, query())).status, 200);
  assert.equal(log.filter(({ message }) => message === "all 20 connections are taken").length, 1);
});
