import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { failing, gate } from "../support/scripted-processor.js";

async function quickBooksState(url: string): Promise<string> {
  const { json } = await exchange(url, { path: "/health", method: "GET" });
  return (json["quickbooks"] as { state: string }).state;
}

test("health tells strangers only that the connector lives", async (t) => {
  const { url } = await startConnector(t);
  const { json } = await exchange(url, { path: "/health", method: "GET", credentials: null });
  assert.deepEqual(json, { status: "ok" });
});

test("health tells users whether QuickBooks lives", async (t) => {
  const { url, processor } = await startConnector(t);
  assert.equal(await quickBooksState(url), "untried");
  processor.steps.push(failing(0x80040408));
  assert.equal((await send(url, query())).status, 503);
  assert.equal(await quickBooksState(url), "failing");
  assert.equal((await send(url, query())).status, 200);
  assert.equal(await quickBooksState(url), "ok");
});

test("a refused request does not make QuickBooks look broken", async (t) => {
  const { url, processor } = await startConnector(t);
  processor.steps.push(failing(0x80040400));
  assert.equal((await send(url, query())).status, 422);
  assert.equal(await quickBooksState(url), "ok");
});

test("a QuickBooks that does not answer in time is failing", async (t) => {
  const { url, processor } = await startConnector(t);
  const { step, open } = gate();
  processor.steps.push(step);
  const late = await send(url, query(), { headers: { "qb-deadline-ms": "50" } });
  assert.equal(late.status, 504);
  assert.equal(await quickBooksState(url), "failing");
  open();
});
