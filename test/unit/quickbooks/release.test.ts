import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { QBClient, QBError, type RequestProcessor } from "qbconnector";
import { readMessageSet } from "qbconnector/qbxml";
import { RELEASE_MS, SLOWEST_END_MS } from "../../../dist/quickbooks/end-times.js";
import { SessionQueue } from "../../../dist/quickbooks/session-queue.js";
import { quickBooksSettings } from "../../../dist/quickbooks/settings.js";
import { send } from "../../support/http-exchange.js";
import { query } from "../../support/message-sets.js";
import { recordEvents } from "../../support/recorded-events.js";
import { recordingLogger, startConnector, type LogLine } from "../../support/running-connector.js";
import { ANSWER, hang, ScriptedProcessor } from "../../support/scripted-processor.js";
import { until } from "../../support/until.js";

const SETTINGS = quickBooksSettings({});
const READ = readMessageSet(query());
const OVER = new QBError("QB_CLOSED", "over");

/** Remembers how many sessions were open when it was told to let go. */
class KeepingProcessor extends ScriptedProcessor {
  readonly released: number[] = [];
  letGo: () => Promise<void> = async () => {};

  release(): Promise<void> {
    this.released.push(this.openSessions);
    return this.letGo();
  }
}

function makeQueue(processor: RequestProcessor): { queue: SessionQueue; errors: unknown[] } {
  const errors: unknown[] = [];
  const queue = new SessionQueue(processor, {
    maxWaiting: 10,
    deadlineMs: 60_000,
    companyFileWaitMs: 60_000,
    ticketIdleMs: 60_000,
    onError: (error) => errors.push(error),
  });
  return { queue, errors };
}

describe("a processor that keeps something for the next call", () => {
  for (const end of ["close", "destroy"] as const) {
    it(`lets go of it after the sessions: ${end}`, async () => {
      const processor = new KeepingProcessor();
      const { queue, errors } = makeQueue(processor);
      await queue.openTicket({ user: "u:a", settings: SETTINGS });
      assert.equal(await queue.process({ user: "u:a", settings: SETTINGS, set: READ }), ANSWER);
      assert.deepEqual(processor.released, []);
      await queue[end](OVER);
      assert.deepEqual([processor.released, errors], [[0], []]);
    });
  }

  it("and fails at it, ends all the same, and is reported", async () => {
    const processor = new KeepingProcessor();
    const failure = new Error("no");
    processor.letGo = () => Promise.reject(failure);
    const { queue, errors } = makeQueue(processor);
    await queue.close(OVER);
    assert.deepEqual(errors, [failure]);
  });

  it("and takes as long as an orderly end may take, has not failed", async (t) => {
    const processor = new KeepingProcessor();
    t.mock.timers.enable({ apis: ["setTimeout"] });
    processor.letGo = () => new Promise((resolve) => void setTimeout(resolve, SLOWEST_END_MS));
    const { queue, errors } = makeQueue(processor);
    const closed = queue.close(OVER);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(processor.released.length, 1);
    t.mock.timers.tick(SLOWEST_END_MS);
    await closed;
    assert.deepEqual(errors, []);
  });

  it("and never lets go, is waited for only so long", async (t) => {
    const processor = new KeepingProcessor();
    processor.letGo = () => new Promise(() => {});
    const { queue, errors } = makeQueue(processor);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const closed = queue.close(OVER);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(processor.released.length, 1);
    t.mock.timers.tick(RELEASE_MS - 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(errors, []);
    t.mock.timers.tick(1);
    await closed;
    assert.match(String(errors), new RegExp(`did not let go within ${RELEASE_MS} ms`));
  });

  it("and hangs, is told at once, and again when its call has ended", async () => {
    const processor = new KeepingProcessor();
    const { step, end } = hang();
    processor.steps.push(step);
    const { queue } = makeQueue(processor);
    const failed = assert.rejects(queue.process({ user: "u:a", settings: SETTINGS, set: READ }), OVER);
    await processor.reached(1);
    await queue.destroy(OVER);
    await failed;
    assert.deepEqual(processor.released, [1]);
    end();
    await until(() => processor.released.length === 2, "it was told again");
    assert.deepEqual(processor.released, [1, 0]);
  });
});

describe("the end of a connector", () => {
  async function startKeeping(t: TestContext) {
    const processor = new KeepingProcessor();
    return { ...(await startConnector(t, { quickbooks: processor })), processor };
  }

  for (const end of ["close", "shutdown", "destroy", "reset"] as const) {
    it(`lets the processor go by ${end}(), and it works again`, async (t) => {
      const { connector, processor, url } = await startKeeping(t);
      assert.equal((await send(url, query())).status, 200);
      await connector[end]();
      assert.deepEqual(processor.released, [0]);
      await connector.listen();
      const again = url.replace(/:\d+/, `:${connector.localPort}`);
      assert.equal((await send(again, query())).status, 200);
      await connector.close();
      assert.deepEqual(processor.released, [0, 0]);
    });
  }

  it("reports what went wrong with it as an error", async (t) => {
    const { connector, processor, url } = await startKeeping(t);
    const events = recordEvents(connector, ["error"]);
    processor.letGo = () => Promise.reject(new QBError("QB_QUICKBOOKS_FAILED", "kept"));
    await send(url, query());
    await connector.close();
    assert.equal(events.length, 1);
  });
});

describe("the end of a client without URL", () => {
  for (const end of ["close", "destroy"] as const) {
    it(`lets the processor go by ${end}(), and logs what went wrong with it`, async () => {
      const processor = new KeepingProcessor();
      processor.letGo = () => Promise.reject(new Error("kept"));
      const log: LogLine[] = [];
      const client = new QBClient("", { quickbooks: processor, logger: recordingLogger(log) });
      await client.send(query());
      await client[end]();
      assert.deepEqual(processor.released, [0]);
      assert.match(log.map(({ message }) => message).join(), /kept/);
    });
  }
});
