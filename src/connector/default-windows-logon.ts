import type { WindowsLogon } from "./windows-accounts.js";

/** What checks accounts when the program says nothing: Windows itself. Undefined elsewhere. */
export const defaultWindowsLogon: WindowsLogon | undefined =
  process.platform === "win32"
    ? async (credentials) => (await import("../windows/logon.js")).logOn(credentials)
    : undefined;
