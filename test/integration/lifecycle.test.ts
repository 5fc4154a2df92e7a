import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { QBConnector, QBError } from "qbconnector";
import { exchange, RawConnection, rawRequest, send, type Answer } from "../support/http-exchange.js";
import { add, query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { makeConnector, startConnector, type RunningConnector } from "../support/running-connector.js";
import { gate, hang } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

type Word = (connector: QBConnector) => Promise<unknown>;

/** Words that let waiting and running work end, and words that cut it. */
const DRAINING: Readonly<Record<string, Word>> = {
  "listening = false": async (connector) => void (connector.listening = false),
  "close()": (connector) => connector.close(),
  "close({ drainMs })": (connector) => connector.close({ drainMs: 60_000 }),
  "shutdown()": (connector) => connector.shutdown(),
  asyncDispose: (connector) => connector[Symbol.asyncDispose](),
};
const CUTTING: Readonly<Record<string, Word>> = {
  "close({ drainMs: 1 })": (connector) => connector.close({ drainMs: 1 }),
  "destroy()": (connector) => connector.destroy(),
  "reset()": (connector) => connector.reset(),
};
const ENDING = { ...DRAINING, ...CUTTING };

/** One running call, one waiting call and one kept connection without work. */
async function busy(t: TestContext, running: RunningConnector) {
  const { url, processor, port } = running;
  const { step, open } = gate();
  processor.steps.push(step);
  const kept = new RawConnection(port);
  t.after(() => kept.socket.destroy());
  kept.write(rawRequest("", {}, "GET /health"));
  await until(() => kept.answers === 1, "the kept connection had an answer");
  const first: Promise<Answer | Error> = send(url, add("running")).catch((error: Error) => error);
  await processor.reached(1);
  const second: Promise<Answer | Error> = send(url, query("waiting")).catch((error: Error) => error);
  await waitingCalls(url, 1);
  return { open, first, second, kept };
}

async function waitingCalls(url: string, count: number): Promise<void> {
  for (;;) {
    const { json } = await exchange(url, { path: "/health", method: "GET" });
    if ((json["quickbooks"] as { waiting?: number }).waiting === count) return;
  }
}

for (const [word, run] of Object.entries(DRAINING)) {
  test(`${word}: refuses new work, lets waiting and running work end, ends idle connections`, async (t) => {
    const running = await startConnector(t);
    const { connector, processor, url } = running;
    const { open, first, second, kept } = await busy(t, running);
    const busyConnection = new RawConnection(running.port);
    t.after(() => busyConnection.socket.destroy());
    const ended = Promise.all([run(connector), run(connector)]);
    await until(() => !connector.listening, "it stopped to listen");
    await until(() => kept.closed, "the idle connection was ended");
    await assert.rejects(send(url, query("new")));
    open();
    const answers = (await Promise.all([first, second])) as Answer[];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    assert.deepEqual(
      answers.map(({ headers }) => headers.connection),
      ["close", "close"],
    );
    await ended;
    assert.deepEqual(processor.order, ["running", "waiting"]);
    await until(() => processor.openSessions === 0, "the sessions were closed");
  });
}

for (const [word, run] of Object.entries(CUTTING)) {
  test(`${word}: cuts waiting and running work now`, async (t) => {
    const running = await startConnector(t);
    const { connector, processor } = running;
    const { first, second, kept } = await busy(t, running);
    await Promise.all([run(connector), run(connector)]);
    assert.ok((await first) instanceof Error);
    assert.ok((await second) instanceof Error);
    assert.equal(connector.listening, false);
    await until(() => kept.closed, "the idle connection was ended");
    assert.deepEqual(processor.order, ["running"]);
    assert.equal(processor.openSessions, 0);
  });
}

for (const [word, run] of Object.entries(ENDING)) {
  test(`${word}: twice is no error, and listen() starts anew`, async (t) => {
    const { connector, processor } = await startConnector(t);
    await run(connector);
    await run(connector);
    await until(() => !connector.listening, "it stopped to listen");
    connector.localPort = 0;
    await connector.listen();
    assert.equal(connector.listening, true);
    const { status } = await send(`http://127.0.0.1:${connector.localPort}`, query());
    assert.equal(status, 200);
    assert.equal(processor.calls.length, 1);
  });

  test(`${word} before the first listen() is no error`, async (t) => {
    const { connector } = makeConnector(t);
    await run(connector);
    await connector.listen();
    assert.equal(connector.listening, true);
  });
}

for (const [word, run] of Object.entries(ENDING).filter(([name]) => name !== "listening = false")) {
  test(`${word} closes the QuickBooks sessions of connectedToQB and of tickets`, async (t) => {
    const { connector, processor, url } = await startConnector(t, {
      allowClientSettings: ["ApplicationName"],
    });
    await connector.connectToQB();
    const opened = await exchange(url, {
      path: "/tickets",
      headers: { "qb-settings": "ApplicationName=Other" },
    });
    assert.equal(opened.status, 201);
    assert.equal(processor.openSessions, 2);
    await run(connector);
    assert.equal(processor.openSessions, 0);
    assert.equal(connector.connectedToQB, false);
  });
}

test("listening = false keeps connectedToQB open", async (t) => {
  const { connector, processor } = await startConnector(t);
  await connector.connectToQB();
  connector.listening = false;
  await until(() => !connector.listening, "it stopped to listen");
  await connector.listen();
  assert.equal(connector.connectedToQB, true);
  assert.equal(processor.openSessions, 1);
});

test("while draining, a new request on a kept connection is refused with 503 and the connection ends", async (t) => {
  const { connector, processor, port, url } = await startConnector(t);
  const { step, open } = gate();
  processor.steps.push(step);
  const raw = new RawConnection(port);
  t.after(() => raw.socket.destroy());
  raw.write(rawRequest(query("running")));
  await processor.reached(1);
  const closed = connector.close();
  raw.write(rawRequest(query("pipelined")));
  await assert.rejects(send(url, query("new")));
  open();
  await closed;
  await until(() => raw.closed, "the connection was ended");
  assert.match(raw.received, /^HTTP\/1\.1 200/);
  assert.deepEqual(processor.order, ["running"]);
});

test("reset() puts back what the constructor was given, and defaults otherwise; listeners stay", async (t) => {
  const { connector } = await startConnector(t, {
    timeout: 7,
    defaultConnectionString: "CompanyFile='C:\\a.qbw'",
  });
  const events = recordEvents(connector, ["status"]);
  connector.addUser("Added", "pw");
  connector.timeout = 9;
  connector.allowedClients = "10.0.0.1";
  connector.authorizedUsers.at(0).readOnly = true;
  for (const setting of ["AuthFlags=8", "CodePage=1250", "UseInteractiveLogon=true", "SelectWaitMillis=1"])
    connector.config(setting);
  connector.config("DefaultConnectionString=CompanyFile='C:\\b.qbw'");
  connector.config("ProcessIdleEvents=false");
  await connector.reset();
  assert.equal(connector.listening, false);
  assert.equal(connector.localPort, 0);
  assert.equal(connector.timeout, 7);
  assert.equal(connector.allowedClients, "");
  assert.equal(connector.authorizedUsers.count, 1);
  assert.equal(connector.authorizedUsers.at(0).readOnly, false);
  const values = ["AuthFlags", "CodePage", "UseInteractiveLogon", "SelectWaitMillis", "ProcessIdleEvents"];
  assert.deepEqual(
    values.map((name) => connector.config(name)),
    ["", "1252", "false", "20", "true"],
  );
  assert.match(connector.config("DefaultConnectionString"), /C:\\a\.qbw/);
  assert.ok(events.length > 0);
  assert.equal(connector.listenerCount("status"), 1);
});

test("while listening, localHost, localPort and UseInternalSecurityAPI are locked; timeout and users are not", async (t) => {
  const { connector, port } = await startConnector(t);
  const locked = { name: "QBError", code: "QB_PROPERTY_LOCKED" };
  assert.throws(() => (connector.localHost = "127.0.0.2"), locked);
  assert.throws(() => (connector.localPort = 1), locked);
  assert.throws(() => connector.config("UseInternalSecurityAPI=false"), locked);
  assert.equal(connector.localPort, port);
  assert.equal(connector.localHost, "127.0.0.1");
  connector.timeout = 3;
  connector.addUser("More", "pw");
  await connector.close();
  connector.localHost = "127.0.0.2";
  connector.localPort = 0;
  assert.equal(connector.config("UseInternalSecurityAPI=false"), "false");
  await connector.listen();
  assert.equal((await send(`http://127.0.0.2:${connector.localPort}`, query())).status, 200);
});

test("a taken port shows in the getter, in the error event of the setter and in the rejection of listen()", async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const { connector } = makeConnector(t, { localPort: (other.address() as AddressInfo).port });
  const events = recordEvents(connector, ["error"]);
  await assert.rejects(connector.listen(), (error: QBError) => {
    assert.equal(error.code, "QB_INVALID_ARGUMENT");
    assert.match(error.message, /another program uses this port/);
    return true;
  });
  assert.equal(connector.listening, false);
  assert.equal(events.length, 0);
  connector.listening = true;
  assert.equal(connector.listening, false);
  await until(() => events.length === 1, "the error event came");
  assert.match(eventsOf(events, "error")[0]?.description ?? "", /cannot listen on 127\.0\.0\.1/);
  assert.equal(connector.listening, false);
  connector.localPort = 0;
  await connector.listen();
  assert.equal(connector.listening, true);
});

