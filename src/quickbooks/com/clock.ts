import { setTimeout as wait } from "node:timers/promises";

export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `action` later, unless the function that it gives is called before. Keeps no program running. */
  after(ms: number, action: () => void): () => void;
  /** Keeps the program running: somebody waits for what comes then. */
  wait(ms: number): Promise<void>;
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  after: (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms).unref();
    return () => clearTimeout(timer);
  },
  wait: (ms: number) => wait(ms),
});
