import assert from "node:assert/strict";
import { test } from "node:test";
import { QBClient, QBError } from "qbconnector";
import { send } from "../support/http-exchange.js";
import { add, query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { failing } from "../support/scripted-processor.js";

const RPC_CALL_FAILED = 0x800706be;
const OUT_OF_MEMORY = 0x8004040e;
const CANNOT_PARSE = 0x80040400;

test("a write with which QuickBooks died may have been done", async (t) => {
  const { url, processor } = await startConnector(t);
  for (const hresult of [RPC_CALL_FAILED, OUT_OF_MEMORY]) {
    processor.steps.push(failing(hresult));
    const { json } = await send(url, add());
    assert.deepEqual([json.outcome, json.retryable], ["unknown", false]);
  }
  assert.equal(processor.calls.length, 2);
});

test("a read with which QuickBooks died has done nothing", async (t) => {
  const { url, processor } = await startConnector(t);
  processor.steps.push(failing(RPC_CALL_FAILED), failing(RPC_CALL_FAILED));
  assert.equal((await send(url, query())).json.outcome, "not_applied");
});

test("a write that QuickBooks could not parse has not been done", async (t) => {
  const { url, processor } = await startConnector(t);
  processor.steps.push(failing(CANNOT_PARSE));
  assert.equal((await send(url, add())).json.outcome, "not_applied");
});

test("a write whose session could not even be opened has not been done", async (t) => {
  const { url, processor } = await startConnector(t);
  processor.openFailures.push(new Error("no road"));
  assert.equal((await send(url, add())).json.outcome, "not_applied");
});

test("errors that JSON or HTTP cannot carry, and a logger that throws, do not end the process", async (t) => {
  const broken = (): never => {
    throw new Error("the disk is full");
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const { url, processor } = await startConnector(t, { logger });
  processor.steps.push(() => {
    throw new QBError("QB_QUICKBOOKS_FAILED", "odd", { details: { big: 1n }, httpStatus: 0 });
  });
  assert.equal((await send(url, query())).status, 500);
  assert.equal((await send(url, query(), { credentials: "Foo:wrong" })).status, 401);
  assert.equal((await send(url, query())).status, 200);
});

test("a ticket in a path that does not exist stays out of log, event and answer", async (t) => {
  const { url, connector, log } = await startConnector(t);
  const told: string[] = [];
  connector.on("status", ({ message }) => told.push(message));
  const ticket = "27701da8-c793-40c7-a233-c8847fec7bb7";
  for (const rest of ["/", "?x=1"]) {
    const { status, body } = await send(url, query(), { path: `/tickets/${ticket}${rest}` });
    assert.equal(status, 404);
    told.push(body);
  }
  assert.ok(told.length >= 4);
  assert.ok(!JSON.stringify([told, log]).includes(ticket));
});

test("a client whose connection was idle for too long can open another", async (t) => {
  const { url, processor } = await startConnector(t, { limits: { ticketIdleMs: 20 } });
  await using client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`);
  await client.openQBConnection();
  while (processor.openSessions > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await assert.rejects(client.send(query()), { code: "QB_TICKET" });
  await client.openQBConnection();
  await client.send(query());
});

test("closing a client after it was destroyed is no error", async (t) => {
  const { url } = await startConnector(t);
  const client = new QBClient(`URL='${url}' User='Foo' Password='Bar'`);
  await client.send(query());
  await client.destroy();
  await client.close();
  await client.destroy();
});
