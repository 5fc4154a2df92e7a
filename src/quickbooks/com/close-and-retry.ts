import { QBError } from "../../errors.js";
import { aborted } from "../call-failure.js";
import type { ComOptions } from "./com-options.js";
import type { MachineFacts } from "./machine-facts.js";
import type { Surroundings } from "./surroundings.js";

const POLL_MS = 250;

/** Ends a QuickBooks that cannot be opened, as the settings CloseAndRetry of the Remote Connector do; only when the options say so. */
export class CloseAndRetry {
  readonly #options: ComOptions;
  readonly #surroundings: Surroundings;
  readonly #look: (signal: AbortSignal | undefined) => Promise<MachineFacts>;

  constructor(
    options: ComOptions,
    surroundings: Surroundings,
    look: (signal: AbortSignal | undefined) => Promise<MachineFacts>,
  ) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#look = look;
  }

  async run<Value>(open: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    for (let left = this.#options.closeAndRetryCount; ; left--) {
      try {
        return await open();
      } catch (error) {
        if (left <= 0 || !this.#canHelp(error) || !(await this.#endQuickBooks(signal))) throw error;
      }
    }
  }

  #canHelp(error: unknown): boolean {
    const { closeAndRetryConnect, closeAndRetryErrorList } = this.#options;
    if (!closeAndRetryConnect || !(error instanceof QBError)) return false;
    return error.hresult !== undefined && closeAndRetryErrorList.includes(error.hresult);
  }

  /** False when there is none of this Windows session, or it did not end. Others' are not touched. */
  async #endQuickBooks(signal: AbortSignal | undefined): Promise<boolean> {
    const { quickBooks, session } = await this.#look(signal);
    const own = quickBooks.filter((process) => process.session === session);
    if (signal?.aborted === true) throw aborted("not_applied");
    if (own.length === 0) return false;
    return own.every((process) => this.#end(process)) && (await this.#areGone(own, signal));
  }

  #end({ name, pid }: { readonly name: string; readonly pid: number }): boolean {
    const { logger } = this.#options;
    logger.warn({ pid }, `QuickBooks cannot be opened, and ${name} is ended as closeAndRetryConnect says`);
    try {
      if (this.#surroundings.isRunning(pid)) this.#surroundings.endProcess(pid);
      return true;
    } catch (error) {
      logger.error({ pid, error }, `${name} cannot be ended`);
      return false;
    }
  }

  async #areGone(processes: readonly { readonly pid: number }[], signal?: AbortSignal): Promise<boolean> {
    const { clock, isRunning } = this.#surroundings;
    const end = clock.now() + this.#options.closeAndRetryTimeout * 1000;
    while (processes.some(({ pid }) => isRunning(pid))) {
      if (signal?.aborted === true) throw aborted("not_applied");
      if (clock.now() >= end) return false;
      await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
    }
    return true;
  }
}
