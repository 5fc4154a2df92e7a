import { native } from "../native.js";
import { AutomationFailure, E_OUTOFMEMORY } from "./automation-failure.js";
import { oleFunctions } from "./ole-functions.js";

/** Zeroed memory that stays where it is, so that its address may stand in other memory. Freed by hand. */
export class NativeBlock {
  readonly address: bigint;
  readonly view: DataView;
  readonly #pointerSize = native().pointerSize;

  constructor(size: number) {
    this.address = oleFunctions().CoTaskMemAlloc(size) ?? 0n;
    if (this.address === 0n) throw new AutomationFailure("CoTaskMemAlloc", E_OUTOFMEMORY);
    this.view = native().view(this.address, size);
    this.zero(0, size);
  }

  zero(start: number, length: number): void {
    new Uint8Array(this.view.buffer, this.view.byteOffset + start, length).fill(0);
  }

  pointer(offset: number): bigint {
    return readPointer(this.view, offset, this.#pointerSize);
  }

  setPointer(offset: number, address: bigint): void {
    if (this.#pointerSize === 8) this.view.setBigUint64(offset, address, true);
    else this.view.setUint32(offset, Number(address), true);
  }

  free(): void {
    oleFunctions().CoTaskMemFree(this.address);
  }
}

export function readPointer(view: DataView, offset: number, pointerSize: number): bigint {
  return pointerSize === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}
