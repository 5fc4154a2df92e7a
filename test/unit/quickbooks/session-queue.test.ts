import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { fromHresult, QBError, type MessageSet, type QuickBooksSettings } from "qbconnector";
import { readMessageSet } from "qbconnector/qbxml";
import { SessionQueue, type SessionQueueOptions } from "../../../dist/quickbooks/session-queue.js";
import { add, messageSet, query } from "../../support/message-sets.js";
import { ANSWER, failing, gate, hang, ScriptedProcessor } from "../../support/scripted-processor.js";
import { until } from "../../support/until.js";

const FILE_A = "C:\\Books\\A.qbw";
const FILE_B = "C:\\Books\\B.qbw";

function settings(companyFile = "", applicationName = "App"): QuickBooksSettings {
  return {
    applicationName,
    applicationId: "",
    companyFile,
    mode: "DoNotCare",
    authFlags: undefined,
    readOnly: false,
  };
}

function reading(id: string): MessageSet {
  return readMessageSet(query(id));
}

function writing(id: string): MessageSet {
  return readMessageSet(add(id));
}

function makeQueue(
  t: TestContext,
  options: Partial<SessionQueueOptions> = {},
): { queue: SessionQueue; processor: ScriptedProcessor; errors: unknown[] } {
  const processor = new ScriptedProcessor();
  const errors: unknown[] = [];
  const queue = new SessionQueue(processor, {
    maxWaiting: 100,
    deadlineMs: 60_000,
    companyFileWaitMs: 60_000,
    ticketIdleMs: 60_000,
    onError: (error) => errors.push(error),
    ...options,
  });
  t.after(() => queue.destroy(new QBError("QB_CLOSED", "the test is over")));
  return { queue, processor, errors };
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    return error;
  }
  return assert.fail("the call did not fail");
}

const call = (user: string, set: MessageSet, rest: object = {}) => ({
  user,
  set,
  settings: settings(),
  ...rest,
});

