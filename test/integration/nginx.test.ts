import assert from "node:assert/strict";
import { test } from "node:test";
import { QBClient } from "qbconnector";
import { exchange, send } from "../support/http-exchange.js";
import { messageSet, query } from "../support/message-sets.js";
import { startNginx } from "../support/nginx.js";
import { startConnector } from "../support/running-connector.js";

test("behind nginx, below a path: requests, tickets, large bodies and refusals", async (t) => {
  const { port, processor } = await startConnector(t);
  const url = await startNginx(t, port);
  assert.equal((await exchange(url, { method: "GET", path: "/" })).body, "nginx itself");
  assert.equal((await send(url, query(), { path: "/quickbooks/" })).status, 200);
  const unauthorized = await send(url, query(), { path: "/quickbooks/", credentials: null });
  assert.deepEqual([unauthorized.status, unauthorized.json.code], [401, "QB_UNAUTHORIZED"]);
  const large = messageSet(
    `<CustomerQueryRq><FullName>${"x".repeat(3_000_000)}</FullName></CustomerQueryRq>`,
  );
  assert.equal((await send(url, large, { path: "/quickbooks/" })).status, 200);
  const ticket = (await exchange(url, { path: "/quickbooks/tickets" })).json["ticket"] as string;
  assert.equal((await send(url, query(), { path: `/quickbooks/tickets/${ticket}` })).status, 200);
  assert.equal(
    (await exchange(url, { method: "DELETE", path: `/quickbooks/tickets/${ticket}` })).status,
    204,
  );
  assert.equal(processor.calls.length, 3);
});

test("QBClient goes through nginx", async (t) => {
  const { port, processor } = await startConnector(t);
  const url = await startNginx(t, port);
  processor.otherwise = () => `<QBXML>${"ä".repeat(200_000)}</QBXML>`;
  const client = new QBClient(`URL='${url}/quickbooks' User='Foo' Password='Bar'`);
  t.after(() => client.close());
  assert.equal((await client.send(query())).length, 200_015);
  await client.openQBConnection();
  await client.send(query());
  await client.closeQBConnection();
  assert.equal(processor.sessions.length, 2);
});
