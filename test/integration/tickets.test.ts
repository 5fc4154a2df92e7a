import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange, send, type Answer } from "../support/http-exchange.js";
import { add, messageSet, query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { gate } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const USERS = [
  { user: "Foo", password: "Bar", qbConnectionString: "ApplicationName='App A' CompanyFile='C:\\A.qbw'" },
  { user: "Ann", password: "Bar", qbConnectionString: "ApplicationName='App B' CompanyFile='C:\\A.qbw'" },
  { user: "Ben", password: "Bar", qbConnectionString: "ApplicationName='App B' CompanyFile='C:\\B.qbw'" },
];

async function open(url: string, credentials = "Foo:Bar", settings?: string): Promise<string> {
  const headers = settings === undefined ? {} : { "qb-settings": settings };
  const { status, json, headers: answered } = await exchange(url, { path: "/tickets", credentials, headers });
  assert.equal(status, 201);
  assert.equal(answered.location, `/tickets/${String(json["ticket"])}`);
  return json["ticket"] as string;
}

function use(
  url: string,
  ticket: string,
  body = query(),
  credentials = "Foo:Bar",
  settings?: string,
): Promise<Answer> {
  const headers = settings === undefined ? {} : { "qb-settings": settings };
  return send(url, body, { path: `/tickets/${ticket}`, credentials, headers });
}

function close(url: string, ticket: string, credentials = "Foo:Bar"): Promise<Answer> {
  return exchange(url, { method: "DELETE", path: `/tickets/${ticket}`, credentials });
}

test("a ticket keeps one session for its requests until it is closed", async (t) => {
  const { url, processor } = await startConnector(t);
  const ticket = await open(url);
  assert.equal((await use(url, ticket)).status, 200);
  assert.equal((await use(url, ticket, add())).status, 200);
  assert.deepEqual(
    processor.calls.map(({ session }) => session),
    [0, 0],
  );
  assert.equal((await close(url, ticket)).status, 204);
  assert.equal(processor.openSessions, 0);
  assert.equal((await close(url, ticket)).status, 204);
  const gone = await use(url, ticket);
  assert.deepEqual([gone.status, gone.json.code], [404, "QB_TICKET"]);
  assert.equal(processor.calls.length, 2);
});

test("a ticket is bound to its user", async (t) => {
  const { url, processor } = await startConnector(t, { authorizedUsers: USERS });
  const ticket = await open(url);
  assert.equal((await use(url, ticket, query(), "Ann:Bar")).json.code, "QB_TICKET");
  assert.equal((await close(url, ticket, "Ann:Bar")).json.code, "QB_TICKET");
  assert.equal(
    (await exchange(url, { method: "DELETE", path: `/tickets/${ticket}`, credentials: null })).status,
    401,
  );
  assert.equal(processor.calls.length, 0);
  assert.equal((await use(url, ticket)).status, 200);
});

test("an idle ticket dies and its session is closed; one in use does not, even while it waits", async (t) => {
  const { url, processor } = await startConnector(t, { limits: { ticketIdleMs: 1000 } });
  const idle = await open(url);
  await until(() => processor.openSessions === 0, "the idle session was closed");
  assert.equal((await use(url, idle)).json.code, "QB_TICKET");
  const busy = await open(url);
  const { step, open: end } = gate();
  processor.steps.push(step);
  const running = use(url, busy);
  await processor.reached(1);
  const behind = use(url, busy);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  end();
  assert.deepEqual([(await running).status, (await behind).status], [200, 200]);
  await until(() => processor.openSessions === 0, "it died when it was idle");
});

test("tickets with equal settings share one session, which ends with the last of them", async (t) => {
  const { url, processor } = await startConnector(t);
  const one = await open(url);
  const two = await open(url);
  assert.equal(processor.sessions.length, 1);
  await close(url, one);
  assert.equal(processor.openSessions, 1);
  assert.equal((await use(url, two)).status, 200);
  await close(url, two);
  assert.equal(processor.openSessions, 0);
});

test("settings of a request on a ticket: the same are taken, others are refused, never ignored", async (t) => {
  const { url, processor } = await startConnector(t, { allowClientSettings: ["CompanyFile"] });
  const settings = "CompanyFile='C:/A.qbw'";
  const ticket = await open(url, "Foo:Bar", settings);
  assert.equal((await use(url, ticket)).status, 200);
  assert.equal((await use(url, ticket, query(), "Foo:Bar", settings)).status, 200);
  const other = await use(url, ticket, query(), "Foo:Bar", "CompanyFile='C:/B.qbw'");
  assert.deepEqual([other.status, other.json.code], [403, "QB_SETTING_REFUSED"]);
  assert.equal(processor.calls.length, 2);
});

test("one user cannot keep more than 16 connections", async (t) => {
  const { url } = await startConnector(t);
  for (let count = 0; count < 16; count++) await open(url);
  const { status, json } = await exchange(url, { path: "/tickets" });
  assert.deepEqual([status, json.code], [503, "QB_QUEUE_FULL"]);
});

test("a failure to open is the answer to the opening, and leaves nothing behind", async (t) => {
  const { url, processor, connector } = await startConnector(t);
  connector.on("error", () => {});
  const { fromHresult } = await import("qbconnector");
  processor.openFailures.push(fromHresult(0x80040408));
  const { status, json } = await exchange(url, { path: "/tickets" });
  assert.deepEqual([status, json.code], [503, "QB_QUICKBOOKS_UNREACHABLE"]);
  assert.equal(processor.sessions.length, 0);
});

test("two applications on one file go on side by side; who asks for another file waits as stated and hears who holds it", async (t) => {
  const { url, processor } = await startConnector(t, {
    authorizedUsers: USERS,
    limits: { companyFileWaitMs: 300 },
  });
  const ticket = await open(url);
  const iterate = (state: string): string =>
    messageSet(
      `<CustomerQueryRq requestID="${state}" iterator="${state}" iteratorID="{1}"><MaxReturned>1</MaxReturned></CustomerQueryRq>`,
    );
  assert.equal((await use(url, ticket, iterate("Start"))).status, 200);
  const start = performance.now();
  const other = send(url, query("other file"), { credentials: "Ben:Bar" });
  assert.equal((await send(url, add("write"), { credentials: "Ann:Bar" })).status, 200);
  assert.equal((await use(url, ticket, iterate("Continue"))).status, 200);
  const refused = await other;
  const waited = performance.now() - start;
  assert.deepEqual(
    [refused.status, refused.json.code, refused.json.outcome],
    [409, "QB_COMPANY_FILE_HELD", "not_applied"],
  );
  assert.ok(waited >= 250 && waited < 20_000);
  assert.match(
    refused.json.detail ?? "",
    /"C:\\B\.qbw" cannot be opened: user "Foo" \(application "App A"\) holds "C:\\A\.qbw"/,
  );
  assert.match(refused.headers["retry-after"] ?? "", /^\d+$/);
  assert.equal((await use(url, ticket, iterate("Continue"))).status, 200);
  assert.deepEqual(processor.order, ["Start", "write", "Continue", "Continue"]);
  assert.deepEqual(
    processor.calls.map(({ session }) => session),
    [0, 1, 0, 0],
  );
  await close(url, ticket);
  assert.equal((await send(url, query(), { credentials: "Ben:Bar" })).status, 200);
});

test("who asks for another file is served as soon as the holder closes", async (t) => {
  const { url, processor } = await startConnector(t, {
    authorizedUsers: USERS,
    limits: { companyFileWaitMs: 60_000 },
  });
  const ticket = await open(url);
  const other = send(url, query("other"), { credentials: "Ben:Bar" });
  await send(url, query("same file"), { credentials: "Ann:Bar" });
  await close(url, ticket);
  assert.equal((await other).status, 200);
  assert.deepEqual(processor.order, ["same file", "other"]);
});

test("a ticket can be closed while connectedToQB waits for its company file", async (t) => {
  const { connector, url } = await startConnector(t, {
    authorizedUsers: USERS,
    defaultConnectionString: "CompanyFile='C:\\B.qbw'",
    limits: { companyFileWaitMs: 60_000 },
  });
  const ticket = await open(url);
  const connecting = connector.connectToQB();
  assert.equal((await close(url, ticket)).status, 204);
  await connecting;
  assert.equal(connector.connectedToQB, true);
});