describe("calls", () => {
  it("one at a time, users in turn, each user's calls in order, every session closed", async (t) => {
    const { queue, processor } = makeQueue(t);
    const first = gate();
    processor.steps.push(first.step);
    const calls = ["a1", "a2", "a3", "b1", "c1", "b2"].map((id) =>
      queue.process(call(`listed:${id[0]}`, reading(id))),
    );
    await processor.reached(1);
    assert.equal(queue.state().waiting, 5);
    assert.equal(queue.state().running?.user, "a");
    first.open();
    assert.deepEqual(
      await Promise.all(calls),
      calls.map(() => ANSWER),
    );
    assert.deepEqual(processor.order, ["a1", "b1", "c1", "a2", "b2", "a3"]);
    await queue.idle();
    assert.equal(processor.mostAtOnce, 1);
    assert.equal(processor.sessions.length, 6);
    assert.equal(processor.openSessions, 0);
  });

  it("who goes away takes the waiting call along", async (t) => {
    const { queue, processor } = makeQueue(t);
    const first = gate();
    processor.steps.push(first.step);
    const running = queue.process(call("u:a", reading("1")));
    const controller = new AbortController();
    const waiting = queue.process(call("u:b", writing("2"), { signal: controller.signal }));
    controller.abort();
    const error = await failure(waiting);
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "not_applied"]);
    first.open();
    await running;
    assert.deepEqual(processor.order, ["1"]);
  });

  it("who goes away while the call runs is told so; the work goes on to its end", async (t) => {
    const { queue, processor } = makeQueue(t);
    const first = gate();
    processor.steps.push(first.step);
    const controller = new AbortController();
    const running = queue.process(call("u:a", writing("1"), { signal: controller.signal }));
    await processor.reached(1);
    controller.abort();
    const error = await failure(running);
    assert.deepEqual([error.code, error.outcome], ["QB_ABORTED", "unknown"]);
    const next = queue.process(call("u:b", reading("2")));
    assert.equal(processor.calls.length, 1, "the next call ran beside it");
    first.open();
    assert.equal(await next, ANSWER);
  });

  it("a signal that is aborted already keeps the call out", async (t) => {
    const { queue, processor } = makeQueue(t);
    const error = await failure(queue.process(call("u:a", writing("1"), { signal: AbortSignal.abort() })));
    assert.equal(error.code, "QB_ABORTED");
    assert.equal(processor.sessions.length, 0);
  });

  it("a deadline answers a running call, tells the processor, and says what a write means", async (t) => {
    const { queue, processor } = makeQueue(t);
    const never = gate();
    processor.steps.push(never.step, never.step);
    const write = await failure(queue.process(call("u:a", writing("1"), { deadlineMs: 20 })));
    assert.deepEqual([write.code, write.outcome, write.retryable], ["QB_DEADLINE", "unknown", false]);
    const read = await failure(queue.process(call("u:a", reading("2"), { deadlineMs: 20 })));
    assert.deepEqual([read.code, read.outcome, read.retryable], ["QB_DEADLINE", "not_applied", true]);
    assert.equal(await queue.process(call("u:a", reading("3"))), ANSWER);
  });

  it("a deadline of a waiting call names who is served", async (t) => {
    const { queue, processor } = makeQueue(t);
    const hung = hang();
    processor.steps.push(hung.step);
    const running = queue.process(call("listed:Slow", reading("1")));
    const error = await failure(queue.process(call("u:b", writing("2"), { deadlineMs: 20 })));
    assert.deepEqual([error.code, error.outcome], ["QB_DEADLINE", "not_applied"]);
    assert.match(error.message, /user "Slow"/);
    hung.end();
    await running;
  });

  it("a write whose caller was answered while QuickBooks opened is never handed over", async (t) => {
    const { queue, processor } = makeQueue(t);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const openNow = processor.open.bind(processor);
    processor.open = async (wanted) => {
      await opened;
      return openNow(wanted);
    };
    const error = await failure(queue.process(call("u:a", writing("1"), { deadlineMs: 20 })));
    assert.deepEqual([error.code, error.outcome], ["QB_DEADLINE", "not_applied"]);
    open();
    await queue.idle();
    assert.equal(processor.calls.length, 0);
    assert.equal(processor.openSessions, 0);
  });

  it("one user may fill half of the queue, all together the whole", async (t) => {
    const { queue, processor } = makeQueue(t, { maxWaiting: 4 });
    const first = gate();
    processor.steps.push(first.step);
    const send = (user: string): Promise<unknown> => queue.process(call(`u:${user}`, reading(user)));
    const accepted = [send("a"), send("a"), send("a")];
    assert.equal((await failure(send("a"))).code, "QB_QUEUE_FULL");
    accepted.push(send("b"), send("b"));
    const error = await failure(send("c"));
    assert.deepEqual([error.code, error.httpStatus, error.retryAfter], ["QB_QUEUE_FULL", 503, 5]);
    first.open();
    await Promise.all(accepted);
  });
});

