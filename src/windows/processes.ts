import { native, type NativeFunction } from "./native.js";

export interface RunningProcess {
  /** The file name of the program, without its folder. */
  readonly name: string;
  readonly pid: number;
}

type Handle = number | bigint;

interface ProcessCalls {
  readonly snapshot: NativeFunction<Handle>;
  readonly first: NativeFunction<number>;
  readonly next: NativeFunction<number>;
  readonly sessionOf: NativeFunction<number>;
  readonly open: NativeFunction<Handle>;
  readonly close: NativeFunction<number>;
  readonly openToken: NativeFunction<number>;
  readonly tokenInformation: NativeFunction<number>;
}

const TH32CS_SNAPPROCESS = 0x2;
const INVALID_HANDLE_VALUE = -1n;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const TOKEN_QUERY = 0x8;
const TOKEN_ELEVATION = 20;
/** PROCESSENTRY32W, by the size of a pointer. */
const ENTRY = Object.freeze({
  4: Object.freeze({ size: 556, pid: 8, name: 36 }),
  8: Object.freeze({ size: 568, pid: 8, name: 44 }),
});
const NAME_BYTES = 520;

let known: ProcessCalls | undefined;

/** Every process of the machine whose name Windows tells. */
export function listProcesses(): readonly RunningProcess[] {
  const { snapshot, first, next, close } = calls();
  const handle = snapshot(TH32CS_SNAPPROCESS, 0);
  if (BigInt(handle) === INVALID_HANDLE_VALUE) return [];
  const layout = ENTRY[native().pointerSize === 4 ? 4 : 8];
  const entry = Buffer.alloc(layout.size);
  entry.writeUInt32LE(layout.size, 0);
  const found: RunningProcess[] = [];
  try {
    for (let more = first(handle, entry); more !== 0; more = next(handle, entry))
      found.push({ pid: entry.readUInt32LE(layout.pid), name: textAt(entry, layout.name) });
  } finally {
    close(handle);
  }
  return found;
}

/** The Windows session of a process; undefined when it has ended. */
export function sessionOf(pid: number): number | undefined {
  const session: [number] = [0];
  return calls().sessionOf(pid, session) === 0 ? undefined : session[0];
}

/** Whether a process runs as administrator; undefined when Windows does not let us look, as at a more powerful one. */
export function isElevated(pid: number): boolean | undefined {
  const { open, close } = calls();
  const handle = open(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
  if (BigInt(handle) === 0n) return undefined;
  try {
    return isTokenElevated(handle);
  } finally {
    close(handle);
  }
}

function isTokenElevated(process: Handle): boolean | undefined {
  const { openToken, tokenInformation, close } = calls();
  const token: [Handle] = [0];
  if (openToken(process, TOKEN_QUERY, token) === 0) return undefined;
  try {
    const elevation = Buffer.alloc(4);
    const told = tokenInformation(token[0], TOKEN_ELEVATION, elevation, elevation.length, [0]);
    return told === 0 ? undefined : elevation.readUInt32LE(0) !== 0;
  } finally {
    close(token[0]);
  }
}

function textAt(entry: Buffer, offset: number): string {
  return entry.toString("utf16le", offset, offset + NAME_BYTES).replace(/\0.*$/s, "");
}

function calls(): ProcessCalls {
  if (known !== undefined) return known;
  const kernel = native().open("kernel32.dll");
  const security = native().open("advapi32.dll");
  known = {
    snapshot: kernel.define("intptr_t __stdcall CreateToolhelp32Snapshot(uint32_t flags, uint32_t pid)"),
    first: kernel.define("int32_t __stdcall Process32FirstW(intptr_t snapshot, void *entry)"),
    next: kernel.define("int32_t __stdcall Process32NextW(intptr_t snapshot, void *entry)"),
    sessionOf: kernel.define("int32_t __stdcall ProcessIdToSessionId(uint32_t pid, _Out_ uint32_t *session)"),
    open: kernel.define("intptr_t __stdcall OpenProcess(uint32_t access, int32_t inherit, uint32_t pid)"),
    close: kernel.define("int32_t __stdcall CloseHandle(intptr_t handle)"),
    openToken: security.define(
      "int32_t __stdcall OpenProcessToken(intptr_t process, uint32_t access, _Out_ intptr_t *token)",
    ),
    tokenInformation: security.define(
      "int32_t __stdcall GetTokenInformation(intptr_t token, uint32_t kind, void *content, uint32_t length, _Out_ uint32_t *needed)",
    ),
  };
  return known;
}
