import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange, RawConnection, rawRequest, send, type Answer } from "../support/http-exchange.js";
import { add, messageSet, query } from "../support/message-sets.js";
import { startConnector } from "../support/running-connector.js";
import { ANSWER, failing, gate } from "../support/scripted-processor.js";
import { until } from "../support/until.js";

const USERS = ["Foo", "Ann", "Ben"].map((user) => ({ user, password: "Bar" }));

async function waiting(url: string, count: number): Promise<void> {
  for (;;) {
    const { json } = await exchange(url, { path: "/health", method: "GET" });
    if ((json["quickbooks"] as { waiting: number }).waiting === count) return;
  }
}

test("one message set at a time, users take turns, each in the order of arrival", async (t) => {
  const { url, processor } = await startConnector(t, { authorizedUsers: USERS });
  const { step, open } = gate();
  processor.steps.push(step);
  const calls: Promise<Answer>[] = [send(url, query("first"))];
  await processor.reached(1);
  const arrivals = ["Foo 1", "Foo 2", "Foo 3", "Ann 1", "Foo 4", "Ann 2", "Ben 1"];
  for (const [index, name] of arrivals.entries()) {
    calls.push(send(url, query(name), { credentials: `${name.split(" ")[0]}:Bar` }));
    await waiting(url, index + 1);
  }
  open();
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
  // Foo has just had a turn, so the others come first.
  assert.deepEqual(processor.order, ["first", "Ann 1", "Ben 1", "Foo 1", "Ann 2", "Foo 2", "Foo 3", "Foo 4"]);
  assert.equal(processor.mostAtOnce, 1);
});

test("who goes away takes the waiting request along", async (t) => {
  const { url, port, processor } = await startConnector(t);
  const { step, open } = gate();
  processor.steps.push(step);
  const first = send(url, query("first"));
  await processor.reached(1);
  const leaving = new RawConnection(port);
  leaving.write(rawRequest(add("left")));
  await waiting(url, 1);
  leaving.socket.destroy();
  await waiting(url, 0);
  open();
  assert.equal((await first).status, 200);
  assert.equal((await send(url, query("next"))).status, 200);
  assert.deepEqual(processor.order, ["first", "next"]);
});

test("who goes away while QuickBooks works does not stop the work", async (t) => {
  const { url, port, processor } = await startConnector(t);
  const { step, open } = gate();
  let aborted = false;
  processor.steps.push((set, signal) => {
    signal?.addEventListener("abort", () => (aborted = true));
    return step(set, undefined);
  });
  const leaving = new RawConnection(port);
  leaving.write(rawRequest(add("running")));
  await processor.reached(1);
  leaving.socket.destroy();
  const next = send(url, query("next"));
  await waiting(url, 1);
  open();
  assert.equal((await next).status, 200);
  assert.equal(aborted, false);
});

test("a deadline answers in time: unknown for a running write, not applied for a read or a waiting call", async (t) => {
  const { url, processor } = await startConnector(t, { limits: { deadlineMs: 60_000 } });
  const short = { headers: { "qb-deadline-ms": "1000" } };
  for (const [document, outcome] of [
    [add(), "unknown"],
    [query(), "not_applied"],
  ] as const) {
    const { step, open } = gate();
    processor.steps.push((set) => step(set, undefined));
    const running = send(url, document, short);
    await processor.reached(processor.calls.length + 1);
    const late = send(url, add("waiting"), short);
    const [first, second] = await Promise.all([running, late]);
    assert.deepEqual([first.status, first.json.code, first.json.outcome], [504, "QB_DEADLINE", outcome]);
    assert.deepEqual(
      [second.status, second.json.code, second.json.outcome],
      [504, "QB_DEADLINE", "not_applied"],
    );
    assert.equal(first.json.retryable, outcome === "not_applied");
    assert.match(second.json.detail ?? "", /still waiting; QuickBooks has been busy for .* user "Foo"/);
    open();
    assert.equal((await send(url, query("after"))).status, 200);
  }
  assert.ok(!processor.order.includes("waiting"));
});

test("a deadline tells the processor to end its work, and the next call is served", async (t) => {
  const { url, processor } = await startConnector(t, { limits: { deadlineMs: 1000 } });
  processor.steps.push(gate().step);
  assert.equal((await send(url, add())).json.code, "QB_DEADLINE");
  assert.equal((await send(url, query())).status, 200);
});

