import { native } from "../native.js";
import { AutomationFailure, E_OUTOFMEMORY } from "./automation-failure.js";
import { oleFunctions } from "./ole-functions.js";

const utf8CodePage = 65001;

/** A new BSTR, which belongs to the caller. */
export function allocateBstr(text: string): bigint {
  const address = oleFunctions().SysAllocStringLen(null, text.length) ?? 0n;
  if (address === 0n) throw new AutomationFailure("SysAllocStringLen", E_OUTOFMEMORY);
  if (text !== "") memoryAt(address, text.length * 2).write(text, "utf16le");
  return address;
}

/** The null BSTR is the empty string. */
export function bstrText(address: bigint): string {
  const length = lengthOf(address);
  return length === 0 ? "" : memoryAt(address, length * 2).toString("utf16le");
}

/** The text as UTF-8 after `reserved` bytes for the caller, in memory of its own. No string of it is made on the way. */
export function bstrUtf8(address: bigint, reserved: number): Uint8Array<ArrayBuffer> {
  const length = lengthOf(address);
  if (length === 0) return new Uint8Array(reserved);
  const size = convert(address, length, null, 0);
  const bytes = new Uint8Array(reserved + size);
  convert(address, length, bytes.subarray(reserved), size);
  return bytes;
}

function convert(address: bigint, length: number, bytes: Uint8Array | null, size: number): number {
  const { WideCharToMultiByte } = oleFunctions();
  const written = WideCharToMultiByte(utf8CodePage, 0, address, length, bytes, size, null, null);
  if (written === 0) throw new AutomationFailure("WideCharToMultiByte", E_OUTOFMEMORY);
  return written;
}

/** By the length that it carries: a text may hold NUL. */
function lengthOf(address: bigint): number {
  return address === 0n ? 0 : oleFunctions().SysStringLen(address);
}

function memoryAt(address: bigint, length: number): Buffer {
  return Buffer.from(native().view(address, length).buffer);
}
