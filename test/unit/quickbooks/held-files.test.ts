import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { fromHresult, QBError, type QuickBooksSession, type RequestProcessor } from "qbconnector";
import { readMessageSet } from "qbconnector/qbxml";
import { SessionQueue, type SessionQueueOptions } from "../../../dist/quickbooks/session-queue.js";
import { quickBooksSettings } from "../../../dist/quickbooks/settings.js";
import { query } from "../../support/message-sets.js";
import { ANSWER, hang, ScriptedProcessor } from "../../support/scripted-processor.js";
import { until } from "../../support/until.js";

const SESSION_LOST = 0x8004040d;
const ONE = quickBooksSettings({ CompanyFile: "C:\\one.qbw" });
const OTHER = quickBooksSettings({ CompanyFile: "C:\\other.qbw" });
const SET = readMessageSet(query());

function makeQueue(
  t: TestContext,
  processor: RequestProcessor,
  deadlineMs = 10_000,
  options: Partial<SessionQueueOptions> = {},
): SessionQueue {
  const queue = new SessionQueue(processor, {
    maxWaiting: 10,
    deadlineMs,
    companyFileWaitMs: 50,
    ticketIdleMs: 60_000,
    ...options,
  });
  t.after(() => queue.destroy(new QBError("QB_SHUTTING_DOWN", "the test is over")));
  return queue;
}

test("a ticket that is closed while QuickBooks hangs does not hold its file for ever", async (t) => {
  const processor = new ScriptedProcessor();
  const queue = makeQueue(t, processor, 30);
  const { ticket } = await queue.openTicket({ user: "u:a", settings: ONE });
  const { step, end } = hang();
  processor.steps.push(step);
  await assert.rejects(queue.process({ user: "u:b", settings: ONE, set: SET }), { code: "QB_DEADLINE" });
  const closed = queue.closeTicket("u:a", ticket);
  await assert.rejects(queue.process({ user: "u:c", settings: ONE, set: SET }), { code: "QB_DEADLINE" });
  end();
  await closed;
  assert.equal(await queue.process({ user: "u:b", settings: OTHER, set: SET, deadlineMs: 10_000 }), ANSWER);
});

test("who could not join a lost session does not hold its file", async (t) => {
  const processor = new ScriptedProcessor();
  const queue = makeQueue(t, processor);
  const { ticket } = await queue.openTicket({ user: "u:a", settings: ONE });
  processor.steps.push(() => {
    throw fromHresult(SESSION_LOST);
  });
  processor.openFailures.push(new Error("not now"), new Error("nor now"));
  await assert.rejects(queue.process({ user: "u:a", settings: ONE, set: SET, ticket }));
  await assert.rejects(queue.openTicket({ user: "u:b", settings: ONE }));
  await queue.closeTicket("u:a", ticket);
  assert.equal(await queue.process({ user: "u:c", settings: OTHER, set: SET }), ANSWER);
});

test("the program's own lost session does not keep it from another file", async (t) => {
  const processor = new ScriptedProcessor();
  const queue = makeQueue(t, processor);
  await queue.connect(ONE);
  processor.steps.push(() => {
    throw fromHresult(SESSION_LOST);
  });
  processor.openFailures.push(new Error("not now"));
  await assert.rejects(queue.process({ user: "u:a", settings: ONE, set: SET }));
  assert.equal(queue.connected, false);
  await queue.connect(OTHER);
  assert.equal(queue.connected, true);
});

test("a file that QuickBooks reports by another name is not another file", async (t) => {
  const session: QuickBooksSession = {
    companyFile: "\\\\SERVER\\books\\one.qbw",
    process: async () => ANSWER,
    close: async () => {},
  };
  const queue = makeQueue(t, { open: async () => session });
  const { ticket } = await queue.openTicket({ user: "u:a", settings: ONE });
  assert.equal(await queue.process({ user: "u:a", settings: ONE, set: SET, ticket }), ANSWER);
});

test("a connection that was opened read-only stays so", async (t) => {
  const processor = new ScriptedProcessor();
  const queue = makeQueue(t, processor);
  const { ticket } = await queue.openTicket({ user: "u:a", settings: { ...ONE, readOnly: true } });
  const set = { ...SET, writes: true };
  await assert.rejects(queue.process({ user: "u:a", settings: ONE, set, ticket }), { code: "QB_READ_ONLY" });
  assert.equal(processor.calls.length, 0);
});

test("sessions are closed one after the other, and one that hangs does not keep the end", async (t) => {
  let closing = 0;
  const processor: RequestProcessor = {
    open: async ({ companyFile, applicationName }) => ({
      companyFile,
      process: async () => ANSWER,
      close: () => {
        closing++;
        return applicationName === "hangs" ? new Promise(() => {}) : Promise.resolve();
      },
    }),
  };
  const queue = makeQueue(t, processor);
  await queue.openTicket({ user: "u:a", settings: { ...ONE, applicationName: "hangs" } });
  await queue.openTicket({ user: "u:b", settings: ONE });
  await queue.destroy(new QBError("QB_SHUTTING_DOWN", "closing"));
  assert.equal(closing, 1);
});

test("a ticket that idles out while everything ends is no error", async (t) => {
  const processor = new ScriptedProcessor();
  const errors: unknown[] = [];
  const queue = makeQueue(t, processor, 10_000, { ticketIdleMs: 1, onError: (error) => errors.push(error) });
  await queue.openTicket({ user: "u:a", settings: ONE });
  const { step, end } = hang();
  processor.steps.push(step);
  const running = queue.process({ user: "u:b", settings: ONE, set: SET });
  await until(() => queue.state().waiting === 1, "the closing of the ticket waits");
  const closed = queue.close(new QBError("QB_SHUTTING_DOWN", "the end"));
  end();
  await Promise.all([running, closed]);
  assert.deepEqual(errors, []);
  assert.equal(processor.openSessions, 0);
});
