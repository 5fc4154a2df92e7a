import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { HostReply } from "../../../dist/quickbooks/com/host-protocol.js";
import type { HostQuestion } from "./host-child.js";

const hostModule = new URL("../../../dist/quickbooks/com/host/host-thread.js", import.meta.url);

interface Answer {
  readonly id: number;
  readonly answer: Uint8Array;
}

/** A host in a thread of this process, asked as the program asks it. */
export class HostWorker {
  readonly worker: Worker;
  #lastId = 0;

  private constructor(worker: Worker) {
    this.worker = worker;
  }

  static async start(
    test: { after(work: () => unknown): unknown },
    module: URL = hostModule,
    workerData?: unknown,
  ): Promise<HostWorker> {
    const worker = new Worker(module, { workerData });
    test.after(() => worker.terminate());
    const [ready] = (await once(worker, "message")) as [unknown];
    assert.deepEqual(ready, { ready: true, bitness: process.arch === "ia32" ? 32 : 64 });
    return new HostWorker(worker);
  }

  ask(question: HostQuestion): Promise<HostReply> {
    return this.#exchange<HostReply>(question);
  }

  async document(kind: "requests" | "subscriptions", text: string): Promise<Uint8Array> {
    const { answer } = await this.#exchange<Answer>({ call: "process", kind, text });
    assert.ok(answer instanceof Uint8Array);
    return answer;
  }

  async #exchange<Received extends { readonly id: number }>(question: HostQuestion): Promise<Received> {
    const id = ++this.#lastId;
    const message = once(this.worker, "message") as Promise<[Received]>;
    this.worker.postMessage({ ...question, id });
    const [received] = await message;
    assert.equal(received.id, id);
    return received;
  }
}
