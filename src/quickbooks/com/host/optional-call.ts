import {
  AutomationFailure,
  DISP_E_MEMBERNOTFOUND,
  DISP_E_UNKNOWNNAME,
} from "../../../windows/automation/automation-failure.js";

/** QuickBooks is too old for the call, though the request processor is not. */
const CALL_NOT_AVAILABLE = 0x8004042b;

/** The request processor has no member of this name. */
export function isUnknownMember(error: unknown): error is AutomationFailure {
  return hasCode(error, [DISP_E_UNKNOWNNAME, DISP_E_MEMBERNOTFOUND]);
}

/**
 * Makes a call that this request processor, or the QuickBooks behind it, may not know. Then there is a note, and no value.
 * @param consequence What it means: `the release is unknown`.
 */
export function callIfKnown<Value>(
  notes: string[],
  consequence: string,
  call: () => Value,
): Value | undefined {
  try {
    return call();
  } catch (error) {
    if (!isUnknownMember(error) && !hasCode(error, [CALL_NOT_AVAILABLE])) throw error;
    notes.push(`${error.step} is not available: ${consequence}`);
    return undefined;
  }
}

/** Asks for a fact that a session can do without. Whatever comes of it, there is a note at the most. */
export function askIfPossible<Value>(
  notes: string[],
  consequence: string,
  ask: () => Value,
): Value | undefined {
  try {
    return callIfKnown(notes, consequence, ask);
  } catch (error) {
    if (!(error instanceof AutomationFailure)) throw error;
    notes.push(`${error.message}: ${consequence}`);
    return undefined;
  }
}

function hasCode(error: unknown, codes: readonly number[]): error is AutomationFailure {
  return error instanceof AutomationFailure && codes.includes(error.hresult);
}
