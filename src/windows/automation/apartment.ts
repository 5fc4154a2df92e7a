import { succeed } from "./automation-failure.js";
import { DispatchObject } from "./dispatch-object.js";
import { oleFunctions } from "./ole-functions.js";

/** Where a server runs, by the numbers of CLSCTX. */
export const serverContexts = { "in-process": 1, "local-server": 4 } as const;

export type ServerContext = keyof typeof serverContexts;

const singleThreaded = 2;
const removeMessage = 1;
/** The larger of the two sizes, that on 64 bit. */
const messageSize = 48;

// {00020400-0000-0000-C000-000000000046}
const dispatchInterface = Uint8Array.of(0, 4, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);

/** The single-threaded apartment of this thread. Everything that is made in it is released before it is left. */
export class Apartment {
  readonly #message = new Uint8Array(messageSize);
  #left = false;

  private constructor() {}

  static enter(): Apartment {
    succeed("CoInitializeEx", oleFunctions().CoInitializeEx(null, singleThreaded));
    return new Apartment();
  }

  /** @param clsid In braces. */
  create(clsid: string, context: ServerContext): DispatchObject {
    const { CLSIDFromString, CoCreateInstance } = oleFunctions();
    const identifier = new Uint8Array(16);
    succeed("CLSIDFromString", CLSIDFromString(clsid, identifier));
    const made: [bigint | null] = [null];
    const hresult = CoCreateInstance(identifier, null, serverContexts[context], dispatchInterface, made);
    succeed("CoCreateInstance", hresult);
    return new DispatchObject(made[0] ?? 0n);
  }

  /** Hands on the messages that wait. A thread with windows that never does hangs programs that send to all windows. */
  pump(): void {
    const { PeekMessageW, TranslateMessage, DispatchMessageW } = oleFunctions();
    while (PeekMessageW(this.#message, null, 0, 0, removeMessage) !== 0) {
      TranslateMessage(this.#message);
      DispatchMessageW(this.#message);
    }
  }

  /** May be called twice. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    oleFunctions().CoUninitialize();
  }
}
