import { QBError } from "../../errors.js";
import { aborted, inVain } from "../call-failure.js";
import type { ComOptions } from "./com-options.js";
import type { MachineFacts, QuickBooksProcess } from "./machine-facts.js";
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

  /** A failure after the first end is in vain to be tried again: each try would end QuickBooks once more for the same call. */
  async run<Value>(open: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    for (let times = 0; ; times++) {
      try {
        return await open();
      } catch (error) {
        const mayEnd = times < this.#options.closeAndRetryCount && this.#canHelp(error);
        const own = mayEnd ? await this.#ownQuickBooks(signal) : [];
        if (own.length === 0) throw times === 0 ? error : inVain(error);
        if (!(await this.#haveEnded(own, signal))) throw inVain(error);
      }
    }
  }

  #canHelp(error: unknown): boolean {
    const { closeAndRetryConnect, closeAndRetryErrorList } = this.#options;
    if (!closeAndRetryConnect || !(error instanceof QBError)) return false;
    return error.hresult !== undefined && closeAndRetryErrorList.includes(error.hresult);
  }

  /** Those of this Windows session. Others' are not touched. */
  async #ownQuickBooks(signal: AbortSignal | undefined): Promise<readonly QuickBooksProcess[]> {
    const { quickBooks, session } = await this.#look(signal);
    if (signal?.aborted === true) throw aborted("not_applied");
    return quickBooks.filter((process) => process.session === session);
  }

  async #haveEnded(
    processes: readonly QuickBooksProcess[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    return processes.every((process) => this.#end(process)) && (await this.#areGone(processes, signal));
  }

  #end({ name, pid }: QuickBooksProcess): boolean {
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

  async #areGone(processes: readonly QuickBooksProcess[], signal?: AbortSignal): Promise<boolean> {
    const { clock, isRunning } = this.#surroundings;
    const end = clock.now() + this.#options.closeAndRetryTimeout * 1000;
    while (processes.some(({ pid }) => isRunning(pid))) {
      if (signal?.aborted === true) throw aborted("not_applied");
      if (clock.now() >= end) return false;
      await clock.wait(POLL_MS);
    }
    return true;
  }
}
