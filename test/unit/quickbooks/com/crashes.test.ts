import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { QBError } from "qbconnector";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import type { Act } from "../../../support/scripted-host.js";
import { isRunning, scriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const QUERY = messageSet("<HostQueryRq/>");
const WRITE = messageSet("<CustomerAddRq><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>");

async function failureOf(call: Promise<unknown>): Promise<QBError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof QBError, inspect(error));
  return error;
}

describe("a host that ends by itself", () => {
  for (const [what, set, outcome] of [
    ["a read", QUERY, "not_applied"],
    ["a write", WRITE, "unknown"],
  ] as const)
    it(`in ${what}: the outcome is ${outcome}, the exit code is told, and the next call works`, async (t) => {
      const act = { exit: 5, lastWords: "secret words" };
      const { road, logged } = scriptedRoad(t, [{ acts: { process: act } }, {}]);
      const session = await road.open(SETTINGS);
      const error = await failureOf(session.process(set));
      assert.equal(error.code, "QB_QUICKBOOKS_FAILED");
      assert.equal(error.outcome, outcome);
      assert.equal(error.retryable, outcome === "not_applied");
      assert.match(error.message, /exit code 5/);
      assert.ok(!inspect(error).includes("secret words"));
      assert.match(inspect(logged), /secret words/);
      await session.close();
      const next = await road.open(SETTINGS);
      await next.process(QUERY);
      await next.close();
    });

  it("only the last 4 KB of what it wrote to standard error are kept", async (t) => {
    const lastWords = `begin${"-".repeat(10_000)}end`;
    const { road, logged } = scriptedRoad(t, [{ acts: { open: { exit: 1, lastWords } } }]);
    await failureOf(road.open(SETTINGS));
    const kept = (logged[0]!.fields as { lastWords: string }).lastWords;
    assert.equal(kept, lastWords.slice(-4096));
  });

  it("at its start", async (t) => {
    const { road } = scriptedRoad(t, [{ exitAtStart: 9 }, {}]);
    const error = await failureOf(road.open(SETTINGS));
    assert.equal(error.outcome, "not_applied");
    assert.match(error.message, /exit code 9/);
    await (await road.open(SETTINGS)).close();
  });

  it("while it is parked: the next call gets another", async (t) => {
    const { road, calls, pids } = scriptedRoad(t);
    await (await road.open(SETTINGS)).close();
    process.kill(pids()[0]!, "SIGKILL");
    await until(() => !isRunning(pids()[0]!), "it has ended");
    await (await road.open(SETTINGS)).close();
    assert.equal(calls().at(-1), "2 open");
  });

  it("in a thread", async (t) => {
    const { road } = scriptedRoad(t, [{ acts: { process: { exit: 7 } } }, {}], { host: "thread" });
    const session = await road.open(SETTINGS);
    const error = await failureOf(session.process(WRITE));
    assert.equal(error.outcome, "unknown");
    assert.match(error.message, /exit code 7/);
    await session.close();
    await (await road.open(SETTINGS)).close();
  });

  it("again and again: starts are 0, 1, 2, 4 ... 60 s apart, and calls between fail at once", async (t) => {
    const { road, clock, starts } = scriptedRoad(t, [{ exitAtStart: 1 }]);
    for (const [count, seconds] of [0, 1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      assert.match((await failureOf(road.open(SETTINGS))).message, /exit code 1/);
      assert.equal(starts.length, count + 1);
      if (seconds === 0) continue;
      const refusal = await failureOf(road.open(SETTINGS));
      assert.equal(refusal.code, "QB_QUICKBOOKS_FAILED");
      assert.equal(refusal.outcome, "not_applied");
      assert.equal(refusal.retryable, true);
      assert.equal(refusal.retryAfter, seconds);
      clock.advance(seconds * 1000 - 1);
      assert.equal((await failureOf(road.open(SETTINGS))).retryAfter, 1);
      clock.advance(1);
      assert.equal(starts.length, count + 1);
    }
  });

  it("an answer ends the back-off; that a session could be opened does not", async (t) => {
    const crash = { acts: { process: { exit: 1 } } };
    const { road, clock, starts } = scriptedRoad(t, [crash, crash, {}, crash, {}]);
    const crashOnce = async (): Promise<void> => {
      const session = await road.open(SETTINGS);
      await failureOf(session.process(QUERY));
      await session.close();
    };
    await crashOnce();
    await crashOnce();
    assert.equal((await failureOf(road.open(SETTINGS))).retryAfter, 1);
    clock.advance(1000);
    const session = await road.open(SETTINGS);
    await session.process(QUERY);
    await session.close();
    await road.release();
    await crashOnce();
    await (await road.open(SETTINGS)).close();
    assert.equal(starts.length, 5);
  });
});

/** `u32 id, u32 length` and some bytes. */
function frame(id: number, length: number, bytes = 0): { readonly frame: readonly number[] } {
  const buffer = Buffer.alloc(8 + bytes, "x");
  buffer.writeUInt32LE(id, 0);
  buffer.writeUInt32LE(length, 4);
  return { frame: [...buffer] };
}

describe("a host that talks nonsense is ended, and the next call gets another", () => {
  // The set is the third command of its host: find, open, process.
  const nonsense: readonly (readonly [string, Act, RegExp])[] = [
    ["an answer with another number", frame(4, 5, 5), /nobody waits for, number 4/],
    ["an answer to nothing, of 4 GB", frame(0xffff_ffff, 0xffff_ffff), /nobody waits for/],
    ["an answer that ends early", { ...frame(3, 100, 50), exit: 0 }, /exit code 0/],
    ["half a header", { frame: [3, 0, 0], exit: 0 }, /exit code 0/],
    ["a reply with another number", { reply: { id: 99, closed: true } }, /nothing that was asked/],
    ["a reply without a number", { reply: { closed: true } }, /nothing that was asked/],
    ["text", { reply: "what?" }, /nothing that was asked/],
    ["null", { reply: null }, /nothing that was asked/],
    ["a second ready", { reply: { ready: true, bitness: 64 } }, /nothing that was asked/],
    ["a reply to another call", { reply: { id: 3, closed: true } }, /does not fit process/],
  ];
  for (const [what, act, pattern] of nonsense)
    it(what, async (t) => {
      const { road, pids } = scriptedRoad(t, [{ acts: { process: act } }, {}]);
      const session = await road.open(SETTINGS);
      const error = await failureOf(session.process(WRITE));
      assert.equal(error.code, "QB_QUICKBOOKS_FAILED");
      assert.equal(error.outcome, "unknown");
      assert.match(error.message, pattern);
      await session.close();
      await road.release();
      assert.equal(isRunning(pids()[0]!), false);
      const next = await road.open(SETTINGS);
      await next.process(QUERY);
      await next.close();
    });

  it("counts as a crash", async (t) => {
    const { road } = scriptedRoad(t, [{ acts: { open: { reply: 1 } } }]);
    await failureOf(road.open(SETTINGS));
    await failureOf(road.open(SETTINGS));
    assert.equal((await failureOf(road.open(SETTINGS))).retryAfter, 1);
  });

  it("in the answer that is next to another", async (t) => {
    const { road } = scriptedRoad(t, [{ acts: { open: frame(2, 1, 1) } }]);
    assert.match((await failureOf(road.open(SETTINGS))).message, /nobody waits for/);
  });
});
