import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RequestProcessor } from "../quickbooks/request-processor.js";
import type { Configuration } from "./configuration.js";

/** What a connector serves. */
export interface Road {
  readonly processor: RequestProcessor;
  /** In words, for the start message. */
  readonly served: string;
  /** What the people at the machine should know. */
  readonly reminder: string | undefined;
}

export async function simulatedRoad(): Promise<Road> {
  const { Simulator } = await import("../quickbooks/simulator/index.js");
  return { processor: new Simulator(), served: "a simulated company", reminder: undefined };
}

export async function quickBooksRoad({ quickbooks }: Configuration, logger: Logger): Promise<Road> {
  const { ComRequestProcessor } = await import("../quickbooks/com/index.js");
  const processor = new ComRequestProcessor({ ...quickbooks, logger });
  return { processor, served: "QuickBooks", reminder: REMINDER };
}

const REMINDER = `Have QuickBooks open on this machine, with its company file, by the same Windows user and not as administrator.
What is in the way, if anything: qbconnector doctor`;

export function needWindows(platform: NodeJS.Platform): void {
  if (platform === "win32") return;
  throw new QBError(
    "QB_PLATFORM",
    "a real QuickBooks can be served on Windows only, on the machine with QuickBooks",
    {
      advice: "Run it there, or serve the simulated company instead: qbconnector serve --simulate",
    },
  );
}