describe("failures of QuickBooks", () => {
  it("a write that ran into a lost session may have been done; before that it certainly was not", async (t) => {
    const { queue, processor } = makeQueue(t);
    processor.steps.push(failing(0x8004040d));
    const lost = await failure(queue.process(call("u:a", writing("1"))));
    assert.deepEqual([lost.code, lost.outcome, lost.retryable], ["QB_SESSION_LOST", "unknown", false]);
    processor.openFailures.push(fromHresult(0x80040401), fromHresult(0x80040401), new Error("plain"));
    for (const code of ["QB_QUICKBOOKS_UNREACHABLE", "QB_QUICKBOOKS_FAILED"]) {
      const unopened = await failure(queue.process(call("u:a", writing("2"))));
      assert.deepEqual([unopened.code, unopened.outcome], [code, "not_applied"]);
    }
  });

  it("a held session that was lost is opened anew: reads are repeated, writes and iterators are not", async (t) => {
    const { queue, processor } = makeQueue(t);
    const { ticket } = await queue.openTicket({ user: "u:a", settings: settings() });
    const iterator = readMessageSet(messageSet('<CustomerQueryRq requestID="3" iterator="Start"/>'));
    const send = (set: MessageSet): Promise<unknown> => queue.process(call("u:a", set, { ticket }));
    processor.steps.push(failing(0x8004040d));
    assert.equal(await send(reading("1")), ANSWER);
    processor.steps.push(failing(0x8004040d));
    assert.equal((await failure(send(writing("2")))).outcome, "unknown");
    processor.steps.push(failing(0x8004040d));
    assert.equal((await failure(send(iterator))).code, "QB_SESSION_LOST");
    assert.equal(await send(reading("4")), ANSWER);
    assert.deepEqual(processor.order, ["1", "1", "2", "3", "4"]);
    assert.equal(processor.openSessions, 1);
  });

  it("what is no answer, and what is thrown that is no QBError", async (t) => {
    const { queue, processor } = makeQueue(t);
    processor.steps.push(() => undefined as unknown as string);
    assert.deepEqual([(await failure(queue.process(call("u:a", writing("1"))))).outcome], ["unknown"]);
    processor.steps.push(() => {
      throw new Error("secret");
    });
    const error = await failure(queue.process(call("u:a", reading("2"))));
    assert.deepEqual([error.code, error.outcome], ["QB_QUICKBOOKS_FAILED", "not_applied"]);
    assert.doesNotMatch(error.message, /secret/);
    assert.equal(queue.state().lastFailure?.code, "QB_QUICKBOOKS_FAILED");
  });
});

describe("tickets", () => {
  it("share a session when the settings agree, and close it with the last", async (t) => {
    const { queue, processor } = makeQueue(t);
    const one = await queue.openTicket({ user: "u:a", settings: settings(FILE_A) });
    const two = await queue.openTicket({ user: "u:b", settings: settings("c:/books/a.QBW") });
    assert.equal(processor.sessions.length, 1);
    assert.deepEqual(queue.state().held[0]?.holders, ['user "a"', 'user "b"']);
    await queue.closeTicket("u:a", one.ticket);
    assert.equal(processor.openSessions, 1);
    await queue.closeTicket("u:b", two.ticket);
    await queue.closeTicket("u:b", two.ticket);
    assert.equal(processor.openSessions, 0);
  });

  it("belong to their user", async (t) => {
    const { queue } = makeQueue(t);
    const { ticket } = await queue.openTicket({ user: "u:a", settings: settings() });
    assert.equal((await failure(queue.process(call("u:b", reading("1"), { ticket })))).code, "QB_TICKET");
    assert.equal((await failure(queue.closeTicket("u:b", ticket))).code, "QB_TICKET");
    assert.equal(await queue.process(call("u:a", reading("1"), { ticket })), ANSWER);
  });

  it("die when idle, but not while their calls wait or run", async (t) => {
    const { queue, processor } = makeQueue(t, { ticketIdleMs: 30 });
    const { ticket } = await queue.openTicket({ user: "u:a", settings: settings() });
    const other = gate();
    const own = gate();
    processor.steps.push(other.step, own.step);
    const running = queue.process(call("u:b", reading("1")));
    const waiting = queue.process(call("u:a", reading("2"), { ticket }));
    await new Promise((resolve) => setTimeout(resolve, 90));
    other.open();
    await processor.reached(2);
    await new Promise((resolve) => setTimeout(resolve, 90));
    own.open();
    await running;
    assert.equal(await waiting, ANSWER);
    await until(() => queue.state().held.length === 0, "the ticket died");
    assert.equal((await failure(queue.process(call("u:a", reading("3"), { ticket })))).code, "QB_TICKET");
    assert.equal(processor.openSessions, 0);
  });

  it("nobody is left holding what was opened for a caller who had gone", async (t) => {
    const { queue, processor } = makeQueue(t);
    const controller = new AbortController();
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const openNow = processor.open.bind(processor);
    processor.open = async (wanted) => {
      await opened;
      return openNow(wanted);
    };
    const opening = queue.openTicket({ user: "u:a", settings: settings(), signal: controller.signal });
    controller.abort();
    assert.equal((await failure(opening)).code, "QB_ABORTED");
    open();
    await queue.idle();
    assert.deepEqual(queue.state().held, []);
    assert.equal(processor.openSessions, 0);
  });

  it("a user may have sixteen", async (t) => {
    const { queue } = makeQueue(t);
    for (let count = 0; count < 16; count++) await queue.openTicket({ user: "u:a", settings: settings() });
    assert.equal(
      (await failure(queue.openTicket({ user: "u:a", settings: settings() }))).code,
      "QB_QUEUE_FULL",
    );
    await queue.openTicket({ user: "u:b", settings: settings() });
  });
});

