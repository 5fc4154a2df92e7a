import type { Readable } from "node:stream";
import type { CallOptions } from "./client-options.js";

/** How the message sets of typed calls leave the client. */
export interface Carrier {
  send(qbxml: string, call: CallOptions): Promise<string>;
  sendStream(qbxml: string, call: CallOptions): Promise<Readable>;
  /** Opens a persistent connection that no other call uses. */
  connect(call: CallOptions): Promise<OwnConnection>;
}

/** A persistent connection of one query. */
export interface OwnConnection {
  send(qbxml: string, call: CallOptions): Promise<string>;
  sendStream(qbxml: string, call: CallOptions): Promise<Readable>;
  /** Never fails: nobody waits for its failure. Can be called twice. */
  close(): Promise<void>;
}
