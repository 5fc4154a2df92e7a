import { native } from "../native.js";
import { AutomationFailure, DISP_E_EXCEPTION, exceptionCode } from "./automation-failure.js";
import { bstrText } from "./bstr.js";
import { NativeBlock } from "./native-block.js";
import { oleFunctions } from "./ole-functions.js";
import { Variant, variantSize, type ArgumentValue } from "./variant.js";

const mostArguments = 4;

const deferredFillIn = "int32_t __stdcall DeferredFillIn(void *exceptionInfo)";

/** The memory of one call of IDispatch::Invoke: DISPPARAMS, EXCEPINFO, the result and the arguments. For one call at a time. */
export class CallFrame {
  readonly result: Variant;
  readonly #block: NativeBlock;
  readonly #pointerSize = native().pointerSize;
  readonly #arguments: readonly Variant[];
  #used: readonly Variant[] = [];

  constructor() {
    const size = variantSize(this.#pointerSize);
    this.#block = new NativeBlock(this.#variants + (1 + mostArguments) * size);
    this.result = new Variant(this.#block, this.#variants);
    this.#arguments = Array.from(
      { length: mostArguments },
      (_, index) => new Variant(this.#block, this.#variants + (1 + index) * size),
    );
  }

  get parameters(): bigint {
    return this.#block.address;
  }

  get exceptionInfo(): bigint {
    return this.#block.address + BigInt(this.#exception);
  }

  get resultAddress(): bigint {
    return this.#block.address + BigInt(this.#variants);
  }

  /** Lays out the arguments: from the last to the first, as Invoke wants them. */
  fill(values: readonly ArgumentValue[]): void {
    const firstArgument = this.resultAddress + BigInt(variantSize(this.#pointerSize));
    this.#used = this.#arguments.slice(0, values.length);
    this.#block.setPointer(0, values.length === 0 ? 0n : firstArgument);
    this.#block.view.setUint32(2 * this.#pointerSize, values.length, true);
    for (const [index, value] of values.toReversed().entries()) this.#used[index]?.set(value);
  }

  /** The failure of the member that was called, with what EXCEPINFO says of it. */
  failure(member: string, hresult: number): AutomationFailure {
    if (hresult >>> 0 !== DISP_E_EXCEPTION) return new AutomationFailure(member, hresult);
    this.#fillInDeferred();
    const description = bstrText(this.#block.pointer(this.#exception + 2 * this.#pointerSize));
    return new AutomationFailure(member, this.#exceptionCode(), description);
  }

  /** Frees what the call left: arguments, result, and the three texts of EXCEPINFO. */
  clear(): void {
    for (const argument of this.#used) argument.clear();
    this.#used = [];
    this.result.clear();
    for (const index of [1, 2, 3]) {
      const text = this.#block.pointer(this.#exception + index * this.#pointerSize);
      if (text !== 0n) oleFunctions().SysFreeString(text);
    }
    this.#block.zero(this.#exception, this.#variants - this.#exception);
  }

  free(): void {
    this.#block.free();
  }

  get #exception(): number {
    return 4 * this.#pointerSize;
  }

  /** EXCEPINFO takes eight pointers, on 64 and on 32 bit. */
  get #variants(): number {
    return this.#exception + 8 * this.#pointerSize;
  }

  #fillInDeferred(): void {
    const listener = this.#block.pointer(this.#exception + 6 * this.#pointerSize);
    if (listener !== 0n) native().call<number>(listener, deferredFillIn, this.exceptionInfo);
  }

  #exceptionCode(): number {
    const { view } = this.#block;
    const scode = view.getInt32(this.#exception + 7 * this.#pointerSize, true);
    return exceptionCode(scode, view.getUint16(this.#exception, true));
  }
}