describe("another company file", () => {
  it("waits until the holder leaves, and holds nobody back meanwhile", async (t) => {
    const { queue, processor } = makeQueue(t);
    const { ticket } = await queue.openTicket({ user: "u:a", settings: settings(FILE_A) });
    const waiting = queue.process(call("u:b", reading("other"), { settings: settings(FILE_B) }));
    assert.equal(await queue.process(call("u:a", reading("own"), { ticket })), ANSWER);
    assert.equal(await queue.process(call("u:c", reading("whatever is open"))), ANSWER);
    assert.equal(processor.order.includes("other"), false);
    await queue.closeTicket("u:a", ticket);
    assert.equal(await waiting, ANSWER);
  });

  it("gives up after companyFileWaitMs and names holder, application and file", async (t) => {
    const { queue } = makeQueue(t, { companyFileWaitMs: 20 });
    await queue.openTicket({ user: "listed:Anna", settings: settings(FILE_A, "Payroll") });
    const error = await failure(queue.process(call("u:b", reading("1"), { settings: settings(FILE_B) })));
    assert.deepEqual([error.code, error.httpStatus, error.retryable], ["QB_COMPANY_FILE_HELD", 409, true]);
    for (const part of ['user "Anna"', "Payroll", FILE_A, FILE_B])
      assert.ok(error.message.includes(part), error.message);
    assert.equal(error.details["wanted"], FILE_B);
  });
});

describe("the end", () => {
  it("close refuses what waits, lets the running call end, closes every session", async (t) => {
    const { queue, processor } = makeQueue(t);
    await queue.openTicket({ user: "u:c", settings: settings() });
    const first = gate();
    processor.steps.push(first.step);
    const running = queue.process(call("u:a", writing("1"), { settings: settings("", "Other") }));
    const waiting = queue.process(call("u:b", writing("2")));
    await processor.reached(1);
    const closing = queue.close(new QBError("QB_SHUTTING_DOWN", "closing"));
    assert.deepEqual([(await failure(waiting)).code], ["QB_SHUTTING_DOWN"]);
    assert.equal((await failure(queue.process(call("u:c", reading("3"))))).code, "QB_SHUTTING_DOWN");
    first.open();
    assert.equal(await running, ANSWER);
    await closing;
    assert.equal(processor.openSessions, 0);
  });

  it("destroy answers the running call too, with what it means for a write", async (t) => {
    const { queue, processor } = makeQueue(t);
    processor.steps.push(gate().step);
    const running = queue.process(call("u:a", writing("1")));
    await processor.reached(1);
    const destroyed = queue.destroy(new QBError("QB_SHUTTING_DOWN", "destroyed"));
    const error = await failure(running);
    assert.deepEqual([error.code, error.outcome, error.retryable], ["QB_SHUTTING_DOWN", "unknown", false]);
    await destroyed;
    assert.equal(processor.openSessions, 0);
  });
});
