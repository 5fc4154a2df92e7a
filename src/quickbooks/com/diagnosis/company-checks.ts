import { win32 } from "node:path";
import { fail, pass, skip, warn, type Check } from "../../../diagnosis.js";
import type { FileState, QuickBooksFacts } from "./quickbooks-facts.js";

/** @param state Undefined when nobody looked. */
export function checkCompanyFile(path: string, state: FileState | undefined): Check {
  if (path === "") return skip("company-file", "none is named: the one that is open in QuickBooks is used");
  if (!isFullPath(path))
    return fail(
      "company-file",
      `"${path}" is not a full path`,
      "Name the company file from its drive on, as C:\\Books\\Shop.qbw, or from its server on, as \\\\server\\books\\Shop.qbw.",
    );
  if (state === undefined) return skip("company-file", `${path} can only be looked for on Windows`);
  if (state !== "found") return unreachable(path, state);
  if (/\.qbw$/i.test(path)) return pass("company-file", `${path} is there`);
  return warn(
    "company-file",
    `${path} is there, but does not end in .qbw as company files do`,
    "Name the .qbw file. Backups (.qbb) and portable files (.qbm) have to be restored in QuickBooks first.",
  );
}

function unreachable(path: string, state: "missing" | "refused"): Check {
  if (state === "refused")
    return fail(
      "company-file",
      `this Windows account may not look at ${path}`,
      "Give the account read and write access to the folder, or run this program as the user who works with QuickBooks.",
    );
  return fail(
    "company-file",
    `there is no ${path}`,
    "Correct CompanyFile. A network drive, as Q:, exists only for the user who connected it: write \\\\server\\folder\\file.qbw instead.",
  );
}

function isFullPath(path: string): boolean {
  return win32.isAbsolute(path) && /^(?:[a-z]:[\\/]|\\\\)/i.test(path);
}

/** Whether QuickBooks lets this application in; the only check that opens QuickBooks. */
export function checkAuthorization({
  attempt,
  applicationName,
}: Pick<QuickBooksFacts, "attempt" | "applicationName">): Check {
  const application = `the application "${applicationName}"`;
  if (!attempt.tried)
    return skip("authorization", `nobody tried whether QuickBooks lets ${application} in: ${attempt.why}`);
  if ("companyFile" in attempt)
    return pass("authorization", `QuickBooks let ${application} open ${attempt.companyFile}`);
  const { code, message, advice } = attempt.failure;
  if (code === "QB_QUICKBOOKS_BUSY")
    return warn(
      "authorization",
      `QuickBooks is busy, so it did not say whether ${application} may: ${message}`,
      advice,
    );
  if (code === "QB_NOT_AUTHORIZED_IN_QUICKBOOKS")
    return fail("authorization", `QuickBooks does not let ${application} in: ${message}`, advice);
  if (code === "QB_ABORTED" || code === "QB_DEADLINE") return unanswered(application);
  return fail("authorization", `QuickBooks could not be opened for ${application}: ${message}`, advice);
}

function unanswered(application: string): Check {
  return fail(
    "authorization",
    `QuickBooks did not answer in time when ${application} asked to be let in`,
    "Look at the screen of QuickBooks: it may be asking whether the application may have access, or hang. Answer it, or restart QuickBooks.",
  );
}
