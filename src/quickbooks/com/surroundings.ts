import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { QBError } from "../../errors.js";
import { NODE_32 } from "../../node-32.js";
import { systemClock, type Clock } from "./clock.js";
import type { StartLink } from "./host-link.js";
import { checkOwnNode, programFacts } from "./own-node.js";
import { PipeLink } from "./pipe-link.js";
import { ProcessLink } from "./process-link.js";
import { ThreadLink } from "./thread-link.js";

/** What the road uses of the system. */
export interface Surroundings {
  readonly clock: Clock;
  /** With the program's own Node. */
  readonly startProcess: () => StartLink;
  /** @param execPath Of a Node of another bitness. */
  readonly startNode32: (execPath: string) => StartLink;
  readonly startThread: () => StartLink;
  readonly endProcess: (pid: number) => void;
  readonly isRunning: (pid: number) => boolean;
}

export const systemSurroundings: Surroundings = Object.freeze({
  clock: systemClock,
  startProcess: (): StartLink => {
    checkOwnNode(programFacts(), "process");
    const module = fileURLToPath(new URL("./host/host-process.js", import.meta.url));
    return (events) => new ProcessLink(module, process.execPath, events);
  },
  startNode32: (execPath: string): StartLink => {
    if (!existsSync(execPath)) throw noSuchNode(execPath);
    const module = fileURLToPath(new URL("./host/host-pipe.js", import.meta.url));
    return (events) => new PipeLink(module, execPath, events);
  },
  startThread: (): StartLink => {
    checkOwnNode(programFacts(), "thread");
    const module = fileURLToPath(new URL("./host/host-thread.js", import.meta.url));
    return (events) => new ThreadLink(module, events);
  },
  endProcess: (pid: number) => void process.kill(pid, "SIGKILL"),
  isRunning,
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function noSuchNode(path: string): QBError {
  return new QBError("QB_INSTALLATION", `node32 is ${path}, and there is no such file`, { advice: NODE_32 });
}
