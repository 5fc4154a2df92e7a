export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `action` later, unless the function that it gives is called before. Keeps no program running. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  after: (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms).unref();
    return () => clearTimeout(timer);
  },
});
