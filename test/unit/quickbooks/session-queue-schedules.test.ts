import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromHresult, QBError, type QuickBooksSettings } from "qbconnector";
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
  "QB_QUICKBOOKS_BUSY",
]);

const BUSY = 0x80010001;
const LOST = 0x8004040d;
const RETRY_PAUSES_MS = [0, 1];

const step = fc.record({
  kind: fc.constantFrom("call", "call", "call", "call", "open", "onTicket", "close"),
  user: fc.constantFrom("u:a", "u:b", "u:c"),
  file: fc.constantFrom(...FILES),
  writes: fc.boolean(),
  ticks: fc.nat(6),
  abortAfter: fc.option(fc.nat(8), { freq: 4 }),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 8 }),
  failures: fc.array(fc.constantFrom(BUSY, BUSY, LOST), { maxLength: 4 }),
  opening: fc.array(fc.constantFrom(BUSY, LOST), { maxLength: 1 }),
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
    retryPausesMs: RETRY_PAUSES_MS,
    onError: (error) => assert.fail(String(error)),
  });
  readonly outcomes: Promise<string>[] = [];
  /** What became of each call that was handed over, by its number: attempts that were taken, and all of them. */
  readonly attempts = new Map<number, { taken: number; all: number }>();
  readonly #behaviour = new Map<string, Step>();
  /** Handed over for a caller who had the answer already. */
  readonly tooLate: number[] = [];
  readonly #answered = new Set<number>();
  readonly #tickets: { user: string; ticket: string }[] = [];

  constructor() {
    this.processor.otherwise = async (set, signal) => {
      const id = set.requests[0]?.requestID ?? "";
      const { ticks: count, failures } = this.#behaviour.get(id) as Step;
      const failure = failures[this.#attempt(Number(id.split(":")[2]), failures)];
      await ticks(count);
      return failure === undefined ? ANSWER : failing(failure)(set, signal);
    };
  }

  /** Gives the number of the attempts before this one. */
  #attempt(number: number, failures: readonly number[]): number {
    if (this.#answered.has(number)) this.tooLate.push(number);
    const attempts = this.attempts.get(number) ?? { taken: 0, all: 0 };
    this.attempts.set(number, attempts);
    if (failures[attempts.all] !== BUSY) attempts.taken++;
    return attempts.all++;
  }

  start(next: Step, number: number): void {
    this.processor.openFailures.push(...next.opening.map((hresult) => fromHresult(hresult)));
    const id = `${next.user}:${number}`;
    this.#behaviour.set(id, next);
    const controller = new AbortController();
    if (next.abortAfter !== null) void ticks(next.abortAfter).then(() => controller.abort());
    const caller = { user: next.user, signal: controller.signal, deadlineMs: next.deadlineMs ?? undefined };
    const answered = this.#run(next, id, caller).finally(() => this.#answered.add(number));
    this.outcomes.push(answered.then(() => "answered", codeOf));
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
      assert.deepEqual(schedule.tooLate, []);
      judgeAttempts(schedule.attempts, steps);
      judgeOrder(processor, steps);
      calls += outcomes.length;
      handedOver += processor.calls.length;
    });
    await fc.assert(property, { numRuns: 300 });
    t.diagnostic(`${calls} calls, ${handedOver} reached the processor`);
  });
});

/** QuickBooks takes a write once at most, a read twice; a busy one is asked again as often as there are pauses. */
function judgeAttempts(attempts: Schedule["attempts"], steps: readonly Step[]): void {
  for (const [number, { taken, all }] of attempts) {
    assert.ok(taken <= (steps[number]?.writes === true ? 1 : 2), "taken again");
    assert.ok(all - taken <= RETRY_PAUSES_MS.length + 1, "asked too often");
  }
}

/** Calls of one user for one file keep their order. */
function judgeOrder({ calls }: ScriptedProcessor, steps: readonly Step[]): void {
  const last = new Map<string, number>();
  for (const { set } of calls) {
    const number = Number(set.requests[0]?.requestID?.split(":")[2]);
    const next = steps[number] as Step;
    if (next.kind !== "call") continue;
    const lane = next.user + next.file;
    assert.ok((last.get(lane) ?? -1) <= number, "out of order");
    last.set(lane, number);
  }
}
