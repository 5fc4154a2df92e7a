import { isSea } from "node:sea";
import { QBError } from "../../errors.js";

/** What this program is, when it is not a script that Node runs. */
export interface ProgramFacts {
  /** Node with the program inside, in one file. */
  readonly isSingleExecutable: boolean;
  /** The same, made by pkg. */
  readonly isPackaged: boolean;
  readonly isElectron: boolean;
}

const ADVICE =
  "Run `qbconnector serve` with Node beside this program, on the same machine, and connect to it by its URL.";

export function programFacts(): ProgramFacts {
  return {
    isSingleExecutable: isSea(),
    isPackaged: "pkg" in process,
    isElectron: process.versions["electron"] !== undefined,
  };
}

/** Throws `QB_PLATFORM` where `process.execPath` is no Node: run with a host, it would start the whole program once more. */
export function checkOwnNode(facts: ProgramFacts, host: "process" | "thread"): void {
  // Electron lets nobody see memory that is not its own, which each call of COM needs; in a thread, too.
  if (facts.isElectron) throw refused("Electron, in which QuickBooks cannot be called");
  if (host === "thread") return;
  if (facts.isSingleExecutable) throw refused("a single executable, not a script that Node runs");
  if (facts.isPackaged) throw refused("an executable made by pkg, not a script that Node runs");
}

function refused(what: string): QBError {
  return new QBError(
    "QB_PLATFORM",
    `the process that talks to QuickBooks is not started: this program is ${what}`,
    {
      advice: ADVICE,
    },
  );
}