test("plain HTTP beyond this machine is refused unless allowInsecure", async (t) => {
  for (const localHost of ["0.0.0.0", "::", "192.0.2.1", "example.test"]) {
    const { connector } = makeConnector(t, { localHost });
    await assert.rejects(connector.listen(), /clear text/, localHost);
    assert.equal(connector.listening, false);
  }
  const { connector } = makeConnector(t, { localHost: "0.0.0.0", allowInsecure: true });
  await connector.listen();
  assert.equal((await send(`http://127.0.0.1:${connector.localPort}`, query())).status, 200);
});

test("the setter starts; the getter is true only when it is so; port 0 can be read then", async (t) => {
  const { connector } = makeConnector(t);
  assert.equal(connector.localPort, 0);
  connector.listening = true;
  assert.equal(connector.listening, false);
  await until(() => connector.listening, "it listens");
  assert.notEqual(connector.localPort, 0);
  connector.listening = false;
  assert.equal(connector.listening, false);
});

test("the last word counts: listening = true, then false at once", async (t) => {
  const { connector } = makeConnector(t);
  connector.listening = true;
  connector.listening = false;
  await connector.close();
  assert.equal(connector.listening, false);
  connector.listening = true;
  connector.listening = false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(connector.listening, false);
  connector.listening = true;
  connector.listening = false;
  connector.listening = true;
  await until(() => connector.listening, "it listens");
});

