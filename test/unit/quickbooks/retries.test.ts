import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { fromHresult, QBError, type MessageSet, type QuickBooksSettings } from "qbconnector";
import { readMessageSet } from "qbconnector/qbxml";
import { formatHresult, HRESULTS } from "../../../dist/hresult.js";
import { SessionQueue } from "../../../dist/quickbooks/session-queue.js";
import { quickBooksSettings } from "../../../dist/quickbooks/settings.js";
import { add, messageSet, query } from "../../support/message-sets.js";
import { ANSWER, failing, ScriptedProcessor } from "../../support/scripted-processor.js";
import { until } from "../../support/until.js";

const BUSY = 0x80040424;
const LOST = 0x8004040d;
const NO_SESSION = 0x8004040c;
const DIED = 0x800706be;
/** Longer than any test: what waits so long is ended by something else. */
const FOR_EVER = [2 ** 30];

const SETTINGS: QuickBooksSettings = quickBooksSettings({});
const READ = readMessageSet(query());
const WRITE = readMessageSet(add());
const ITERATOR = readMessageSet(
  messageSet('<CustomerQueryRq requestID="1" iterator="Continue" iteratorID="{1}"/>'),
);

function makeQueue(
  t: TestContext,
  retryPausesMs: readonly number[] = [0, 0, 0],
): { queue: SessionQueue; processor: ScriptedProcessor; send: (set: MessageSet) => Promise<unknown> } {
  const processor = new ScriptedProcessor();
  const queue = new SessionQueue(processor, {
    maxWaiting: 10,
    deadlineMs: 60_000,
    companyFileWaitMs: 60_000,
    ticketIdleMs: 60_000,
    retryPausesMs,
  });
  t.after(() => queue.destroy(new QBError("QB_CLOSED", "the test is over")));
  const send = (set: MessageSet): Promise<unknown> => queue.process({ user: "u:a", settings: SETTINGS, set });
  return { queue, processor, send };
}

async function failure(call: Promise<unknown>): Promise<QBError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof QBError, String(error));
  return error;
}

describe("every failure of the table", () => {
  for (const [hresult, { retry, writeOutcome }] of HRESULTS) {
    it(`${formatHresult(hresult)} is tried again as "${retry}" says`, async (t) => {
      const { queue, processor, send } = makeQueue(t);
      processor.otherwise = failing(hresult);
      // Windows' own "busy" may come in the middle of the work.
      const again = writeOutcome === "not_applied" ? 4 : 1;
      const attempts = {
        wait: [4, again, again],
        reconnect: [2, 1, 1],
        no: [1, 1, 1],
        fix: [1, 1, 1],
        user: [1, 1, 1],
      };
      const outcomes = ["not_applied", writeOutcome, "not_applied"];
      for (const [index, set] of [READ, WRITE, ITERATOR].entries()) {
        const before = processor.calls.length;
        const error = await failure(send(set));
        assert.equal(error.hresult, formatHresult(hresult));
        assert.equal(error.outcome, outcomes[index]);
        assert.equal(processor.calls.length - before, attempts[retry][index], `attempts of set ${index}`);
      }
      await queue.idle();
      assert.deepEqual([processor.openSessions, processor.mostAtOnce], [0, 1]);
    });
  }

  it("that says to wait comes before any work when QuickBooks itself says it, and leaves doubt when Windows does", () => {
    for (const [hresult, { retry, writeOutcome }] of HRESULTS)
      if (retry === "wait")
        assert.equal(
          writeOutcome,
          hresult >>> 16 === 0x8004 ? "not_applied" : "unknown",
          formatHresult(hresult),
        );
  });
});

describe("a general failure of Windows", () => {
  for (const hresult of [0x80070005, 0x80070002, 0x80004002, 0x80020005, 0x80070057])
    it(`leaves a write in doubt that QuickBooks had: ${formatHresult(hresult)}`, async (t) => {
      const { processor, send } = makeQueue(t);
      processor.steps.push(failing(hresult));
      assert.equal((await failure(send(WRITE))).outcome, "unknown");
      processor.openFailures.push(fromHresult(hresult));
      assert.equal((await failure(send(WRITE))).outcome, "not_applied");
    });
});

