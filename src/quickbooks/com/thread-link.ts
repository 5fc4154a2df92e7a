import { Worker } from "node:worker_threads";
import type { HostLink, HostLinkEvents } from "./host-link.js";
import type { HostCommand, HostEnd } from "./host-protocol.js";

/** A host in a thread of this program: light, but a call that hangs cannot be ended, and a crash ends the program. */
export class ThreadLink implements HostLink {
  readonly #worker: Worker;
  readonly #events: HostLinkEvents;
  #failure: string | undefined;

  constructor(module: string, events: HostLinkEvents) {
    this.#events = events;
    // Its output is kept from the program's; reading it would keep the program running.
    this.#worker = new Worker(module, { execArgv: [], stdout: true, stderr: true });
    this.#worker.on("message", (message: unknown) => this.#onMessage(message));
    this.#worker.on("messageerror", () => this.#events.onGarbage("a message that cannot be read"));
    this.#worker.on("error", (error) => (this.#failure = String(error)));
    this.#worker.on("exit", (code) => this.#events.onGone(`exit code ${code}`, this.#failure ?? ""));
    this.#worker.unref();
  }

  post(command: HostCommand): void {
    this.#worker.postMessage(command);
  }

  end(): void {
    const end: HostEnd = { end: true };
    this.#worker.postMessage(end);
  }

  kill(): void {
    void this.#worker.terminate();
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  #onMessage(message: unknown): void {
    const { id, answer } = (message ?? {}) as { readonly id?: unknown; readonly answer?: unknown };
    if (!(answer instanceof Uint8Array)) return this.#events.onMessage(message);
    if (typeof id === "number" && this.#events.isExpected(id)) return this.#events.onAnswer(id, answer);
    this.#events.onGarbage("an answer that nobody waits for");
  }
}
