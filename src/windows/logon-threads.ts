import { Worker } from "node:worker_threads";
import type { LogonAnswer, LogonTask } from "./logon-thread.js";

/** How many threads are kept for the next logons. */
const MOST_KEPT = 4;

interface Asked {
  readonly resolve: (answer: LogonAnswer) => void;
  readonly reject: (reason: NoLogonAnswer) => void;
}

/** A thread was asked, and gave no answer. */
export class NoLogonAnswer extends Error {}

/** A thread that asks Windows, about one logon at a time. Keeps the program running only while it is asked. */
class LogonThread {
  readonly #worker: Worker;
  #asked: Asked | undefined;
  #isAlive = true;

  constructor(module: URL) {
    this.#worker = new Worker(module, { execArgv: [] });
    this.#worker.on("message", (answer: LogonAnswer) => this.#asked?.resolve(answer));
    this.#worker.on("error", (cause) => this.#fail("the logon could not be tried", cause));
    this.#worker.on("exit", () => this.#fail("the thread that asks Windows ended"));
    this.#worker.unref();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async ask(task: LogonTask, limitMs: number): Promise<LogonAnswer> {
    const timer = setTimeout(() => this.#giveUp(limitMs), limitMs);
    this.#worker.ref();
    try {
      return await new Promise<LogonAnswer>((resolve, reject) => {
        this.#asked = { resolve, reject };
        this.#worker.postMessage(task);
      });
    } finally {
      this.#asked = undefined;
      this.#worker.unref();
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#isAlive = false;
    void this.#worker.terminate();
  }

  #giveUp(limitMs: number): void {
    this.#fail(`Windows did not answer within ${limitMs / 1000} seconds`);
    this.end();
  }

  #fail(message: string, cause?: unknown): void {
    this.#isAlive = false;
    this.#asked?.reject(new NoLogonAnswer(message, { cause }));
  }
}

/**
 * One thread for each logon that is under way. They are kept for the next ones: a thread that ends does not give back all of its
 * memory.
 */
export class LogonThreads {
  readonly #module: URL;
  readonly #limitMs: number;
  #kept: LogonThread[] = [];

  constructor(module: URL, limitMs: number) {
    this.#module = module;
    this.#limitMs = limitMs;
  }

  /** Rejects with `NoLogonAnswer`: the thread ended, or took too long and is ended. */
  async ask(task: LogonTask): Promise<LogonAnswer> {
    this.#kept = this.#kept.filter(({ isAlive }) => isAlive);
    const thread = this.#kept.pop() ?? new LogonThread(this.#module);
    const answer = await thread.ask(task, this.#limitMs);
    if (this.#kept.length < MOST_KEPT) this.#kept.push(thread);
    else thread.end();
    return answer;
  }
}
