import { fileURLToPath } from "node:url";
import { systemClock, type Clock } from "./clock.js";
import type { StartLink } from "./host-link.js";
import { ProcessLink } from "./process-link.js";
import { ThreadLink } from "./thread-link.js";

/** What the road uses of the system. */
export interface Surroundings {
  readonly clock: Clock;
  /** @param execPath Of the Node that runs it. */
  readonly startProcess: (execPath: string) => StartLink;
  readonly startThread: () => StartLink;
  readonly endProcess: (pid: number) => void;
  readonly isRunning: (pid: number) => boolean;
}

export const systemSurroundings: Surroundings = Object.freeze({
  clock: systemClock,
  startProcess: (execPath: string): StartLink => {
    const module = fileURLToPath(new URL("./host/host-process.js", import.meta.url));
    return (events) => new ProcessLink(module, execPath, events);
  },
  startThread: (): StartLink => {
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