describe("a busy QuickBooks", () => {
  it("is asked again after 250, 500 and 1000 ms", async (t) => {
    const processor = new ScriptedProcessor();
    processor.otherwise = failing(BUSY);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const limits = { maxWaiting: 1, deadlineMs: 60_000, companyFileWaitMs: 1000, ticketIdleMs: 1000 };
    const queue = new SessionQueue(processor, limits);
    const failed = failure(queue.process({ user: "u:a", settings: SETTINGS, set: READ }));
    for (const [count, pause] of [250, 500, 1000].entries()) {
      await settled();
      assert.equal(processor.calls.length, count + 1);
      t.mock.timers.tick(pause - 1);
      await settled();
      assert.equal(processor.calls.length, count + 1);
      assert.deepEqual([queue.state().running?.user, queue.state().lastFailure], ["a", undefined]);
      t.mock.timers.tick(1);
    }
    assert.equal((await failed).code, "QB_QUICKBOOKS_BUSY");
    assert.equal(processor.calls.length, 4);
    assert.equal(queue.state().lastFailure?.code, "QB_QUICKBOOKS_BUSY");
  });

  it("that has time again does a write once, in the session that is open", async (t) => {
    const { queue, processor, send } = makeQueue(t);
    processor.steps.push(failing(BUSY), failing(0x80040414));
    assert.equal(await send(WRITE), ANSWER);
    assert.deepEqual([processor.calls.length, processor.sessions.length], [3, 1]);
    assert.equal(queue.state().lastFailure, undefined);
  });

  it("is not asked again when the processor says that a write may have been done", async (t) => {
    const { processor, send } = makeQueue(t);
    processor.steps.push(() => {
      throw fromHresult(BUSY, { outcome: "unknown" });
    });
    assert.equal((await failure(send(WRITE))).outcome, "unknown");
    assert.equal(processor.calls.length, 1);
  });

  it("and then a dead one: the write may have been done", async (t) => {
    const { processor, send } = makeQueue(t);
    processor.steps.push(failing(BUSY), failing(DIED));
    const error = await failure(send(WRITE));
    assert.deepEqual([error.hresult, error.outcome, error.retryable], ["0x800706BE", "unknown", false]);
    assert.equal(processor.calls.length, 2);
  });
});

describe("a lost session", () => {
  it("of a single call is closed, and a read repeated in a new one", async (t) => {
    const { processor, send } = makeQueue(t);
    processor.steps.push(failing(LOST));
    assert.equal(await send(READ), ANSWER);
    assert.deepEqual(
      processor.calls.map(({ session }) => session),
      [0, 1],
    );
    assert.equal(processor.sessions[0]?.closed, true);
  });

  it("and a busy QuickBooks share their tries", async (t) => {
    const { processor, send } = makeQueue(t);
    processor.otherwise = failing(BUSY);
    processor.steps.push(failing(LOST));
    assert.equal((await failure(send(READ))).code, "QB_QUICKBOOKS_BUSY");
    assert.equal(processor.calls.length, 5);
    processor.otherwise = failing(LOST);
    processor.steps.push(failing(BUSY));
    assert.equal((await failure(send(READ))).code, "QB_SESSION_LOST");
    assert.equal(processor.calls.length, 8);
  });

  it("that was not there before the call: the write is not repeated, but may be sent again", async (t) => {
    const { processor, send } = makeQueue(t);
    processor.steps.push(failing(NO_SESSION));
    const error = await failure(send(WRITE));
    assert.deepEqual([error.outcome, error.retryable], ["not_applied", true]);
    assert.equal(processor.calls.length, 1);
  });

  it("that is held is opened anew for the next write", async (t) => {
    const { queue, processor, send } = makeQueue(t);
    await queue.connect(SETTINGS);
    processor.steps.push(failing(LOST), failing(LOST));
    assert.equal((await failure(send(READ))).code, "QB_SESSION_LOST");
    assert.equal(queue.connected, false);
    assert.equal(await send(WRITE), ANSWER);
    assert.equal(queue.connected, true);
    assert.deepEqual([processor.sessions.length, processor.openSessions], [3, 1]);
  });
});