test("a full queue answers 503 with Retry-After; one user may take half of it", async (t) => {
  const { url, processor } = await startConnector(t, { authorizedUsers: USERS, limits: { queueLength: 4 } });
  const { step, open } = gate();
  processor.steps.push(step);
  const calls = [send(url, query())];
  await processor.reached(1);
  const enqueue = async (user: string, count: number): Promise<void> => {
    calls.push(send(url, query(), { credentials: `${user}:Bar` }));
    await waiting(url, count);
  };
  await enqueue("Foo", 1);
  await enqueue("Foo", 2);
  const full = await send(url, query());
  assert.deepEqual([full.status, full.json.code, full.json.retryable], [503, "QB_QUEUE_FULL", true]);
  assert.match(full.headers["retry-after"] ?? "", /^\d+$/);
  await enqueue("Ann", 3);
  await enqueue("Ben", 4);
  assert.equal((await send(url, query(), { credentials: "Ann:Bar" })).json.code, "QB_QUEUE_FULL");
  open();
  for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
});

test("without a ticket every request has a session of its own, closed after it", async (t) => {
  const { url, processor } = await startConnector(t);
  await send(url, query());
  await send(url, query());
  assert.equal(processor.sessions.length, 2);
  await until(() => processor.openSessions === 0, "both are closed");
});

test("a lost session is opened again and a read repeated once, but a write and an iterator not", async (t) => {
  const { connector, url, processor } = await startConnector(t);
  await connector.connectToQB();
  processor.steps.push(failing(0x8004040d));
  assert.equal((await send(url, query("read"))).body, ANSWER);
  assert.deepEqual(
    processor.calls.map(({ session }) => session),
    [0, 1],
  );
  processor.steps.push(failing(0x8004040d));
  const write = await send(url, add("write"));
  assert.deepEqual(
    [write.json.code, write.json.outcome, write.json.hresult],
    ["QB_SESSION_LOST", "unknown", "0x8004040D"],
  );
  assert.equal(write.json.retryable, false);
  processor.steps.push(failing(0x8004040d));
  const iterator = messageSet('<CustomerQueryRq requestID="iterator" iterator="Continue" iteratorID="{1}"/>');
  assert.equal((await send(url, iterator)).json.code, "QB_SESSION_LOST");
  processor.steps.push(failing(0x8004040d), failing(0x8004040d));
  assert.equal((await send(url, query("twice"))).json.code, "QB_SESSION_LOST");
  assert.deepEqual(processor.order, ["read", "read", "write", "iterator", "twice", "twice"]);
  assert.deepEqual([processor.openSessions, connector.connectedToQB], [0, false]);
  assert.equal((await send(url, query("after"))).status, 200);
  assert.deepEqual([processor.openSessions, connector.connectedToQB], [1, true]);
});

test("failures of QuickBooks come with HRESULT, outcome and advice; a defect of the processor shows no secret", async (t) => {
  const { url, processor, connector } = await startConnector(t);
  connector.on("error", () => {});
  processor.steps.push(failing(0x80040400), () => {
    throw new Error("secret inside");
  });
  const refused = await send(url, add());
  assert.deepEqual(
    [refused.status, refused.json.code, refused.json.hresult],
    [422, "QB_REQUEST_REFUSED", "0x80040400"],
  );
  const defect = await send(url, add());
  assert.deepEqual(
    [defect.status, defect.json.code, defect.json.outcome],
    [502, "QB_QUICKBOOKS_FAILED", "unknown"],
  );
  assert.doesNotMatch(defect.body, /secret/);
  processor.steps.push((() => undefined) as never);
  assert.equal((await send(url, query())).json.code, "QB_QUICKBOOKS_FAILED");
});

test("GET /health: that it lives to everyone, how QuickBooks does to users only", async (t) => {
  const { url, processor, connector } = await startConnector(t);
  connector.on("error", () => {});
  const health = (credentials: string | null = "Foo:Bar"): Promise<Answer> =>
    exchange(url, { path: "/health", method: "GET", credentials });
  assert.deepEqual((await health(null)).json, { status: "ok" });
  assert.equal((await health("Foo:wrong")).status, 401);
  const state = async (): Promise<unknown> =>
    ((await health()).json["quickbooks"] as { state: string }).state;
  assert.equal(await state(), "untried");
  await send(url, query());
  assert.equal(await state(), "ok");
  processor.openFailures.push(new Error("no"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await send(url, query());
  assert.equal(await state(), "failing");
  assert.equal((await exchange(url, { path: "/health", method: "HEAD", credentials: null })).status, 200);
});
