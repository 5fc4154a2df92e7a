import { fork, type ChildProcess, type ForkOptions } from "node:child_process";
import type { Socket } from "node:net";
import { AnswerFrames } from "./answer-frames.js";
import { hostEnvironment } from "./host-environment.js";
import type { HostLink, HostLinkEvents } from "./host-link.js";
import type { HostCommand } from "./host-protocol.js";

const LAST_WORDS_BYTES = 4096;
const ANSWERS = 3;
/** How long after its end the pipes of a process may stay open; something that it started can have inherited them. */
const PIPES_GRACE_MS = 1_000;
const OPTIONS: ForkOptions & { readonly windowsHide: boolean } = {
  execArgv: [],
  serialization: "json",
  windowsHide: true,
  stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
};

/** A host in a child process of the program's own Node: it can be ended at any moment. */
export class ProcessLink implements HostLink {
  readonly #child: ChildProcess;
  readonly #events: HostLinkEvents;
  #lastWords = Buffer.alloc(0);
  #isGone = false;

  constructor(module: string, execPath: string, events: HostLinkEvents) {
    this.#events = events;
    this.#child = fork(module, [], { ...OPTIONS, execPath, env: hostEnvironment(process.env) });
    this.#listen();
    this.hold(false);
  }

  post(command: HostCommand): void {
    // A failure means that it ends; its end is told once, by onGone.
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  hold(isHeld: boolean): void {
    for (const one of [this.#child, this.#child.channel, ...this.#pipes()])
      if (isHeld) one?.ref();
      else one?.unref();
  }

  /** There are none of a process that could not be started. */
  #pipes(): readonly (Socket | null | undefined)[] {
    const { stderr, stdio } = this.#child;
    return [stderr as Socket | null, stdio[ANSWERS] as Socket | null | undefined];
  }

  #listen(): void {
    const [words, answers] = this.#pipes();
    const frames = new AnswerFrames(this.#events);
    words?.on("data", (chunk: Buffer) => this.#hear(chunk));
    answers?.on("data", (chunk: Buffer) => frames.push(chunk));
    // A pipe breaks when its process ends.
    for (const pipe of [words, answers]) pipe?.on("error", () => {});
    this.#child.on("message", (message) => this.#events.onMessage(message));
    this.#child.on("error", (error) => this.#onError(error));
    this.#child.on("exit", (code, signal) => {
      void this.#onExit(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  }

  /** What it wrote last is still to be read. Node tells no "close" of a child that was disconnected. */
  async #onExit(how: string): Promise<void> {
    const open = this.#pipes().filter((pipe) => pipe?.closed === false);
    setTimeout(() => this.#gone(how), PIPES_GRACE_MS).unref();
    await Promise.all(open.map((pipe) => new Promise((resolve) => pipe?.once("close", resolve))));
    this.#gone(how);
  }

  #hear(chunk: Buffer): void {
    this.#lastWords = Buffer.concat([this.#lastWords, chunk]).subarray(-LAST_WORDS_BYTES);
  }

  /** Of a process that could not be started, no exit is told. */
  #onError(error: Error): void {
    if (this.#child.pid === undefined) this.#gone(`it could not be started: ${error.message}`);
  }

  #gone(how: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const pipe of this.#pipes()) pipe?.destroy();
    this.#events.onGone(how, this.#lastWords.toString("utf8"));
  }
}
