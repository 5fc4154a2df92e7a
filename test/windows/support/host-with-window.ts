import { workerData } from "node:worker_threads";
import "../../../dist/quickbooks/com/host/host-thread.js";
import { native } from "../../../dist/windows/native.js";

const messageOnly = -3;

/** The host's thread, with a window on it as libraries make them; its handle is told through shared memory. */
function createWindow(): bigint {
  const create = native()
    .open("user32.dll")
    .define<bigint>(
      "void *__stdcall CreateWindowExW(uint32_t exStyle, str16 kind, str16 title, uint32_t style, int32_t x, int32_t y, int32_t width, int32_t height, intptr_t parent, void *menu, void *instance, void *parameter)",
    );
  return create(0, "Static", "window", 0, 0, 0, 0, 0, messageOnly, null, null, null);
}

new BigInt64Array(workerData as SharedArrayBuffer)[0] = createWindow();
