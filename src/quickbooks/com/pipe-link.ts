import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AnswerFrames } from "./answer-frames.js";
import { hostEnvironment } from "./host-environment.js";
import type { HostLink, HostLinkEvents } from "./host-link.js";
import type { HostCommand } from "./host-protocol.js";
import { MESSAGE, messageFrame, PIPE, readMessage, SECRET } from "./host-frames.js";

/** How long after its end the pipe of a process may stay open. */
const PIPE_GRACE_MS = 1_000;

/**
 * A host in a Node of another bitness. A child does not get its inherited pipes across bitness, neither Node's own channel nor
 * standard error: it connects to a named pipe, and shows by a secret that it is the child.
 */
export class PipeLink implements HostLink {
  readonly #events: HostLinkEvents;
  readonly #secret = randomUUID();
  readonly #server: Server;
  readonly #child: ChildProcess;
  readonly #waiting: Buffer[] = [];
  #socket: Socket | undefined;
  #isHeld = false;
  #isEnding = false;
  #isGone = false;

  constructor(module: string, execPath: string, events: HostLinkEvents) {
    this.#events = events;
    const path = pipePath();
    this.#server = createServer((socket) => this.#admit(socket));
    this.#server.on("error", (error) => this.#onError(`it has no way to us: ${error.message}`));
    this.#server.listen(path);
    this.#child = this.#spawn(module, execPath, path);
    this.#child.on("error", (error) => {
      if (this.#child.pid === undefined) this.#onError(`it could not be started: ${error.message}`);
    });
    this.#child.on("exit", (code, signal) => {
      this.#onExit(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
    this.hold(false);
  }

  #spawn(module: string, execPath: string, path: string): ChildProcess {
    const env = { ...hostEnvironment(process.env), [PIPE]: path, [SECRET]: this.#secret };
    try {
      return spawn(execPath, [module], { env, stdio: "ignore", windowsHide: true });
    } catch (error) {
      this.#server.close();
      throw error;
    }
  }

  post(command: HostCommand): void {
    const frame = messageFrame(command);
    if (this.#socket === undefined) this.#waiting.push(frame);
    else this.#socket.write(frame);
  }

  end(): void {
    this.#isEnding = true;
    this.#socket?.end();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const one of [this.#child, this.#server, this.#socket])
      if (isHeld) one?.ref();
      else one?.unref();
  }

  /** Whoever may open the pipe can come before the child, and is not talked to. */
  #admit(socket: Socket): void {
    socket.unref();
    socket.on("error", () => socket.destroy());
    let shown = Buffer.alloc(0);
    const listen = (chunk: Buffer): void => {
      shown = Buffer.concat([shown, chunk]);
      if (shown.length < this.#secret.length) return;
      socket.off("data", listen);
      const isChild = shown.toString("latin1", 0, this.#secret.length) === this.#secret;
      if (isChild && this.#socket === undefined) this.#connect(socket, shown.subarray(this.#secret.length));
      else socket.destroy();
    };
    socket.on("data", listen);
  }

  #connect(socket: Socket, first: Buffer): void {
    this.#socket = socket;
    this.#server.close();
    this.hold(this.#isHeld);
    const frames = new AnswerFrames({
      isExpected: (id) => id === MESSAGE || this.#events.isExpected(id),
      onAnswer: (id, bytes) => (id === MESSAGE ? this.#hear(bytes) : this.#events.onAnswer(id, bytes)),
      onGarbage: (what) => this.#events.onGarbage(what),
    });
    socket.on("data", (chunk: Buffer) => frames.push(chunk));
    frames.push(first);
    for (const frame of this.#waiting.splice(0)) socket.write(frame);
    if (this.#isEnding) socket.end();
  }

  #hear(bytes: Uint8Array): void {
    let message: unknown;
    try {
      message = readMessage(bytes);
    } catch {
      return this.#events.onGarbage("a message that cannot be read");
    }
    this.#events.onMessage(message);
  }

  /** What it wrote last is still to be read. */
  #onExit(how: string): void {
    setTimeout(() => this.#gone(how), PIPE_GRACE_MS).unref();
    if (this.#socket === undefined || this.#socket.closed) this.#gone(how);
    else this.#socket.once("close", () => this.#gone(how));
  }

  #onError(how: string): void {
    this.kill();
    this.#gone(how);
  }

  #gone(how: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#server.close();
    this.#socket?.destroy();
    this.#events.onGone(how, "");
  }
}

function pipePath(): string {
  const name = `qbconnector-${randomUUID()}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}
