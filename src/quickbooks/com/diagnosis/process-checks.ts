import { fail, pass, skip, warn, type Check } from "../../../diagnosis.js";
import type { MachineFacts, QuickBooksProcess } from "../machine-facts.js";
import type { QuickBooksFacts } from "./quickbooks-facts.js";

const NOT_LOOKED = "the processes could not be listed; see koffi";
const NOT_RUNNING = "QuickBooks is not running";

export function checkProcess({ machine, companyFile }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("quickbooks-process", NOT_LOOKED);
  const { quickBooks } = machine;
  const here = inOurSession(machine);
  if (quickBooks.length === 0) return notRunning(companyFile);
  if (here.length > 1)
    return warn(
      "quickbooks-process",
      `QuickBooks runs ${here.length} times: ${named(here)}`,
      "Close all but one, or end the ones that do not answer in the Task Manager.",
    );
  return pass("quickbooks-process", `QuickBooks runs: ${named(quickBooks)}`);
}

function notRunning(companyFile: string): Check {
  if (companyFile === "")
    return fail(
      "quickbooks-process",
      "QuickBooks is not running and no company file is named, so there are no books to open",
      "Start QuickBooks and open the company file, or name it: CompanyFile in the connection string.",
    );
  return warn(
    "quickbooks-process",
    "QuickBooks is not running; a call starts it in the background, if it may log in automatically",
    "Start QuickBooks, or allow automatic login: Edit, Preferences, Integrated Applications, Company Preferences, the application's Properties.",
  );
}

/** QuickBooks in another Windows session cannot be reached. */
export function checkSession({ machine }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("quickbooks-session", NOT_LOOKED);
  if (machine.quickBooks.length === 0) return skip("quickbooks-session", NOT_RUNNING);
  if (inOurSession(machine).length > 0)
    return pass(
      "quickbooks-session",
      `QuickBooks runs in Windows session ${machine.session}, as this program does`,
    );
  const theirs = [...new Set(machine.quickBooks.map(({ session }) => session))].join(", ");
  return fail(
    "quickbooks-session",
    `QuickBooks runs in Windows session ${theirs}, this program in ${machine.session}: they cannot reach each other`,
    `Run this program as the user, and on the desktop, where QuickBooks is open; or start QuickBooks as ${machine.user} in session ${machine.session}.`,
  );
}

/** Of two programs, of which one runs as administrator, neither sees the other. */
export function checkElevation({ machine }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("elevation", NOT_LOOKED);
  const here = inOurSession(machine);
  if (here.length === 0) return skip("elevation", `${NOT_RUNNING} in this Windows session`);
  const { elevated } = machine;
  if (elevated === undefined) return skip("elevation", "Windows does not tell how this program runs");
  if (here.some((one) => one.elevated === elevated))
    return pass("elevation", `QuickBooks and this program both run ${rights(elevated)}`);
  if (here.every((one) => one.elevated === undefined)) return untold(elevated);
  return fail(
    "elevation",
    `QuickBooks runs ${rights(!elevated)}, this program ${rights(elevated)}: Windows keeps them apart`,
    elevated
      ? "Start this program without administrator rights."
      : 'Start QuickBooks without administrator rights: not "Run as administrator", also not in its shortcut under Properties, Compatibility.',
  );
}

function untold(elevated: boolean): Check {
  return warn(
    "elevation",
    `Windows does not tell how QuickBooks runs; this program runs ${rights(elevated)}`,
    "See that QuickBooks and this program run as the same user, both without administrator rights.",
  );
}

export function checkDialog({ machine }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("dialog", NOT_LOOKED);
  if (machine.quickBooks.length === 0) return skip("dialog", NOT_RUNNING);
  if (inOurSession(machine).length === 0)
    return skip("dialog", "the windows of another Windows session cannot be seen");
  const titles = machine.dialogs.map(({ title }) => (title === "" ? "one without a title" : `"${title}"`));
  if (titles.length === 0) return pass("dialog", "no dialog is open in QuickBooks");
  return warn(
    "dialog",
    `QuickBooks has a window open in front of its main one: ${titles.join(", ")}`,
    "Answer or close it in QuickBooks; while a dialog waits, QuickBooks refuses requests.",
  );
}

function inOurSession({ quickBooks, session }: MachineFacts): readonly QuickBooksProcess[] {
  return quickBooks.filter((one) => one.session === session);
}

function named(processes: readonly QuickBooksProcess[]): string {
  return processes.map(({ name, pid }) => `${name} (process ${pid})`).join(", ");
}

function rights(elevated: boolean): string {
  return elevated ? "as administrator" : "without administrator rights";
}
