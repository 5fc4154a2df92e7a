import { QBError } from "../../errors.js";
import { fromHresult } from "../../hresult.js";
import type { QuickBooksSettings, RequestProcessor } from "../request-processor.js";
import { Clock } from "./clock.js";
import type { Company } from "./company.js";
import { freshCompany } from "./fresh-company.js";
import { hostFacts, MAX_VERSION, refuseAuthFlags, type Edition } from "./product.js";
import { refuseAborted, SimulatorSession } from "./simulator-session.js";

export interface SimulatorOptions {
  /** The company file that is open in QuickBooks. Default `C:\Company\Sample.qbw`. */
  readonly companyFile?: string;
  /** More files that can be opened, each a company of its own. */
  readonly companyFiles?: readonly string[];
  /** Default `Enterprise`. */
  readonly edition?: Edition;
  /** The newest qbXML version that is understood, from `11.0` to `16.0`. Default `16.0`. */
  readonly maxVersion?: string;
  /** Default: the clock of this computer. */
  readonly clock?: () => Date;
  /** Name of the zone of the QuickBooks computer, for example `America/New_York`. Default: that of this computer. */
  readonly timeZone?: string;
  /** Milliseconds that each message set takes. Default 0. */
  readonly delayMs?: number;
}

const NO_APPLICATION_NAME = 0x80040415;
const FILE_CANNOT_BE_OPENED = 0x80040403;
const ANOTHER_FILE_IS_OPEN = 0x8004040a;

/**
 * One QuickBooks with its company files, in memory: a request processor that needs neither Windows nor QuickBooks.
 *
 * ```ts
 * const connector = new QBConnector({ quickbooks: new Simulator() });
 * ```
 */
export class Simulator implements RequestProcessor {
  readonly #companies: ReadonlyMap<string, Company>;
  readonly #edition: Edition;
  readonly #maxVersion: string;
  readonly #delayMs: number;
  readonly #sessions = new Set<SimulatorSession>();
  /** The company that is open in QuickBooks. */
  #company: Company;

  constructor(options: SimulatorOptions = {}) {
    const { companyFile = "C:\\Company\\Sample.qbw", companyFiles = [] } = options;
    const clock = makeClock(options);
    this.#company = freshCompany(companyFile, clock);
    const others = companyFiles.map((file) => freshCompany(file, clock));
    this.#companies = new Map([...others, this.#company].map((company) => [keyOf(company.file), company]));
    this.#edition = options.edition ?? "Enterprise";
    this.#maxVersion = options.maxVersion ?? MAX_VERSION;
    this.#delayMs = options.delayMs ?? 0;
    hostFacts(this.#edition, this.#maxVersion, "DoNotCare");
  }

  async open(
    settings: QuickBooksSettings,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<SimulatorSession> {
    refuseAborted(options.signal);
    if (settings.applicationName === "") throw fromHresult(NO_APPLICATION_NAME);
    refuseAuthFlags(settings.authFlags, this.#edition);
    this.#company = this.#companyFor(settings.companyFile);
    const session = new SimulatorSession({
      company: this.#company,
      settings,
      host: hostFacts(this.#edition, this.#maxVersion, settings.mode),
      delayMs: this.#delayMs,
      onClose: (closed) => this.#sessions.delete(closed),
    });
    this.#sessions.add(session);
    return session;
  }

  /** One QuickBooks has one file open; another can be opened when nobody uses it. */
  #companyFor(file: string): Company {
    if (file === "") return this.#company;
    const company = this.#companies.get(keyOf(file));
    if (company === undefined) throw fromHresult(FILE_CANNOT_BE_OPENED);
    if (company !== this.#company && this.#sessions.size > 0) throw fromHresult(ANOTHER_FILE_IS_OPEN);
    return company;
  }
}

function makeClock({ clock = () => new Date(), timeZone }: SimulatorOptions): Clock {
  try {
    return new Clock(clock, timeZone);
  } catch (cause) {
    throw new QBError("QB_INVALID_ARGUMENT", `timeZone "${timeZone ?? ""}" is not known`, { cause });
  }
}

/** Windows does not tell file names apart by case, nor by the slant of their slashes. */
function keyOf(file: string): string {
  return file.toLowerCase().replaceAll("/", "\\");
}
