import type { Readable } from "node:stream";
import type { Check } from "../diagnosis.js";

export interface RoadCall {
  /** The persistent connection to use. */
  readonly ticket: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Only when the call or the options of the client ask for one. */
  readonly deadlineMs: number | undefined;
}

/** How a client's message sets reach QuickBooks: over HTTP, or on this machine. */
export interface Road {
  send(qbxml: string, call: RoadCall): Promise<string>;
  sendStream(qbxml: string, call: RoadCall): Promise<Readable>;
  /** Gives the ticket of a persistent connection. */
  open(call: RoadCall): Promise<string>;
  closeTicket(ticket: string, call: RoadCall): Promise<void>;
  /** Looks at what stands between the client and QuickBooks. */
  diagnose(call: RoadCall): Promise<readonly Check[]>;
  /** Lets running calls end. */
  close(): Promise<void>;
  destroy(): Promise<void>;
}
