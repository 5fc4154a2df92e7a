import { native, type NativeFunction } from "./native.js";

/** The halves of the registry: a 64-bit program sees the first unless it asks, a 32-bit one the second. */
export type RegistryHalf = "64-bit" | "32-bit";

interface RegistryCalls {
  readonly open: NativeFunction<number>;
  readonly query: NativeFunction<number>;
  readonly close: NativeFunction<number>;
}

const HKEY_CLASSES_ROOT = -0x80000000;
const KEY_QUERY_VALUE = 0x1;
const KEY_WOW64: Readonly<Record<RegistryHalf, number>> = Object.freeze({ "64-bit": 0x100, "32-bit": 0x200 });
const ERROR_SUCCESS = 0;
const TEXT_TYPES = new Set([1, 2]);
const LONGEST_TEXT = 64 * 1024;

let known: RegistryCalls | undefined;

/**
 * A text below `HKEY_CLASSES_ROOT`, which is the user's classes over those of the machine. Undefined when there is none, and
 * when it may not be read. Variables such as `%ProgramFiles%` stay in it.
 * @param name Empty for the value without a name.
 */
export function readClassesText(key: string, name: string, half: RegistryHalf): string | undefined {
  const { open, close } = calls();
  const handle: [number | bigint] = [0];
  if (open(HKEY_CLASSES_ROOT, key, 0, KEY_QUERY_VALUE | KEY_WOW64[half], handle) !== ERROR_SUCCESS)
    return undefined;
  try {
    return queryText(handle[0], name);
  } finally {
    close(handle[0]);
  }
}

function queryText(key: number | bigint, name: string): string | undefined {
  const type: [number] = [0];
  const size: [number] = [LONGEST_TEXT];
  const content = Buffer.alloc(LONGEST_TEXT);
  if (calls().query(key, name, null, type, content, size) !== ERROR_SUCCESS || !TEXT_TYPES.has(type[0]))
    return undefined;
  return content.toString("utf16le", 0, size[0]).replace(/\0.*$/s, "");
}

function calls(): RegistryCalls {
  if (known !== undefined) return known;
  const library = native().open("advapi32.dll");
  known = {
    open: library.define(
      "int32_t __stdcall RegOpenKeyExW(intptr_t key, str16 name, uint32_t options, uint32_t access, _Out_ intptr_t *opened)",
    ),
    query: library.define(
      "int32_t __stdcall RegQueryValueExW(intptr_t key, str16 name, void *reserved, _Out_ uint32_t *type, void *content, _Inout_ uint32_t *size)",
    ),
    close: library.define("int32_t __stdcall RegCloseKey(intptr_t key)"),
  };
  return known;
}
