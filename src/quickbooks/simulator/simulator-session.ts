import { setTimeout as pause } from "node:timers/promises";
import { QBError } from "../../errors.js";
import type { MessageSet } from "../../qbxml/envelope.js";
import { writeDocument } from "../../qbxml/writer.js";
import { fromHresult } from "../../hresult.js";
import type { QuickBooksSession, QuickBooksSettings } from "../request-processor.js";
import type { Company } from "./company.js";
import { element } from "./elements.js";
import { responseSet, withRecovery } from "./error-recovery.js";
import { Iterators } from "./iterators.js";
import { parseMessageSet, processRequests } from "./message-set.js";
import type { HostFacts, RequestContext } from "./request-handler.js";

const NO_SESSION = 0x8004040c;

export interface SessionSetup {
  readonly company: Company;
  readonly settings: QuickBooksSettings;
  readonly host: HostFacts;
  readonly delayMs: number;
  readonly onClose: (session: SimulatorSession) => void;
}

/** One session with the simulated QuickBooks. */
export class SimulatorSession implements QuickBooksSession {
  readonly #setup: SessionSetup;
  readonly #iterators = new Iterators();
  #isOpen = true;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
  }

  get companyFile(): string {
    return this.#setup.company.file;
  }

  async process(set: MessageSet, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    this.#requireOpen();
    await this.#work(options.signal);
    this.#requireOpen();
    return this.#answer(set);
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#iterators.clear();
    this.#setup.onClose(this);
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw fromHresult(NO_SESSION);
  }

  /** The time that QuickBooks would need; nothing is done to the books before it has passed. */
  async #work(signal: AbortSignal | undefined): Promise<void> {
    refuseAborted(signal);
    if (this.#setup.delayMs === 0) return;
    await pause(this.#setup.delayMs, undefined, signal === undefined ? {} : { signal }).catch(
      () => undefined,
    );
    refuseAborted(signal);
  }

  #answer(set: MessageSet): string {
    const { company, settings, host } = this.#setup;
    const { set: requests, scope } = parseMessageSet(set, host.versions);
    const context: RequestContext = {
      company,
      scope,
      host,
      iterators: this.#iterators,
      readOnly: settings.readOnly,
    };
    const recovery = { application: settings.applicationName, set: requests, text: set.text };
    const work = (): ReturnType<typeof processRequests> => processRequests(requests, context);
    const recovered = withRecovery(recovery, company.savedMessageSets, work, context);
    return writeDocument(element("QBXML", [responseSet(requests, recovered)]));
  }
}

export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new QBError("QB_ABORTED", "the call was aborted", { cause: signal.reason });
}
