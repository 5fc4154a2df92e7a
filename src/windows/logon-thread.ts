import { parentPort } from "node:worker_threads";
import { QBError } from "../errors.js";
import { accountName } from "./account-name.js";
import { native, type NativeFunction } from "./native.js";

/** What the thread is asked, one at a time. */
export interface LogonTask {
  readonly user: string;
  readonly password: string;
  readonly interactive: boolean;
  /** File name of advapi32, or of what stands in for it. */
  readonly library: string;
}

/** What it answers to each. */
export type LogonAnswer =
  | { readonly kind: "accepted"; readonly asGuest: boolean }
  | { readonly kind: "failed"; readonly lastError: number }
  | { readonly kind: "cannot"; readonly message: string; readonly advice: string };

interface Functions {
  readonly logonUser: NativeFunction<number>;
  readonly getLastError: NativeFunction<number>;
  readonly closeHandle: NativeFunction<number>;
  readonly getTokenInformation: NativeFunction<number>;
  readonly copySid: NativeFunction<number>;
}

const LOGON32_LOGON_INTERACTIVE = 2;
const LOGON32_LOGON_NETWORK = 3;
const LOGON32_PROVIDER_DEFAULT = 0;
const TOKEN_USER = 1;
const GUEST_ACCOUNT = 501;
const SID_HEAD = 8;
const LONGEST_SID = SID_HEAD + 15 * 4;
/** A pointer, a number, and the longest identifier that there is. */
const TOKEN_USER_BYTES = 16 + LONGEST_SID;

/** By the name of their library. */
const known = new Map<string, Functions>();

function answer(task: LogonTask): LogonAnswer {
  try {
    return logOn(task);
  } catch (error) {
    const advice =
      error instanceof QBError ? error.advice : "Reinstall qbconnector with its optional packages.";
    return { kind: "cannot", message: (error as Error).message, advice };
  }
}

function logOn({ user, password, interactive, library }: LogonTask): LogonAnswer {
  const functions = functionsOf(library);
  const name = accountName(user);
  const type = interactive ? LOGON32_LOGON_INTERACTIVE : LOGON32_LOGON_NETWORK;
  const place = Buffer.alloc(8);
  if (functions.logonUser(name.user, name.domain, password, type, LOGON32_PROVIDER_DEFAULT, place) === 0)
    return { kind: "failed", lastError: functions.getLastError() };
  const token = pointerAt(place);
  try {
    return { kind: "accepted", asGuest: isGuest(functions, token) };
  } finally {
    functions.closeHandle(token);
  }
}

/** Where the guest account is enabled, Windows takes names that it does not know for guests, with any password. */
function isGuest({ getTokenInformation, copySid }: Functions, token: bigint): boolean {
  const information = Buffer.alloc(TOKEN_USER_BYTES);
  const sid = Buffer.alloc(LONGEST_SID);
  const isKnown =
    getTokenInformation(token, TOKEN_USER, information, information.length, Buffer.alloc(4)) !== 0 &&
    copySid(sid.length, sid, pointerAt(information)) !== 0;
  if (!isKnown) throw new Error("Windows does not say whose logon it accepted");
  return lastPartOf(sid) === GUEST_ACCOUNT;
}

function functionsOf(library: string): Functions {
  const functions = known.get(library) ?? define(library);
  known.set(library, functions);
  return functions;
}

function define(library: string): Functions {
  const accounts = native().open(library);
  const system = native().open("kernel32.dll");
  return {
    logonUser: accounts.define(
      "int32_t __stdcall LogonUserW(str16 user, str16 domain, str16 password, uint32_t type, uint32_t provider, void *token)",
    ),
    getLastError: system.define("uint32_t __stdcall GetLastError()"),
    closeHandle: system.define("int32_t __stdcall CloseHandle(void *handle)"),
    getTokenInformation: accounts.define(
      "int32_t __stdcall GetTokenInformation(void *token, int32_t kind, void *information, uint32_t length, void *needed)",
    ),
    copySid: accounts.define("int32_t __stdcall CopySid(uint32_t length, void *copy, void *sid)"),
  };
}

/** The number of an account among those of its machine or domain. */
function lastPartOf(sid: Buffer): number {
  const parts = sid.readUInt8(1);
  return sid.readUInt32LE(SID_HEAD + 4 * (parts - 1));
}

function pointerAt(memory: Buffer): bigint {
  return native().pointerSize === 8 ? memory.readBigUInt64LE(0) : BigInt(memory.readUInt32LE(0));
}

parentPort?.on("message", (task: LogonTask) => parentPort?.postMessage(answer(task)));