test("the last word counts: connectedToQB = true, then false at once", async (t) => {
  const { connector, processor } = makeConnector(t);
  connector.connectedToQB = true;
  connector.connectedToQB = false;
  await until(
    () => processor.sessions.length > 0 && processor.openSessions === 0,
    "the session was closed again",
  );
  assert.equal(connector.connectedToQB, false);
});

test("listen() right after destroy() starts anew when that has ended", async (t) => {
  const { connector } = await startConnector(t);
  const destroyed = connector.destroy();
  await connector.listen();
  await destroyed;
  assert.equal(connector.listening, true);
  assert.equal((await send(`http://127.0.0.1:${connector.localPort}`, query())).status, 200);
});

test("two listen() at once are one", async (t) => {
  const { connector } = makeConnector(t);
  await Promise.all([connector.listen(), connector.listen()]);
  assert.equal(connector.listening, true);
});

test("a second close with a shorter time, reset() and destroy() cut a drain that is under way", async (t) => {
  for (const cut of [CUTTING["close({ drainMs: 1 })"], CUTTING["reset()"], CUTTING["destroy()"]] as Word[]) {
    const running = await startConnector(t);
    const { first } = await busy(t, running);
    const draining = running.connector.close({ drainMs: 60_000 });
    await cut(running.connector);
    await draining;
    assert.ok((await first) instanceof Error);
  }
});

test("a processor that hears no signal does not keep destroy() or close() from ending", async (t) => {
  for (const run of [CUTTING["close({ drainMs: 1 })"], CUTTING["destroy()"]] as Word[]) {
    const { connector, processor, url } = await startConnector(t);
    const { step, end } = hang();
    processor.steps.push(step);
    const call: Promise<unknown> = send(url, query()).catch((error: Error) => error);
    await processor.reached(1);
    await run(connector);
    assert.ok((await call) instanceof Error);
    assert.equal(connector.listening, false);
    end();
    await until(() => processor.openSessions === 0, "the late session was closed");
  }
});

test("destroy() tells the running processor to end", async (t) => {
  const { connector, processor, url } = await startConnector(t);
  let aborted = false;
  processor.steps.push(
    (_set, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener("abort", () => {
          aborted = true;
          reject(new Error("ended"));
        }),
      ),
  );
  const call: Promise<unknown> = send(url, add()).catch((error: Error) => error);
  await processor.reached(1);
  await connector.destroy();
  assert.ok(aborted);
  assert.ok((await call) instanceof Error);
});

test("close() ends requests of an attached server, and leaves the server's own ones alone", async (t) => {
  const { connector } = makeConnector(t);
  let finish = (): void => {};
  const server = createServer((_request, response) => void (finish = () => response.end("own")));
  connector.attach(server, { path: "/qb" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => (agent.destroy(), server.close()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await send(url, query(), { path: "/qb", agent })).status, 200);
  let called = false;
  server.once("request", () => (called = true));
  const own = exchange(url, { method: "GET", path: "/own", agent });
  await until(() => called, "the server's own request arrived");
  await connector.close();
  finish();
  assert.equal((await own).body, "own");
  assert.equal((await send(url, query(), { path: "/qb", agent })).json.code, "QB_SHUTTING_DOWN");
});

test("the page on the lifecycle has a row for every word that is tested here", () => {
  const rows = [...readFileSync("docs/reference/lifecycle.md", "utf8").matchAll(/^\| `([^`]+)`/gm)].map(
    ([, word]) => word,
  );
  const tested = Object.keys(ENDING).filter((word) => word !== "close({ drainMs: 1 })");
  assert.deepEqual(rows.map(String).sort(), tested.sort());
});

test("the connector is async-disposable", async () => {
  const connector = new QBConnector({ localPort: 0 });
  await connector.listen();
  await connector[Symbol.asyncDispose]();
  assert.equal(connector.listening, false);
});
