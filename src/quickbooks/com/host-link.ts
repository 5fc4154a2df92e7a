import type { HostCommand } from "./host-protocol.js";

/** What a host says or does, as its link hears it. */
export interface HostLinkEvents {
  /** Whether an answer with this id is waited for. */
  readonly isExpected: (id: number) => boolean;
  /** Whatever the host sent; it may be anything. */
  readonly onMessage: (message: unknown) => void;
  /** The document that answers a `process`. */
  readonly onAnswer: (id: number, answer: Uint8Array) => void;
  /** Bytes that are no answer. */
  readonly onGarbage: (what: string) => void;
  /** Once, when nothing more can come: how it ended, and the last of what it wrote to standard error. */
  readonly onGone: (how: string, lastWords: string) => void;
}

/** The way to a host, which is a child process or a worker thread. Counts from its start as alive until `onGone`. */
export interface HostLink {
  post(command: HostCommand): void;
  /** Tells it that no command will follow; it lets go of everything and ends. */
  end(): void;
  /** Ends it now, whatever it does. */
  kill(): void;
  /** While it is held, it keeps the program running. */
  hold(isHeld: boolean): void;
}

export type StartLink = (events: HostLinkEvents) => HostLink;
