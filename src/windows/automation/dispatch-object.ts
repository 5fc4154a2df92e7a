import { native } from "../native.js";
import { AutomationFailure, DISP_E_UNKNOWNNAME } from "./automation-failure.js";
import { CallFrame } from "./call-frame.js";
import { readPointer } from "./native-block.js";
import type { ArgumentValue, Variant } from "./variant.js";

const noInterface = new Uint8Array(16);
const userLocale = 0x400;

const invokeMethod = 1;
const invokePropertyGet = 2;

const releaseSlot = 2;
const getIdsOfNamesSlot = 5;
const invokeSlot = 6;

const declarations = {
  release: "uint32_t __stdcall IUnknown_Release(void *self)",
  getIdsOfNames:
    "int32_t __stdcall IDispatch_GetIDsOfNames(void *self, void *iid, str16 *names, uint32_t count, uint32_t locale, _Out_ int32_t *ids)",
  invoke:
    "int32_t __stdcall IDispatch_Invoke(void *self, int32_t id, void *iid, uint32_t locale, uint16_t flags, void *parameters, void *result, void *exceptionInfo, void *argumentError)",
};

/** An object of OLE Automation, called by the names of its members on the thread that got it. */
export class DispatchObject {
  readonly #self: bigint;
  readonly #slots: { release: bigint; getIdsOfNames: bigint; invoke: bigint };
  readonly #frame = new CallFrame();
  readonly #ids = new Map<string, number>();
  #released = false;

  /** @param self A pointer to IDispatch; its reference passes to this object. */
  constructor(self: bigint) {
    this.#self = self;
    this.#slots = slotsOf(self);
  }

  call<Result>(member: string, values: readonly ArgumentValue[], read: (result: Variant) => Result): Result {
    return this.#invoke(invokeMethod, member, values, read);
  }

  /** A property, which may have arguments. */
  get<Result>(member: string, values: readonly ArgumentValue[], read: (result: Variant) => Result): Result {
    return this.#invoke(invokePropertyGet, member, values, read);
  }

  getObject(member: string): DispatchObject {
    return new DispatchObject(this.get(member, [], (result) => result.takeObject()));
  }

  /** May be called twice. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#frame.free();
    native().call<number>(this.#slots.release, declarations.release, this.#self);
  }

  #invoke<Result>(
    kind: number,
    member: string,
    values: readonly ArgumentValue[],
    read: (result: Variant) => Result,
  ): Result {
    const id = this.#idOf(member);
    try {
      this.#frame.fill(values);
      const hresult = this.#callInvoke(id, kind);
      if (hresult < 0) throw this.#frame.failure(member, hresult);
      return read(this.#frame.result);
    } catch (error) {
      throw error instanceof AutomationFailure ? error.in(member) : error;
    } finally {
      this.#frame.clear();
    }
  }

  #callInvoke(id: number, kind: number): number {
    const { parameters, resultAddress, exceptionInfo } = this.#frame;
    return native().call<number>(
      this.#slots.invoke,
      declarations.invoke,
      this.#self,
      id,
      noInterface,
      userLocale,
      kind,
      parameters,
      resultAddress,
      exceptionInfo,
      null,
    );
  }

  /** Always asked of the object: numbers in documentation may be those of another server. */
  #idOf(member: string): number {
    if (this.#released) throw new AutomationFailure(member, DISP_E_UNKNOWNNAME, "the object is released");
    const known = this.#ids.get(member) ?? this.#askId(member);
    this.#ids.set(member, known);
    return known;
  }

  #askId(member: string): number {
    const ids: [number] = [-1];
    const { getIdsOfNames } = this.#slots;
    const hresult = native().call<number>(
      getIdsOfNames,
      declarations.getIdsOfNames,
      this.#self,
      noInterface,
      [member],
      1,
      userLocale,
      ids,
    );
    if (hresult < 0) throw new AutomationFailure(member, hresult);
    return ids[0];
  }
}

function slotsOf(self: bigint): { release: bigint; getIdsOfNames: bigint; invoke: bigint } {
  const { pointerSize } = native();
  const table = readPointer(native().view(self, pointerSize), 0, pointerSize);
  const slots = native().view(table, (invokeSlot + 1) * pointerSize);
  const slot = (index: number): bigint => readPointer(slots, index * pointerSize, pointerSize);
  return { release: slot(releaseSlot), getIdsOfNames: slot(getIdsOfNamesSlot), invoke: slot(invokeSlot) };
}
