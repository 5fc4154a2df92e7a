import { AutomationFailure, DISP_E_TYPEMISMATCH, succeed } from "./automation-failure.js";
import { allocateBstr, bstrText, bstrUtf8 } from "./bstr.js";
import type { NativeBlock } from "./native-block.js";
import { oleFunctions } from "./ole-functions.js";
import { safeArrayTexts } from "./safe-array.js";

/** The types of VARIANT that are used here, by their names in Windows without `VT_`. */
const types = { EMPTY: 0, I4: 3, BSTR: 8, DISPATCH: 9, BOOL: 11, ARRAY_OF_BSTR: 0x2008 } as const;

const valueOffset = 8;

export type ArgumentValue = string | number | boolean;

/** The size depends on that of a pointer: two of them fit into the value. */
export function variantSize(pointerSize: number): number {
  return valueOffset + 2 * pointerSize;
}

/** A VARIANT in native memory. Whoever made it clears it, once, after its last use. */
export class Variant {
  readonly #block: NativeBlock;
  readonly #offset: number;

  constructor(block: NativeBlock, offset: number) {
    this.#block = block;
    this.#offset = offset;
  }

  set(value: ArgumentValue): void {
    const view = this.#block.view;
    const at = this.#offset + valueOffset;
    if (typeof value === "string") this.#block.setPointer(at, allocateBstr(value));
    else if (typeof value === "number") view.setInt32(at, value, true);
    else view.setInt16(at, value ? -1 : 0, true);
    this.#type = typeOf(value);
  }

  text(): string {
    return bstrText(this.#bstr());
  }

  /** @see bstrUtf8 */
  utf8(reserved: number): Uint8Array<ArrayBuffer> {
    return bstrUtf8(this.#bstr(), reserved);
  }

  number(): number {
    this.#change(types.I4);
    return this.#block.view.getInt32(this.#offset + valueOffset, true);
  }

  boolean(): boolean {
    this.#change(types.BOOL);
    return this.#block.view.getInt16(this.#offset + valueOffset, true) !== 0;
  }

  texts(): string[] {
    this.#require(types.ARRAY_OF_BSTR);
    return safeArrayTexts(this.#pointer());
  }

  /** The address of an object. Its reference passes to the caller, who releases it. */
  takeObject(): bigint {
    this.#require(types.DISPATCH);
    const address = this.#pointer();
    if (address === 0n) throw new AutomationFailure("VARIANT", DISP_E_TYPEMISMATCH, "no object");
    this.#type = types.EMPTY;
    return address;
  }

  /** Frees what it owns: text, array, a reference to an object. */
  clear(): void {
    oleFunctions().VariantClear(this.#address);
  }

  get #address(): bigint {
    return this.#block.address + BigInt(this.#offset);
  }

  get #type(): number {
    return this.#block.view.getUint16(this.#offset, true);
  }

  set #type(type: number) {
    this.#block.view.setUint16(this.#offset, type, true);
  }

  #pointer(): bigint {
    return this.#block.pointer(this.#offset + valueOffset);
  }

  #bstr(): bigint {
    this.#change(types.BSTR);
    return this.#pointer();
  }

  #change(type: number): void {
    if (this.#type === type) return;
    const hresult = oleFunctions().VariantChangeType(this.#address, this.#address, 0, type);
    succeed("VariantChangeType", hresult);
  }

  #require(type: number): void {
    if (this.#type === type) return;
    const said = `a value of VARIANT type ${this.#type} where ${type} was expected`;
    throw new AutomationFailure("VARIANT", DISP_E_TYPEMISMATCH, said);
  }
}

function typeOf(value: ArgumentValue): number {
  if (typeof value === "string") return types.BSTR;
  return typeof value === "number" ? types.I4 : types.BOOL;
}
