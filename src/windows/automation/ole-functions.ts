import { native, type NativeFunction } from "../native.js";

interface OleFunctions {
  CoInitializeEx: NativeFunction<number>;
  CoUninitialize: NativeFunction<void>;
  CoCreateInstance: NativeFunction<number>;
  CLSIDFromString: NativeFunction<number>;
  CoTaskMemAlloc: NativeFunction<bigint | null>;
  CoTaskMemFree: NativeFunction<void>;
  SysAllocStringLen: NativeFunction<bigint | null>;
  SysStringLen: NativeFunction<number>;
  SysFreeString: NativeFunction<void>;
  VariantClear: NativeFunction<number>;
  VariantChangeType: NativeFunction<number>;
  SafeArrayGetDim: NativeFunction<number>;
  SafeArrayGetLBound: NativeFunction<number>;
  SafeArrayGetUBound: NativeFunction<number>;
  SafeArrayAccessData: NativeFunction<number>;
  SafeArrayUnaccessData: NativeFunction<number>;
  WideCharToMultiByte: NativeFunction<number>;
  PeekMessageW: NativeFunction<number>;
  TranslateMessage: NativeFunction<number>;
  DispatchMessageW: NativeFunction<bigint | number>;
}

let loaded: Readonly<OleFunctions> | undefined;

/** What OLE Automation and a message loop need of Windows, by the names that Windows gives it. */
export function oleFunctions(): Readonly<OleFunctions> {
  loaded ??= Object.freeze({ ...apartmentFunctions(), ...valueFunctions(), ...messageFunctions() });
  return loaded;
}

function apartmentFunctions() {
  const ole32 = native().open("ole32.dll");
  return {
    CoInitializeEx: ole32.define<number>("int32_t __stdcall CoInitializeEx(void *reserved, uint32_t model)"),
    CoUninitialize: ole32.define<void>("void __stdcall CoUninitialize()"),
    CoCreateInstance: ole32.define<number>(
      "int32_t __stdcall CoCreateInstance(void *clsid, void *outer, uint32_t context, void *iid, _Out_ void **object)",
    ),
    CLSIDFromString: ole32.define<number>("int32_t __stdcall CLSIDFromString(str16 text, void *clsid)"),
    CoTaskMemAlloc: ole32.define<bigint | null>("void *__stdcall CoTaskMemAlloc(size_t size)"),
    CoTaskMemFree: ole32.define<void>("void __stdcall CoTaskMemFree(void *block)"),
  };
}

function valueFunctions() {
  const oleaut32 = native().open("oleaut32.dll");
  return {
    SysAllocStringLen: oleaut32.define<bigint | null>(
      "void *__stdcall SysAllocStringLen(void *text, uint32_t length)",
    ),
    SysStringLen: oleaut32.define<number>("uint32_t __stdcall SysStringLen(void *bstr)"),
    SysFreeString: oleaut32.define<void>("void __stdcall SysFreeString(void *bstr)"),
    VariantClear: oleaut32.define<number>("int32_t __stdcall VariantClear(void *variant)"),
    VariantChangeType: oleaut32.define<number>(
      "int32_t __stdcall VariantChangeType(void *to, void *from, uint16_t flags, uint16_t type)",
    ),
    SafeArrayGetDim: oleaut32.define<number>("uint32_t __stdcall SafeArrayGetDim(void *array)"),
    SafeArrayGetLBound: oleaut32.define<number>(
      "int32_t __stdcall SafeArrayGetLBound(void *array, uint32_t dimension, _Out_ int32_t *bound)",
    ),
    SafeArrayGetUBound: oleaut32.define<number>(
      "int32_t __stdcall SafeArrayGetUBound(void *array, uint32_t dimension, _Out_ int32_t *bound)",
    ),
    SafeArrayAccessData: oleaut32.define<number>(
      "int32_t __stdcall SafeArrayAccessData(void *array, _Out_ void **data)",
    ),
    SafeArrayUnaccessData: oleaut32.define<number>("int32_t __stdcall SafeArrayUnaccessData(void *array)"),
  };
}

function messageFunctions() {
  const user32 = native().open("user32.dll");
  const kernel32 = native().open("kernel32.dll");
  return {
    PeekMessageW: user32.define<number>(
      "int32_t __stdcall PeekMessageW(void *message, void *window, uint32_t first, uint32_t last, uint32_t remove)",
    ),
    TranslateMessage: user32.define<number>("int32_t __stdcall TranslateMessage(void *message)"),
    DispatchMessageW: user32.define<bigint | number>("intptr_t __stdcall DispatchMessageW(void *message)"),
    WideCharToMultiByte: kernel32.define<number>(
      "int32_t __stdcall WideCharToMultiByte(uint32_t codePage, uint32_t flags, void *wide, int32_t wideLength, void *bytes, int32_t size, void *defaultChar, void *usedDefault)",
    ),
  };
}
