import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { QBError, type QuickBooksSettings } from "qbconnector";
import { readMessageSet } from "qbconnector/qbxml";
import { SessionQueue } from "../../../dist/quickbooks/session-queue.js";
import { add, query } from "../../support/message-sets.js";
import { ANSWER, failing, ScriptedProcessor } from "../../support/scripted-processor.js";

const FILES = ["", "C:\\A.qbw", "C:\\B.qbw"];
/** Everything that a caller may hear in a schedule. */
const CODES = new Set([
  "QB_ABORTED",
  "QB_DEADLINE",
  "QB_COMPANY_FILE_HELD",
  "QB_SESSION_LOST",
  "QB_TICKET",
  "QB_QUEUE_FULL",
]);

const step = fc.record({
  kind: fc.constantFrom("call", "call", "call", "call", "open", "onTicket", "close"),
  user: fc.constantFrom("u:a", "u:b", "u:c"),
  file: fc.constantFrom(...FILES),
  writes: fc.boolean(),
  ticks: fc.nat(6),
  abortAfter: fc.option(fc.nat(8), { freq: 4 }),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 8 }),
  fails: fc.constantFrom(false, false, false, false, true),
  pause: fc.nat(3),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function settings(companyFile: string): QuickBooksSettings {
  return {
    applicationName: "App",
    applicationId: "",
    companyFile,
    mode: "DoNotCare",
    authFlags: undefined,
    readOnly: false,
  };
}

async function ticks(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs one schedule, and gives what each call came to. */
class Schedule {
  readonly processor = new ScriptedProcessor();
  readonly queue = new SessionQueue(this.processor, {
    maxWaiting: 20,
    deadlineMs: 10_000,
    companyFileWaitMs: 10,
    ticketIdleMs: 30,
    onError: (error) => assert.fail(String(error)),
  });
  readonly outcomes: Promise<string>[] = [];
  readonly #behaviour = new Map<string, Step>();
  readonly #tickets: { user: string; ticket: string }[] = [];

  constructor() {
    this.processor.otherwise = async (set, signal) => {
      const { ticks: count, fails } = this.#behaviour.get(set.requests[0]?.requestID ?? "") as Step;
      await ticks(count);
      return fails ? failing(0x8004040d)(set, signal) : ANSWER;
    };
  }

  start(next: Step, number: number): void {
    const id = `${next.user}:${number}`;
    this.#behaviour.set(id, next);
    const controller = new AbortController();
    if (next.abortAfter !== null) void ticks(next.abortAfter).then(() => controller.abort());
    const caller = { user: next.user, signal: controller.signal, deadlineMs: next.deadlineMs ?? undefined };
    this.outcomes.push(this.#run(next, id, caller).then(() => "answered", codeOf));
  }

  async #run(next: Step, id: string, caller: { user: string }): Promise<void> {
    const own = this.#tickets.find(({ user }) => user === next.user);
    if (next.kind === "open") {
      const opened = await this.queue.openTicket({ ...caller, settings: settings(next.file) });
      this.#tickets.push({ user: next.user, ticket: opened.ticket });
    } else if (next.kind === "close") {
      if (own !== undefined) await this.queue.closeTicket(own.user, own.ticket);
    } else {
      const set = readMessageSet((next.writes ? add : query)(id));
      const ticket = next.kind === "onTicket" ? own?.ticket : undefined;
      assert.equal(
        await this.queue.process({ ...caller, settings: settings(next.file), set, ticket }),
        ANSWER,
      );
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof QBError) return error.code;
  throw error;
}

describe("any schedule of calls, tickets, departures and failures", () => {
  it("never two at once, every call settles, every session is closed", async (t) => {
    let calls = 0;
    let handedOver = 0;
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const schedule = new Schedule();
      for (const [number, next] of steps.entries()) {
        schedule.start(next, number);
        await ticks(next.pause);
      }
      const outcomes = await Promise.all(schedule.outcomes);
      for (const outcome of outcomes) assert.ok(outcome === "answered" || CODES.has(outcome), outcome);
      await schedule.queue.close(new QBError("QB_CLOSED", "over"));
      const { processor } = schedule;
      assert.ok(processor.mostAtOnce <= 1, "two at once");
      assert.equal(processor.openSessions, 0, "a session is left open");
      judgeOrder(processor, steps);
      calls += outcomes.length;
      handedOver += processor.calls.length;
    });
    await fc.assert(property, { numRuns: 300 });
    t.diagnostic(`${calls} calls, ${handedOver} reached the processor`);
  });
});

/** Calls of one user for one file keep their order; a write reaches the processor once at most, a read twice. */
function judgeOrder({ calls }: ScriptedProcessor, steps: readonly Step[]): void {
  const seen = new Map<number, number>();
  const last = new Map<string, number>();
  for (const { set } of calls) {
    const number = Number(set.requests[0]?.requestID?.split(":")[2]);
    const next = steps[number] as Step;
    seen.set(number, (seen.get(number) ?? 0) + 1);
    assert.ok((seen.get(number) ?? 0) <= (next.writes ? 1 : 2), "handed over again");
    if (next.kind !== "call") continue;
    const lane = next.user + next.file;
    assert.ok((last.get(lane) ?? -1) <= number, "out of order");
    last.set(lane, number);
  }
}
