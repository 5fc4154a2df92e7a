import type { Check } from "../../diagnosis.js";
import { QBError } from "../../errors.js";
import type { QuickBooksSession, QuickBooksSettings, RequestProcessor } from "../request-processor.js";
import { completeComOptions, type ComOptions, type ComRequestProcessorOptions } from "./com-options.js";
import { ComRoad } from "./com-road.js";
import { bitnessOf } from "./machine-facts.js";
import { diagnoseQuickBooks } from "./diagnosis/diagnose-quickbooks.js";
import { systemSurroundings } from "./surroundings.js";

/**
 * The road to QuickBooks Desktop on this machine, through COM. Works on Windows with the optional package koffi; elsewhere it
 * can be made, and every `open` rejects with `QB_PLATFORM`.
 */
export class ComRequestProcessor implements RequestProcessor {
  readonly #options: ComOptions;
  readonly #road: ComRoad;

  /** Throws `QB_INVALID_ARGUMENT` for an option that is wrong or not known. */
  constructor(options: ComRequestProcessorOptions = {}) {
    this.#options = completeComOptions(options);
    this.#road = new ComRoad(this.#options, systemSurroundings);
  }

  /**
   * Rejects with `QB_PLATFORM`, `QB_INSTALLATION`, `QB_QUICKBOOKS_FAILED`, `QB_ABORTED`, and what QuickBooks says, with its
   * HRESULT.
   */
  async open(
    settings: QuickBooksSettings,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<QuickBooksSession> {
    checkPlatform();
    return await this.#road.open(settings, options);
  }

  /** Looks at Windows and QuickBooks, and opens QuickBooks when it runs already and nobody uses it. On other systems says so. */
  async diagnose(
    settings: QuickBooksSettings,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Check[]> {
    const road = this.#road;
    const sight = {
      look: (until: AbortSignal) => road.look(until),
      open: (until: AbortSignal) => road.tryToOpen(settings, until),
      isInUse: () => road.isInUse,
      bitness: bitnessOf(process.arch),
      node32: this.#options.node32,
    } as const;
    return await diagnoseQuickBooks(settings, sight, { signal });
  }

  /** Ends the sessions that are kept for the next call, so that QuickBooks can be closed. */
  async release(): Promise<void> {
    await this.#road.release();
  }
}

function checkPlatform(): void {
  if (process.platform === "win32") return;
  throw new QBError(
    "QB_PLATFORM",
    `QuickBooks Desktop runs on Windows, and this program on ${process.platform}`,
    {
      advice:
        "Run a connector on the Windows machine with QuickBooks and reach it by a connection string with URL; for tests there is the Simulator.",
    },
  );
}