describe("a session that cannot be opened", () => {
  const ways: readonly [name: string, run: (queue: SessionQueue) => Promise<unknown>][] = [
    ["for a write", (queue) => queue.process({ user: "u:a", settings: SETTINGS, set: WRITE })],
    ["for a ticket", (queue) => queue.openTicket({ user: "u:a", settings: SETTINGS })],
    ["for the program", (queue) => queue.connect(SETTINGS)],
  ];
  for (const [name, run] of ways) {
    it(`${name}: three times again when busy, once when unreachable`, async (t) => {
      const { queue, processor } = makeQueue(t);
      processor.openFailures.push(...Array.from({ length: 5 }, () => fromHresult(BUSY)));
      assert.equal((await failure(run(queue))).outcome, "not_applied");
      assert.equal(processor.openFailures.length, 1);
      processor.openFailures.length = 0;
      processor.openFailures.push(...Array.from({ length: 3 }, () => fromHresult(DIED)));
      const error = await failure(run(queue));
      assert.deepEqual([error.outcome, error.retryable], ["not_applied", true]);
      assert.equal(processor.openFailures.length, 1);
      processor.openFailures.length = 0;
      processor.openFailures.push(fromHresult(BUSY), fromHresult(DIED), fromHresult(BUSY));
      await run(queue);
      assert.equal(processor.sessions.length, 1);
    });
  }
});

describe("a failure of which the processor says that trying again is in vain", () => {
  for (const hresult of [BUSY, DIED]) {
    it(`is the answer at once: ${formatHresult(hresult)}`, async (t) => {
      const { processor, send } = makeQueue(t);
      const { code } = fromHresult(hresult);
      const inVain = new QBError(code, "tried already", {
        hresult: formatHresult(hresult),
        retryable: false,
      });
      processor.openFailures.push(inVain);
      assert.equal(await failure(send(READ)), inVain);
      processor.steps.push(() => {
        throw inVain;
      });
      assert.equal(await failure(send(READ)), inVain);
      assert.equal(processor.calls.length, 1);
    });
  }
});

describe("who is not there any more", () => {
  it("is not tried again for, and nothing of his write was done", async (t) => {
    const { queue, processor } = makeQueue(t, FOR_EVER);
    processor.otherwise = failing(BUSY);
    const controller = new AbortController();
    const call = { user: "u:a", settings: SETTINGS, set: WRITE, signal: controller.signal };
    const failed = failure(queue.process(call));
    await processor.reached(1);
    await settled();
    controller.abort();
    const { code, outcome } = await failed;
    assert.deepEqual([code, outcome], ["QB_ABORTED", "not_applied"]);
    await queue.idle();
    assert.equal(processor.calls.length, 1);
  });

  it("nor after the deadline", async (t) => {
    const { queue, processor } = makeQueue(t, FOR_EVER);
    processor.otherwise = failing(BUSY);
    const failed = queue.process({ user: "u:a", settings: SETTINGS, set: WRITE, deadlineMs: 20 });
    const { code, outcome, retryable } = await failure(failed);
    assert.deepEqual([code, outcome, retryable], ["QB_DEADLINE", "not_applied", true]);
    await queue.idle();
    assert.equal(processor.calls.length, 1);
  });

  it("nor at the end of everything", async (t) => {
    const { queue, processor, send } = makeQueue(t, FOR_EVER);
    processor.openFailures.push(fromHresult(BUSY));
    const failed = failure(send(WRITE));
    await until(() => processor.openFailures.length === 0, "the opening failed");
    await queue.destroy(new QBError("QB_SHUTTING_DOWN", "over"));
    assert.deepEqual([(await failed).code, (await failed).outcome], ["QB_SHUTTING_DOWN", "not_applied"]);
    assert.deepEqual([processor.calls.length, processor.sessions.length], [0, 0]);
  });

  it("nor when he left while QuickBooks was failing", async (t) => {
    const { queue, processor } = makeQueue(t, FOR_EVER);
    const controller = new AbortController();
    for (const hresult of [BUSY, LOST]) {
      processor.steps.push((set, signal) => {
        controller.abort();
        return failing(hresult)(set, signal);
      });
    }
    const call = { user: "u:a", settings: SETTINGS, set: READ, signal: controller.signal };
    assert.equal((await failure(queue.process(call))).code, "QB_ABORTED");
    await queue.idle();
    assert.equal(processor.calls.length, 1);
  });
});

/** Everything that is ready to run has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
