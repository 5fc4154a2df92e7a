import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import express from "express";
import fastify from "fastify";
import { exchange, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { makeConnector } from "../support/running-connector.js";
import { ANSWER } from "../support/scripted-processor.js";

async function listening(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("attach serves below a path of an existing server, other routes stay, and can be taken off", async (t) => {
  const { connector, processor } = makeConnector(t);
  const server = createServer((request, response) => response.end(`own ${request.url}`));
  const detach = connector.attach(server, { path: "/quickbooks" });
  const url = await listening(t, server);
  assert.equal((await send(url, query(), { path: "/quickbooks" })).body, ANSWER);
  assert.equal((await send(url, query(), { path: "/quickbooks/" })).body, ANSWER);
  const opened = await exchange(url, { path: "/quickbooks/tickets" });
  assert.equal(opened.status, 201);
  const ticket = opened.json["ticket"] as string;
  assert.equal((await send(url, query(), { path: `/quickbooks/tickets/${ticket}` })).status, 200);
  assert.equal(
    (await exchange(url, { path: "/quickbooks/health", method: "GET", credentials: null })).status,
    200,
  );
  assert.equal((await exchange(url, { path: "/quickbooks/nothing" })).json.code, "QB_NOT_FOUND");
  for (const path of ["/", "/quickbookss", "/other/quickbooks"])
    assert.equal((await exchange(url, { method: "GET", path })).body, `own ${path}`);
  const calls = processor.calls.length;
  detach();
  detach();
  assert.equal((await send(url, query(), { path: "/quickbooks" })).body, "own /quickbooks");
  assert.equal(processor.calls.length, calls);
});

test("two connectors on one server can be taken off in any order", async (t) => {
  const one = makeConnector(t);
  const two = makeConnector(t);
  const server = createServer((_request, response) => response.end("own"));
  const detachOne = one.connector.attach(server, { path: "/one" });
  const detachTwo = two.connector.attach(server, { path: "/two" });
  const url = await listening(t, server);
  await send(url, query(), { path: "/one" });
  await send(url, query(), { path: "/two" });
  assert.deepEqual([one.processor.calls.length, two.processor.calls.length], [1, 1]);
  detachOne();
  assert.equal((await send(url, query(), { path: "/one" })).body, "own");
  assert.equal((await send(url, query(), { path: "/two" })).body, ANSWER);
  detachTwo();
  assert.equal((await send(url, query(), { path: "/two" })).body, "own");
});

test("attach at / takes every path", async (t) => {
  const { connector } = makeConnector(t);
  const server = createServer();
  connector.attach(server);
  const url = await listening(t, server);
  assert.equal((await send(url, query())).body, ANSWER);
  assert.equal((await exchange(url, { path: "/x" })).status, 404);
});

test("a client whose address is not allowed gets nothing through an existing server either", async (t) => {
  const { connector, processor } = makeConnector(t, { allowedClients: "10.0.0.1" });
  const server = createServer(connector.handler());
  const url = await listening(t, server);
  await assert.rejects(send(url, query()));
  await assert.rejects(send(url, query()));
  assert.equal(processor.calls.length, 0);
});

test("handler() serves below a path of an Express application", async (t) => {
  const { connector } = makeConnector(t);
  const app = express();
  app.use("/quickbooks", connector.handler());
  app.use(express.text({ type: "*/*" }));
  app.post("/own", (request, response) => void response.send(`own ${String(request.body)}`));
  const url = await listening(t, createServer(app));
  assert.equal((await send(url, query(), { path: "/quickbooks" })).body, ANSWER);
  assert.equal((await send(url, query(), { path: "/quickbooks/" })).body, ANSWER);
  assert.equal((await exchange(url, { path: "/quickbooks/health", method: "GET" })).json.status, "ok");
  assert.equal((await send(url, "body", { path: "/own" })).body, "own body");
});

test("behind a body parser the answer says that the connector must stand in front of it", async (t) => {
  const { connector } = makeConnector(t);
  const app = express();
  app.use(express.text({ type: "*/*" }));
  app.use("/quickbooks", connector.handler());
  const url = await listening(t, createServer(app));
  const { status, json } = await send(url, query(), { path: "/quickbooks" });
  assert.equal(status, 500);
  assert.match(json.detail ?? "", /in front of body parsers/);
});

test("handler() serves in Fastify with hijack and the raw request", async (t) => {
  const { connector } = makeConnector(t);
  const app = fastify();
  const handle = connector.handler();
  app.post("/", {
    onRequest: (request, reply) => {
      reply.hijack();
      handle(request.raw, reply.raw);
    },
    handler: () => {},
  });
  app.get("/own", () => "own");
  await app.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => app.close());
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  assert.equal((await send(url, query())).body, ANSWER);
  assert.equal((await exchange(url, { path: "/own", method: "GET" })).body, "own");
});

test("attach serves below a path of Fastify's server", async (t) => {
  const { connector } = makeConnector(t);
  const app = fastify();
  app.get("/own", () => "own");
  await app.ready();
  connector.attach(app.server, { path: "/quickbooks" });
  await app.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => app.close());
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  assert.equal((await send(url, query(), { path: "/quickbooks" })).body, ANSWER);
  assert.equal((await exchange(url, { path: "/own", method: "GET" })).body, "own");
});
