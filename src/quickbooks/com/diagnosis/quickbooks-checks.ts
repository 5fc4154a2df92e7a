import type { Check } from "../../../diagnosis.js";
import { checkAuthorization, checkCompanyFile } from "./company-checks.js";
import { checkDesktop, checkKoffi, checkWindows } from "./platform-checks.js";
import { checkDialog, checkElevation, checkProcess, checkSession } from "./process-checks.js";
import { checkBitness, checkRegistration } from "./registration-checks.js";
import type { QuickBooksFacts } from "./quickbooks-facts.js";

/** Every check of the way to QuickBooks, in the order in which its stations are passed. */
export function checkQuickBooks(facts: QuickBooksFacts): readonly Check[] {
  const { platform, companyFile, companyFileState } = facts;
  if (platform !== "win32") return [checkWindows(facts)];
  return [
    checkWindows(facts),
    checkKoffi(facts),
    checkRegistration(facts),
    checkBitness(facts),
    checkDesktop(facts),
    checkProcess(facts),
    checkSession(facts),
    checkElevation(facts),
    checkDialog(facts),
    checkCompanyFile(companyFile, companyFileState),
    checkAuthorization(facts),
  ];
}
