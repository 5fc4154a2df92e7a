// A program on Windows that says how many handles each other Node has; as a control it opens some itself and counts again.
import { native } from "../../../dist/windows/native.js";
import { listProcesses } from "../../../dist/windows/processes.js";

export interface HandleCount {
  readonly pid: number;
  readonly parent: number;
  readonly handles: number;
}

export interface HandleCounts {
  readonly nodes: readonly HandleCount[];
  /** By how much the count of this program rose when it opened 1,000. */
  readonly control: number;
}

const OPENED = 1_000;
const SYSTEM_PROCESS_INFORMATION = 5;
/** The structure of that name, in a 64-bit process. */
const OFFSETS = Object.freeze({ next: 0, pid: 0x50, parent: 0x58, handles: 0x60 });
const information = Buffer.alloc(4 * 1024 * 1024);

const query = native()
  .open("ntdll.dll")
  .define<number>(
    "int32_t __stdcall NtQuerySystemInformation(int32_t kind, void *content, uint32_t length, _Out_ uint32_t *needed)",
  );
const createEvent = native()
  .open("kernel32.dll")
  .define<bigint>(
    "intptr_t __stdcall CreateEventW(void *security, int32_t manual, int32_t state, void *name)",
  );

function counts(): readonly HandleCount[] {
  const status = query(SYSTEM_PROCESS_INFORMATION, information, information.length, [0]);
  if (status !== 0) throw new Error(`NtQuerySystemInformation: ${status}`);
  const found: HandleCount[] = [];
  for (let at = 0, more = 1; more !== 0; at += more) {
    more = information.readUInt32LE(at + OFFSETS.next);
    found.push({
      pid: information.readUInt32LE(at + OFFSETS.pid),
      parent: information.readUInt32LE(at + OFFSETS.parent),
      handles: information.readUInt32LE(at + OFFSETS.handles),
    });
  }
  return found;
}

const own = (): number => counts().find(({ pid }) => pid === process.pid)?.handles ?? 0;

const names = new Map(listProcesses().map(({ pid, name }) => [pid, name.toLowerCase()]));
const nodes = counts().filter(({ pid }) => names.get(pid) === "node.exe" && pid !== process.pid);
const before = own();
for (let opened = 0; opened < OPENED; opened++) createEvent(null, 0, 0, null);
console.log(JSON.stringify({ nodes, control: own() - before } satisfies HandleCounts));
