import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { LogonThreads } from "../../../dist/windows/logon-threads.js";
import { startProgram } from "../../support/command.js";

const MODULE = new URL("../../support/scripted-logon-thread.js", import.meta.url);
const LONG_MS = 60_000;

/** The number of the thread that answers. */
async function ask(threads: LogonThreads, user = "somebody"): Promise<number> {
  const answer = await threads.ask({ user, password: "p", interactive: false, library: "x" });
  assert.equal(answer.kind, "failed");
  return answer.lastError;
}

describe("threads of logons", () => {
  it("one logon after the other has the same thread", async () => {
    const threads = new LogonThreads(MODULE, LONG_MS);
    const numbers = new Set<number>();
    for (let count = 0; count < 50; count++) numbers.add(await ask(threads));
    assert.equal(numbers.size, 1);
  });

  it("each of those at the same time has its own, and four are kept", async () => {
    const threads = new LogonThreads(MODULE, LONG_MS);
    const together = async (): Promise<number[]> =>
      await Promise.all(Array.from({ length: 6 }, () => ask(threads)));
    const first = await together();
    const second = await together();
    assert.equal(new Set(first).size, 6);
    assert.equal(second.filter((number) => first.includes(number)).length, 4);
  });

  for (const [user, message, cause] of [
    ["exit", "the thread that asks Windows ended", undefined],
    ["throw", "the logon could not be tried", "oops"],
  ] as const)
    it(`one that ends in mid-call (${user}) is told, and the next logon has another`, async () => {
      const threads = new LogonThreads(MODULE, LONG_MS);
      const first = await ask(threads);
      await assert.rejects(ask(threads, user), (error: Error) => {
        assert.deepEqual([error.message, (error.cause as Error | undefined)?.message], [message, cause]);
        return true;
      });
      assert.notEqual(await ask(threads), first);
    });

  it("one that ends while nobody asks is replaced", async () => {
    const started = new Promise<Worker>((resolve) => {
      const listener = (message: unknown): void => {
        unsubscribe("worker_threads", listener);
        resolve((message as { readonly worker: Worker }).worker);
      };
      subscribe("worker_threads", listener);
    });
    const threads = new LogonThreads(MODULE, LONG_MS);
    const exit = started.then((worker) => once(worker, "exit"));
    const first = await ask(threads, "answer and exit");
    (await started).ref();
    await exit;
    const next = await ask(threads);
    assert.notEqual(next, first);
    assert.equal(await ask(threads), next);
  });

  it("one that hangs beyond the limit is ended, and not kept", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const threads = new LogonThreads(MODULE, LONG_MS);
    const first = await ask(threads);
    const call = ask(threads, "hang");
    t.mock.timers.tick(LONG_MS);
    await assert.rejects(call, { message: "Windows did not answer within 60 seconds" });
    const next = await ask(threads);
    assert.notEqual(next, first);
    assert.equal(await ask(threads), next);
  });

  it("those that are kept keep no program running", async (t) => {
    const module = new URL("../../../dist/windows/logon-threads.js", import.meta.url);
    const program = `
      import { LogonThreads } from ${JSON.stringify(module)};
      const threads = new LogonThreads(new URL(${JSON.stringify(MODULE)}), ${LONG_MS});
      const answer = await threads.ask({ user: "somebody", password: "p", interactive: false, library: "x" });
      console.log(answer.kind);`;
    const { ended } = startProgram(t, process.execPath, ["--input-type=module", "--eval", program]);
    assert.deepEqual(await ended, { code: 0, stdout: "failed\n", stderr: "" });
  });
});
