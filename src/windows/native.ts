import { createRequire } from "node:module";
import { QBError } from "../errors.js";
import { NODE_32 } from "../node-32.js";

/** What is used of the package koffi. Its own types are missing where it was left out. */
interface Koffi {
  load(library: string): { func(declaration: string): unknown };
  proto(declaration: string): object;
  pointer(type: object): object;
  sizeof(type: string): number;
  view(address: bigint, length: number): ArrayBuffer;
  call(address: bigint, prototype: object, ...values: unknown[]): unknown;
  register(listener: (...values: never[]) => unknown, type: object): bigint;
  unregister(address: bigint): void;
}

/** What a C declaration names, ready to be called; pointers are addresses as BigInt, null is `0n` or `null`. */
export type NativeFunction<Result> = (...values: unknown[]) => Result;

export interface NativeLibrary {
  /** @param declaration As in C: `int32_t __stdcall CoInitializeEx(void *reserved, uint32_t model)`. */
  define<Result>(declaration: string): NativeFunction<Result>;
}

/** Calls into the libraries of Windows from this thread. `GetLastError`, called next, tells of the call before it. */
export interface Native {
  readonly pointerSize: number;
  open(library: string): NativeLibrary;
  /** The memory itself, not a copy: copy out of it before it is freed. */
  view(address: bigint, length: number): DataView;
  /** Calls the function at an address, as the slots of a COM object hold them. */
  call<Result>(address: bigint, declaration: string, ...values: unknown[]): Result;
  /** The address of a function that calls back into this thread while a native call runs, and the way to give it up. */
  callback(
    declaration: string,
    listener: (...values: never[]) => unknown,
  ): { address: bigint; release(): void };
}

let loaded: Native | undefined;

/** Loads the optional package koffi on first use. Throws `QB_PLATFORM` elsewhere than on Windows, and without the package. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  if (process.platform !== "win32")
    throw new QBError("QB_PLATFORM", `this needs Windows, and runs on ${process.platform}`);
  return adapt(requireKoffi());
}

/** Beside qbconnector, or beside the Node that runs: npm installs binaries for the bitness of one Node only. */
function requireKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    return koffiBesideNode() ?? noKoffi(cause);
  }
}

function koffiBesideNode(): Koffi | undefined {
  try {
    return createRequire(process.execPath)("koffi") as Koffi;
  } catch {
    return undefined;
  }
}

function noKoffi(cause: unknown): never {
  const is32 = process.arch === "ia32";
  const what = `the optional package koffi, which calls Windows, cannot be loaded by ${process.execPath} (${process.arch})`;
  const advice = `Install it beside qbconnector for ${process.platform} ${process.arch}: npm install koffi@3.3.4`;
  throw new QBError("QB_PLATFORM", what, { advice: is32 ? NODE_32 : advice, cause });
}

function adapt(koffi: Koffi): Native {
  const prototypes = new Map<string, object>();
  const prototypeOf = (declaration: string): object => {
    const known = prototypes.get(declaration) ?? koffi.proto(declaration);
    prototypes.set(declaration, known);
    return known;
  };
  return Object.freeze({
    pointerSize: koffi.sizeof("void *"),
    open: (library: string) => {
      const handle = koffi.load(library);
      return { define: <Result>(declaration: string) => handle.func(declaration) as NativeFunction<Result> };
    },
    view: (address: bigint, length: number) => new DataView(koffi.view(address, length)),
    call: <Result>(address: bigint, declaration: string, ...values: unknown[]) =>
      koffi.call(address, prototypeOf(declaration), ...values) as Result,
    callback: (declaration: string, listener: (...values: never[]) => unknown) => {
      const address = koffi.register(listener, koffi.pointer(prototypeOf(declaration)));
      return { address, release: () => koffi.unregister(address) };
    },
  });
}
