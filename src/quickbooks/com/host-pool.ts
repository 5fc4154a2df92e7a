import type { Clock } from "./clock.js";
import type { HostHandle } from "./host-handle.js";

/** For which opens a host is good: those of one application, in one kind of Node. */
export interface HostUse {
  readonly applicationName: string;
  readonly applicationId: string;
  readonly inNode32: boolean;
}

export interface HostPoolOptions {
  readonly clock: Clock;
  /** How long a host is kept; with 0 none is. */
  readonly idleMs: number;
  readonly start: (inNode32: boolean) => HostHandle;
}

interface KeptHost {
  readonly host: HostHandle;
  readonly key: string;
  readonly cancelTimer: () => void;
}

/** Clients choose the names of applications. */
const MOST_KEPT = 4;

/** Starts hosts, and keeps those without a session for the next one: they hold nothing of QuickBooks, and a start takes long. */
export class HostPool {
  readonly #options: HostPoolOptions;
  readonly #keys = new WeakMap<HostHandle, string>();
  readonly #kept = new Set<KeptHost>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /** One that was kept, or a new one. */
  take(use: HostUse): HostHandle {
    const key = JSON.stringify([use.applicationName, use.applicationId, use.inNode32]);
    const host = this.#takeKept(key) ?? this.#options.start(use.inNode32);
    this.#keys.set(host, key);
    return host;
  }

  /** Keeps it when it can serve another session. Otherwise ends it, and resolves when it has ended. */
  async giveBack(host: HostHandle): Promise<void> {
    const { clock, idleMs } = this.#options;
    if (idleMs === 0 || !host.isReusable) return await host.end();
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.size >= MOST_KEPT) this.#end(oldest);
    const key = this.#keys.get(host) ?? "";
    const kept: KeptHost = { host, key, cancelTimer: clock.after(idleMs, () => this.#end(kept)) };
    this.#kept.add(kept);
  }

  /** Ends those that are kept. */
  async release(): Promise<void> {
    for (const kept of this.#kept) this.#end(kept);
    await Promise.all(this.#ending);
  }

  #takeKept(key: string): HostHandle | undefined {
    for (const kept of this.#kept) {
      if (kept.key !== key) continue;
      this.#remove(kept);
      if (kept.host.isAlive) return kept.host;
    }
    return undefined;
  }

  #remove(kept: KeptHost): void {
    kept.cancelTimer();
    this.#kept.delete(kept);
  }

  #end(kept: KeptHost): void {
    this.#remove(kept);
    const ended = kept.host.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
