import { native } from "../native.js";
import { AutomationFailure, DISP_E_TYPEMISMATCH, succeed } from "./automation-failure.js";
import { bstrText } from "./bstr.js";
import { readPointer } from "./native-block.js";
import { oleFunctions } from "./ole-functions.js";

/** The texts of a SAFEARRAY of BSTR, copied; the array still belongs to whoever owned it. */
export function safeArrayTexts(array: bigint): string[] {
  if (array === 0n) return [];
  const { SafeArrayAccessData, SafeArrayUnaccessData } = oleFunctions();
  const count = lengthOf(array);
  const data: [bigint | null] = [null];
  succeed("SafeArrayAccessData", SafeArrayAccessData(array, data));
  try {
    return count === 0 ? [] : pointersAt(data[0] ?? 0n, count).map(bstrText);
  } finally {
    SafeArrayUnaccessData(array);
  }
}

function lengthOf(array: bigint): number {
  const { SafeArrayGetDim, SafeArrayGetLBound, SafeArrayGetUBound } = oleFunctions();
  if (SafeArrayGetDim(array) !== 1)
    throw new AutomationFailure("SAFEARRAY", DISP_E_TYPEMISMATCH, "not one dimension");
  const lower: [number] = [0];
  const upper: [number] = [0];
  succeed("SafeArrayGetLBound", SafeArrayGetLBound(array, 1, lower));
  succeed("SafeArrayGetUBound", SafeArrayGetUBound(array, 1, upper));
  return upper[0] - lower[0] + 1;
}

function pointersAt(address: bigint, count: number): bigint[] {
  const { pointerSize } = native();
  const memory = native().view(address, count * pointerSize);
  return Array.from({ length: count }, (_, index) => readPointer(memory, index * pointerSize, pointerSize));
}
