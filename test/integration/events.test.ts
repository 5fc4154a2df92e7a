import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test } from "node:test";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { basic, exchange, RawConnection, rawRequest, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { ANSWER, failing } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

test("a normal request fires its events in order, with their documented arguments", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  const events = recordEvents(connector);
  await send(url, query(), { headers: { "x-one": "1" } });
  await until(() => eventsOf(events, "disconnected").length === 1, "the connection ended");
  const order = events.map(({ name }) => name).filter((name, index, all) => name !== all[index - 1]);
  assert.deepEqual(order, [
    "connectionRequest",
    "connected",
    "header",
    "authorization",
    "request",
    "status",
    "response",
    "disconnected",
  ]);
  const [connected] = eventsOf(events, "connected");
  const connectionId = connected?.connectionId as number;
  assert.ok(connectionId >= 1);
  assert.deepEqual({ ...connected }, { connectionId, statusCode: 0, description: "OK" });
  assert.deepEqual(
    { ...eventsOf(events, "disconnected")[0] },
    { connectionId, statusCode: 0, description: "OK" },
  );
  assert.deepEqual(
    { ...eventsOf(events, "authorization")[0] },
    { connectionId, userIndex: 0, user: "Foo", password: "Bar", accept: true, readOnly: false },
  );
  const asked = eventsOf(events, "connectionRequest")[0];
  assert.equal(asked?.address, "127.0.0.1");
  assert.ok((asked?.port ?? 0) > 0);
  assert.equal(asked?.accept, true);
  assert.deepEqual(
    { ...eventsOf(events, "request")[0] },
    { connectionId, request: processor.calls[0]?.set.text },
  );
  assert.deepEqual({ ...eventsOf(events, "response")[0] }, { connectionId, response: ANSWER });
  assert.match(eventsOf(events, "status")[0]?.message ?? "", /"Foo" sends CustomerQueryRq/);
});

test("response events carry text also when the processor gave bytes", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  const events = recordEvents(connector, ["response"]);
  processor.otherwise = () => Buffer.from("<QBXML>Käse</QBXML>");
  assert.equal((await send(url, query())).body, "<QBXML>Käse</QBXML>");
  assert.equal(eventsOf(events, "response")[0]?.response, "<QBXML>Käse</QBXML>");
});

test("header: one event per header as it was sent, the Authorization value masked", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector, ["header"]);
  await send(url, query(), {
    headers: { "X-Test": "value", Cookie: "secret=1", "Proxy-Authorization": "Basic c2VjcmV0" },
  });
  const headers = eventsOf(events, "header").map(({ field, value }) => [field, value]);
  assert.ok(headers.some(([field, value]) => field === "X-Test" && value === "value"));
  for (const name of ["authorization", "cookie", "proxy-authorization"]) {
    const masked = headers.find(([field]) => field?.toLowerCase() === name);
    assert.equal(masked?.[1], "***", name);
  }
  assert.ok(!JSON.stringify(headers).includes(basic("Foo:Bar").slice(6)));
});

test("authorization fires for every request, with blank credentials when there is no header", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector, ["authorization"]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await send(url, query(), { credentials: null, agent })).status, 401);
  assert.equal((await send(url, query(), { headers: { authorization: "Bearer abc" }, agent })).status, 401);
  assert.equal((await send(url, query(), { agent })).status, 200);
  assert.equal((await send(url, query(), { agent })).status, 200);
  assert.equal((await send(url, query(), { credentials: "Foo:wrong", agent })).status, 401);
  assert.equal((await exchange(url, { path: "/tickets", agent })).status, 201);
  assert.equal((await exchange(url, { path: "/health", method: "GET", agent })).status, 200);
  assert.equal(
    (await exchange(url, { path: "/health", method: "GET", credentials: null, agent })).status,
    200,
  );
  const seen = eventsOf(events, "authorization").map(({ user, password, userIndex, accept }) => [
    user,
    password,
    userIndex,
    accept,
  ]);
  assert.deepEqual(seen, [
    ["", "", -1, false],
    ["", "", -1, false],
    ["Foo", "Bar", 0, true],
    ["Foo", "Bar", 0, true],
    ["Foo", "wrong", -1, false],
    ["Foo", "Bar", 0, true],
    ["Foo", "Bar", 0, true],
  ]);
});

test("authorization: userIndex is the place in authorizedUsers", async (t) => {
  const { connector, url } = await startConnector(t);
  connector.addUser("Second", "pw2");
  const events = recordEvents(connector, ["authorization"]);
  await send(url, query(), { credentials: "Second:pw2" });
  connector.authorizedUsers.remove("Foo");
  await send(url, query(), { credentials: "Second:pw2" });
  assert.deepEqual(
    eventsOf(events, "authorization").map((event) => event.userIndex),
    [1, 0],
  );
});

