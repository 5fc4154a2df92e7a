import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { HostCommand, HostReady, HostReply } from "../../../dist/quickbooks/com/host-protocol.js";

export type HostQuestion = HostCommand extends infer Command
  ? Command extends unknown
    ? Omit<Command, "id">
    : never
  : never;

const hostModule = new URL("../../../dist/quickbooks/com/host/host-process.js", import.meta.url);

/** A host in a child process, asked as the program asks it. */
export class HostChild {
  readonly process: ChildProcess;
  readonly ready: HostReady;
  readonly #answers: Readable;
  #chunks: Buffer[] = [];
  #held = 0;
  #lastId = 0;
  #stderr = "";

  private constructor(child: ChildProcess, ready: HostReady) {
    this.process = child;
    this.ready = ready;
    this.#answers = child.stdio[3] as Readable;
    this.#answers.on("data", (chunk: Buffer) => this.#keep(chunk));
    child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  static async start(test: { after(work: () => unknown): unknown }): Promise<HostChild> {
    const child = fork(hostModule, [], {
      execArgv: [],
      serialization: "json",
      stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
    });
    const ended = once(child, "exit");
    test.after(() => {
      child.kill();
      return ended;
    });
    const [ready] = (await once(child, "message")) as [HostReady];
    return new HostChild(child, ready);
  }

  get stderr(): string {
    return this.#stderr;
  }

  async ask(question: HostQuestion): Promise<HostReply> {
    const id = ++this.#lastId;
    const reply = once(this.process, "message") as Promise<[HostReply]>;
    this.process.send({ ...question, id });
    const [received] = await reply;
    assert.equal(received.id, id);
    return received;
  }

  /** The document that answers, as it comes by the pipe. */
  async document(kind: "requests" | "subscriptions", text: string): Promise<Buffer> {
    const id = ++this.#lastId;
    this.process.send({ id, call: "process", kind, text });
    const header = await this.#read(8);
    assert.equal(header.readUInt32LE(0), id);
    return this.#read(header.readUInt32LE(4));
  }

  /** Cuts the line, as a program that ends does. Gives the exit code. */
  async leave(): Promise<number> {
    const ended = once(this.process, "exit") as Promise<[number]>;
    this.process.disconnect();
    return (await ended)[0];
  }

  async #read(length: number): Promise<Buffer> {
    while (this.#held < length) await once(this.#answers, "data");
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#held -= length;
    return all.subarray(0, length);
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }
}
