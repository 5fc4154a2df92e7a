import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationEvent } from "qbconnector";
import { exchange, send } from "../support/http-exchange.js";
import { query } from "../support/message-sets.js";
import { eventsOf, recordEvents } from "../support/recorded-events.js";
import { makeConnector, startConnector } from "../support/running-connector.js";
import { until } from "../support/until.js";

const throwing = (): never => {
  throw new Error("listener failed");
};
const rejecting = (): Promise<never> => Promise.reject(new Error("listener failed"));

for (const [how, listener] of [
  ["throws", throwing],
  ["rejects", rejecting],
] as const) {
  test(`a listener of authorization that ${how} fails the request; the others still run and the server lives`, async (t) => {
    const { connector, url, processor } = await startConnector(t);
    const errors = recordEvents(connector, ["error"]);
    const ran: string[] = [];
    connector.once("authorization", listener);
    connector.on("authorization", (event) => void ran.push(event.user));
    const failed = await send(url, query());
    assert.equal(failed.status, 500);
    assert.equal(failed.json.code, "QB_LISTENER");
    assert.equal(failed.json.outcome, "not_applied");
    assert.doesNotMatch(failed.body, /listener failed"/);
    assert.deepEqual(ran, ["Foo"]);
    assert.ok(eventsOf(errors, "error").length >= 1);
    assert.equal(processor.calls.length, 0);
    assert.equal((await send(url, query())).status, 200);
  });

  test(`a listener of connectionRequest that ${how} refuses the connection`, async (t) => {
    const { connector, url } = await startConnector(t);
    const errors = recordEvents(connector, ["error"]);
    let others = 0;
    connector.once("connectionRequest", listener);
    connector.on("connectionRequest", () => void others++);
    await assert.rejects(send(url, query()));
    assert.equal(others, 1);
    assert.equal(eventsOf(errors, "error")[0]?.error.code, "QB_LISTENER");
    assert.equal((await send(url, query())).status, 200);
  });

  for (const name of ["connected", "header", "request", "response", "status", "disconnected"] as const) {
    test(`a listener of ${name} that ${how} disturbs neither the request nor the other listeners`, async (t) => {
      const { connector, url } = await startConnector(t);
      const errors = recordEvents(connector, ["error"]);
      let others = 0;
      connector.on(name, listener);
      connector.on(name, () => void others++);
      assert.equal((await send(url, query())).status, 200);
      await until(() => others > 0 && errors.length === others, "the failures were reported");
      assert.equal(eventsOf(errors, "error")[0]?.error.code, "QB_LISTENER");
      assert.equal((await send(url, query())).status, 200);
    });
  }

  test(`a listener of error that ${how} ends up in the log`, async (t) => {
    const { connector, url, log } = await startConnector(t);
    connector.on("error", listener);
    connector.on("request", throwing);
    assert.equal((await send(url, query())).status, 200);
    await until(() => log.some((line) => line.level === "error"), "it was logged");
  });
}

test("a notification's listener that gives a rejecting thenable is reported like a promise", async (t) => {
  const { connector, url } = await startConnector(t);
  const errors = recordEvents(connector, ["error"]);
  const thenable = {
    then: (_: unknown, reject: (error: Error) => void) => reject(new Error("listener failed")),
  };
  connector.on("request", () => thenable);
  assert.equal((await send(url, query())).status, 200);
  await until(() => errors.length === 1, "the failure was reported");
});

test("a listener of authorization that is too late: the request is refused, what it writes then counts no more", async (t) => {
  const { connector, url, processor } = await startConnector(t, { limits: { listenerMs: 50 } });
  const errors = recordEvents(connector, ["error"]);
  let decide = (): void => {};
  connector.once("authorization", async (event: AuthorizationEvent) => {
    await new Promise<void>((resolve) => (decide = resolve));
    event.accept = true;
  });
  const refused = await send(url, query(), { credentials: "Nobody:x" });
  assert.equal(refused.json.code, "QB_LISTENER");
  decide();
  assert.match(eventsOf(errors, "error")[0]?.description ?? "", /authorization .* 50 ms/);
  assert.equal((await send(url, query())).status, 200);
  assert.equal(processor.calls.length, 1);
});

test("a listener of connectionRequest that is too late: the connection is refused", async (t) => {
  const { connector, url, processor } = await startConnector(t, { limits: { listenerMs: 50 } });
  connector.once("connectionRequest", () => new Promise(() => {}));
  await assert.rejects(send(url, query()));
  assert.equal((await send(url, query())).status, 200);
  assert.equal(processor.calls.length, 1);
});

test("listeners of a decision run in order, each after the one before has finished", async (t) => {
  const { connector, url } = await startConnector(t);
  const order: string[] = [];
  connector.on("authorization", async (event) => {
    order.push("first begins");
    await new Promise((resolve) => setTimeout(resolve, 20));
    event.accept = false;
    order.push("first ends");
  });
  connector.on("authorization", (event) => {
    order.push(`second sees ${event.accept}`);
    event.accept = true;
  });
  assert.equal((await send(url, query(), { credentials: "Nobody:x" })).status, 200);
  assert.deepEqual(order, ["first begins", "first ends", "second sees false"]);
});

test("once runs a listener once, of decisions as of notifications", async (t) => {
  const { connector, url } = await startConnector(t);
  const ran: string[] = [];
  connector.once("authorization", (event) => {
    ran.push("authorization");
    event.accept = false;
  });
  connector.once("request", () => void ran.push("request"));
  assert.equal((await send(url, query())).status, 401);
  assert.equal((await send(url, query())).status, 200);
  assert.equal((await send(url, query())).status, 200);
  assert.deepEqual(ran, ["authorization", "request"]);
});

test("off takes a once-listener off, also when the same function listens to other events", async (t) => {
  const { connector, url } = await startConnector(t);
  let ran = 0;
  const listener = (): void => void ran++;
  connector.once("request", listener);
  connector.once("response", listener);
  connector.off("request", listener);
  assert.equal(connector.listenerCount("request"), 0);
  await send(url, query());
  assert.equal(ran, 1);
});

test("off takes a listener off as often as it was added, whatever its context", (t) => {
  const { connector } = makeConnector(t);
  const listener = (): void => {};
  connector.on("request", listener, { a: 1 });
  connector.on("request", listener, { b: 2 });
  connector.on("request", listener);
  connector.once("request", listener);
  connector.off("request", listener);
  assert.equal(connector.listenerCount("request"), 0);
});

test("off during an event, addListener, removeListener and removeAllListeners do as in eventemitter3", async (t) => {
  const { connector, url } = await startConnector(t);
  let ran = 0;
  const second = (): void => void ran++;
  connector.addListener("request", () => void connector.removeListener("request", second));
  connector.addListener("request", second);
  await send(url, query());
  await send(url, query());
  assert.ok(ran <= 1);
  connector.removeAllListeners("request");
  assert.equal(connector.listenerCount("request"), 0);
});

test("the context argument is this in the listener; without one it is the connector", async (t) => {
  const { connector, url } = await startConnector(t);
  const seen: unknown[] = [];
  const context = { name: "context" };
  function listener(this: unknown): void {
    seen.push(this);
  }
  connector.on("authorization", listener, context);
  connector.once("request", listener, context);
  connector.once("response", listener);
  connector.on("connected", listener);
  await send(url, query());
  assert.equal(seen.length, 4);
  assert.deepEqual([seen[1], seen[2]], [context, context]);
  assert.deepEqual([seen[0], seen[3]], [connector, connector]);
});

test("without a listener no argument object is made", async (t) => {
  const { url, connector } = await startConnector(t);
  await send(url, query());
  const { freeze, seal } = Object;
  const made: string[] = [];
  const watch = <Value>(target: Value): Value => {
    const names = Object.keys(target as object);
    if (names.includes("connectionId")) made.push(...names);
    return target;
  };
  Object.freeze = (<Value>(target: Value) => freeze(watch(target))) as typeof freeze;
  Object.seal = (<Value>(target: Value) => seal(watch(target))) as typeof seal;
  try {
    await send(url, query());
    assert.deepEqual(made, []);
    connector.on("request", () => {});
    await send(url, query());
    assert.deepEqual(made, ["connectionId", "request"]);
  } finally {
    Object.assign(Object, { freeze, seal });
  }
});

test("ProcessIdleEvents=false holds notifications until doEvents(), decisions go on at once", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector);
  assert.equal(connector.config("ProcessIdleEvents=false"), "false");
  assert.equal((await send(url, query())).status, 200);
  assert.deepEqual(
    events.map(({ name }) => name),
    ["connectionRequest", "authorization"],
  );
  const count = await connector.doEvents();
  assert.equal(count, events.length - 2);
  assert.ok(eventsOf(events, "response").length === 1);
  assert.equal(connector.config("ProcessIdleEvents=true"), "true");
  const before = events.length;
  await exchange(url, { path: "/health", method: "GET" });
  assert.ok(events.length > before);
});

test("turning ProcessIdleEvents on sends out what was held", async (t) => {
  const { connector, url } = await startConnector(t);
  const events = recordEvents(connector, ["request"]);
  connector.config("ProcessIdleEvents=false");
  await send(url, query());
  assert.equal(events.length, 0);
  connector.config("ProcessIdleEvents=true");
  await until(() => events.length === 1, "the held event came");
});

test("doEvents waits up to SelectWaitMillis when there is nothing, and ends with the first event", async (t) => {
  const { connector, url } = await startConnector(t);
  recordEvents(connector, ["request"]);
  connector.config("ProcessIdleEvents=false");
  connector.config("SelectWaitMillis=0");
  assert.equal(await connector.doEvents(), 0);
  connector.config("SelectWaitMillis=30");
  const start = performance.now();
  assert.equal(await connector.doEvents(), 0);
  assert.ok(performance.now() - start >= 25);
  connector.config("SelectWaitMillis=60000");
  const waiting = connector.doEvents();
  await send(url, query());
  assert.equal(await waiting, 1);
});
