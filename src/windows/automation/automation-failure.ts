/** The name is not one of the object's. */
export const DISP_E_UNKNOWNNAME = 0x80020006;
/** The object knows the name, but not in this way of calling it. */
export const DISP_E_MEMBERNOTFOUND = 0x80020003;
export const DISP_E_TYPEMISMATCH = 0x80020005;
/** The member failed in a way of its own; EXCEPINFO may say more. */
export const DISP_E_EXCEPTION = 0x80020009;
export const E_OUTOFMEMORY = 0x8007000e;

/** A call of COM that failed. */
export class AutomationFailure extends Error {
  /** The function or the member that was called. */
  readonly step: string;
  /** Unsigned. */
  readonly hresult: number;
  /** What the object said about it; empty if it said nothing. */
  readonly description: string;

  constructor(step: string, hresult: number, description = "") {
    super(`${step} failed with 0x${(hresult >>> 0).toString(16).toUpperCase()}`);
    this.name = "AutomationFailure";
    this.step = step;
    this.hresult = hresult >>> 0;
    this.description = description;
  }

  /** The same failure, told as one of the member during whose call it came about. */
  in(member: string): AutomationFailure {
    return member === this.step ? this : new AutomationFailure(member, this.hresult, this.description);
  }
}

/** @throws {AutomationFailure} for a negative HRESULT. */
export function succeed(step: string, hresult: number): void {
  if (hresult < 0) throw new AutomationFailure(step, hresult);
}

/** What EXCEPINFO says that it was: `scode`, or where that is 0 the 16-bit `wCode` of old servers. Not all fill in one of them. */
export function exceptionCode(scode: number, wCode: number): number {
  return scode || wCode || DISP_E_EXCEPTION;
}