test("authorization: a handler can reject a listed user and accept an unknown one, who may only read by preset", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  connector.on("authorization", async (event) => {
    await new Promise((resolve) => setImmediate(resolve));
    event.accept = event.user === "Guest";
  });
  assert.equal((await send(url, query())).status, 401);
  assert.equal(processor.calls.length, 0);
  assert.equal((await send(url, query(), { credentials: "Guest:any" })).status, 200);
  const { add } = await import("../support/message-sets.js");
  const refused = await send(url, add(), { credentials: "Guest:any" });
  assert.equal(refused.json.code, "QB_READ_ONLY");
  connector.on("authorization", (event) => {
    if (event.userIndex === -1) event.readOnly = false;
  });
  assert.equal((await send(url, add(), { credentials: "Guest:any" })).status, 200);
});

test("authorization: readOnly of a listed user shows his right and cannot be written", async (t) => {
  const { connector, url } = await startConnector(t);
  connector.authorizedUsers.at(0).readOnly = true;
  const seen: boolean[] = [];
  let failure: unknown;
  connector.on("authorization", (event) => {
    seen.push(event.readOnly);
    try {
      event.readOnly = false;
    } catch (error) {
      failure = error;
    }
  });
  const { add } = await import("../support/message-sets.js");
  assert.equal((await send(url, add())).json.code, "QB_READ_ONLY");
  assert.deepEqual(seen, [true]);
  assert.ok(failure instanceof TypeError);
});

test("connectionRequest refuses a connection, also when it decides later", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  const events = recordEvents(connector, ["connected", "disconnected", "authorization"]);
  let accept = false;
  connector.on("connectionRequest", async (event) => {
    await new Promise((resolve) => setImmediate(resolve));
    event.accept = accept;
  });
  await assert.rejects(send(url, query()));
  assert.equal(processor.calls.length, 0);
  assert.equal(eventsOf(events, "authorization").length, 0);
  const [refused] = eventsOf(events, "connected");
  assert.notEqual(refused?.statusCode, 0);
  assert.match(refused?.description ?? "", /refused/);
  accept = true;
  assert.equal((await send(url, query())).status, 200);
});

test("disconnected carries the system's error when the client resets the connection", async (t) => {
  const { connector, port, processor } = await startConnector(t);
  const events = recordEvents(connector, ["disconnected"]);
  let headers = 0;
  connector.on("header", () => void headers++);
  const raw = new RawConnection(port);
  raw.write(rawRequest(query()).slice(0, -10));
  await until(() => headers > 0, "the headers arrived");
  raw.socket.resetAndDestroy();
  await until(() => events.length === 1, "the connection ended");
  const [ended] = eventsOf(events, "disconnected");
  const { constants } = await import("node:os");
  assert.equal(ended?.statusCode, constants.errno.ECONNRESET);
  assert.match(ended?.description ?? "", /ECONNRESET/);
  assert.equal(processor.calls.length, 0);
});

test("status tells of listening, of refusals and of the end", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector, ["status"]);
  await send(url, "no xml");
  await connector.close();
  const messages = eventsOf(events, "status").map(({ message }) => message);
  assert.match(messages[0] ?? "", /^QB_XML_MALFORMED: line 1/);
  assert.equal(messages.at(-1), "closed");
  await connector.listen();
  assert.match(
    eventsOf(events, "status").at(-1)?.message ?? "",
    /^listening on 127\.0\.0\.1, port \d+, for HTTP$/,
  );
});

test("error carries connection, code, text and the QBError; without a listener it goes to the logger", async (t) => {
  const { connector, url, processor, log } = await startConnector(t);
  processor.otherwise = failing(0x80040408);
  assert.equal((await send(url, query())).json.code, "QB_QUICKBOOKS_UNREACHABLE");
  const logged = log.filter((line) => line.level === "error");
  assert.equal(logged.length, 1);
  assert.equal(logged[0]?.fields["code"], "QB_QUICKBOOKS_UNREACHABLE");
  const events = recordEvents(connector, ["error", "connected"]);
  await send(url, query());
  const [error] = eventsOf(events, "error");
  assert.equal(error?.connectionId, eventsOf(events, "connected")[0]?.connectionId);
  assert.equal(error?.errorCode, 503);
  assert.equal(error?.description, error?.error.message);
  assert.equal(error?.error.hresult, "0x80040408");
  assert.equal(log.filter((line) => line.level === "error").length, 1);
});

test("neither events nor log carry a password, a ticket or a body that they are not meant to carry", async (t) => {
  const { connector, url, log } = await startConnector(t);
  const events = recordEvents(connector, ["header", "status", "error", "connected", "disconnected"]);
  const settings = encodeURIComponent(`Password='geheim' URL='http://x`);
  const refused = await send(url, query(), { headers: { "qb-settings": settings } });
  assert.equal(refused.json.code, "QB_HEADER_INVALID");
  await send(url, query("geheim2"), { credentials: "Foo:geheim" });
  const ticket = (await exchange(url, { path: "/tickets" })).json["ticket"] as string;
  await send(url, query(), { path: `/tickets/${ticket}` });
  await send(url, query(), { path: `/tickets/${ticket.replace(/^./, "0")}` });
  const told = JSON.stringify([events.filter(({ name }) => name !== "header"), log]);
  assert.doesNotMatch(told, /geheim/);
  assert.ok(!told.includes(ticket));
});
