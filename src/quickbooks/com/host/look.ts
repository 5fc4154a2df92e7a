import { release, userInfo, version } from "node:os";
import { isDialog, listWindows } from "../../../windows/dialogs.js";
import { isElevated, listProcesses, sessionOf } from "../../../windows/processes.js";
import type { MachineFacts, OpenDialog, QuickBooksProcess } from "../machine-facts.js";
import { findServers } from "./find-servers.js";

/** `QBW32.EXE` up to 2021, with the edition in the name of some; `QBW.EXE` from 2022 on. */
const QUICKBOOKS = /^QBW(?:\d\d\w*)?\.EXE$/i;

/** What Windows tells of this process and of QuickBooks. Changes nothing. */
export function look(): MachineFacts {
  const quickBooks = quickBooksProcesses();
  return {
    windowsVersion: `${version()} (${release()})`,
    user: userName(),
    session: sessionOf(process.pid) ?? 0,
    elevated: isElevated(process.pid),
    servers: findServers(),
    quickBooks,
    dialogs: quickBooks.length === 0 ? [] : dialogsOf(new Set(quickBooks.map(({ pid }) => pid))),
  };
}

/** Windows does not name every account, such as one whose profile is gone; the environment does then. */
export function userName(
  ask: () => string = () => userInfo().username,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  try {
    return ask();
  } catch {
    return environment["USERNAME"] ?? "";
  }
}

export function isQuickBooks(name: string): boolean {
  return QUICKBOOKS.test(name);
}

/** One that ends while we look is left out. */
function quickBooksProcesses(): readonly QuickBooksProcess[] {
  return listProcesses()
    .filter(({ name }) => isQuickBooks(name))
    .flatMap(({ name, pid }) => {
      const session = sessionOf(pid);
      return session === undefined ? [] : [{ name, pid, session, elevated: isElevated(pid) }];
    });
}

function dialogsOf(pids: ReadonlySet<number>): readonly OpenDialog[] {
  return listWindows()
    .filter((window) => pids.has(window.pid) && isDialog(window))
    .map(({ pid, title }) => ({ pid, title }));
}
