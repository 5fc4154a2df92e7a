import type { QuickBooksSettings } from "../request-processor.js";
import type { Bitness, MachineFacts, RegisteredServer } from "./machine-facts.js";

/** Which registered server a host is to create, and how. */
export interface ServerChoice {
  readonly progId: string;
  readonly clsid: string;
  readonly kind: "in-process" | "local-server";
}

/** What the programs and the settings of a session have to say to QuickBooks. */
export interface HostSettings extends QuickBooksSettings {
  readonly unattendedMode: "required" | "optional" | undefined;
  readonly personalData: "required" | "optional" | "notNeeded" | undefined;
}

/** What the host is asked. One at a time; `id` comes back with the answer. */
export type HostCommand =
  | { readonly id: number; readonly call: "find" }
  | { readonly id: number; readonly call: "look" }
  | {
      readonly id: number;
      readonly call: "open";
      readonly server: ServerChoice;
      readonly settings: HostSettings;
    }
  /** Whether the session still answers: the name of its company file. */
  | { readonly id: number; readonly call: "check" }
  | {
      readonly id: number;
      readonly call: "process";
      readonly kind: "requests" | "subscriptions";
      readonly text: string;
    }
  /** Ends session and connection, and releases the request processor. */
  | { readonly id: number; readonly call: "close" };

/** Said to a host in a thread when no command will follow. One in a process sees that its channel is closed. */
export interface HostEnd {
  readonly end: true;
}

/** What a host says once, when it is ready for commands. */
export interface HostReady {
  readonly ready: true;
  readonly bitness: Bitness;
}

export interface SessionFacts {
  readonly companyFile: string;
  /** The qbXML versions that QuickBooks takes in this session. */
  readonly versions: readonly string[];
  /** Of the request processor: `16.0 release 3`. */
  readonly release: string;
  /** What of the settings QuickBooks does not know, in words; it goes on without them. */
  readonly notes: readonly string[];
}

/** A call of the request processor that failed. */
export interface HostFailure {
  /** The method: `BeginSession`, `ProcessRequest`, `CoCreateInstance`. */
  readonly step: string;
  /** Unsigned. */
  readonly hresult: number;
  /** What the request processor said, if it said more. */
  readonly description: string;
}

/** The answer to a command. Response documents travel beside these, as bytes of UTF-8. */
export type HostReply =
  | { readonly id: number; readonly servers: readonly RegisteredServer[] }
  | { readonly id: number; readonly facts: MachineFacts }
  | { readonly id: number; readonly opened: SessionFacts }
  | { readonly id: number; readonly companyFile: string }
  | { readonly id: number; readonly closed: true }
  /** After `open` nothing of the session remains, unless it says so: then undoing failed, too. */
  | { readonly id: number; readonly failure: HostFailure; readonly remains?: true }
  /** The host itself could not do it: no koffi, or a defect. */
  | { readonly id: number; readonly error: { readonly message: string; readonly advice?: string } };
