// A host of the COM road that a test tells what to do, by QBCONNECTOR_SCRIPTED_HOST. Runs as a child process and as a thread.
import { appendFileSync, writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { MessageSet, QuickBooksSession, QuickBooksSettings } from "qbconnector";

/** What a call does instead of answering. */
export type Act =
  | { readonly exit: number; readonly lastWords?: string }
  | {
      readonly hresult: string;
      readonly description?: string;
      readonly remains?: true;
      readonly times?: number;
    }
  | { readonly error: { readonly message: string; readonly advice?: string } }
  | { readonly bytes: number }
  | { readonly reply: unknown }
  /** Written to the pipe of the answers; then the call hangs. */
  | { readonly frame: readonly number[]; readonly exit?: number }
  /** Blocks the thread, as a COM call does. */
  | "hang";

export interface HostScript {
  /** Gets a line for each command: process id and call. */
  readonly log: string;
  /** Ends at once. */
  readonly exitAtStart?: number;
  readonly acts?: Readonly<Record<string, Act>>;
  /** Sessions of the simulator instead of canned answers. */
  readonly simulator?: boolean;
  readonly servers?: readonly unknown[];
  readonly facts?: unknown;
  readonly bitness?: 32 | 64 | "ARM64";
}

interface Command {
  readonly id: number;
  readonly call: string;
  readonly settings?: QuickBooksSettings;
  readonly text?: string;
}

const SERVER = {
  progId: "QBXMLRP2.RequestProcessor",
  clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3206}",
  view: "64-bit",
  kind: "in-process",
  path: "C:\\Program Files\\Common Files\\Intuit\\QuickBooks\\QBXMLRP2.dll",
  exists: true,
};

const script = JSON.parse(process.env["QBCONNECTOR_SCRIPTED_HOST"] ?? "{}") as HostScript;
let session: QuickBooksSession | undefined;
let companyFile = "";

function log(line: string): void {
  appendFileSync(script.log, `${process.pid} ${line}\n`);
}

function send(message: unknown): void {
  if (parentPort === null) process.send?.(message, undefined, undefined, () => {});
  else parentPort.postMessage(message);
}

function answer(id: number, document: Uint8Array): void {
  if (parentPort !== null) return parentPort.postMessage({ id, answer: document });
  const header = Buffer.alloc(8);
  header.writeUInt32LE(id, 0);
  header.writeUInt32LE(document.length, 4);
  writeAll(header);
  writeAll(document);
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(3, bytes, done);
}

function hang(): never {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("nobody wakes it");
}

function failure(step: string, hresult: string, description = ""): unknown {
  return { failure: { step, hresult: Number(hresult), description } };
}

const played = new Map<string, number>();

/** The act of a call, as often as it says. */
function actOf(call: string): Act | undefined {
  const act = script.acts?.[call];
  const count = (played.get(call) ?? 0) + 1;
  played.set(call, count);
  const { times = count } = typeof act === "object" && "times" in act ? act : {};
  return count > times ? undefined : act;
}

function play(act: Act, { id, call }: Command): void {
  if (act === "hang") hang();
  if ("frame" in act) {
    writeAll(Uint8Array.from(act.frame));
    if (act.exit === undefined) hang();
    process.exit(act.exit);
  }
  if ("exit" in act) {
    if (act.lastWords !== undefined) writeSync(2, act.lastWords);
    process.exit(act.exit);
  }
  if ("bytes" in act) return answer(id, Buffer.alloc(act.bytes, "x"));
  if ("reply" in act) return send(act.reply);
  if ("error" in act) return send({ id, error: act.error });
  const remains = act.remains === true ? { remains: true } : {};
  send({ id, ...(failure(call, act.hresult, act.description) as object), ...remains });
}

async function open({ id, settings }: Command): Promise<void> {
  companyFile = settings?.companyFile || "C:\\Books\\Open.qbw";
  if (script.simulator === true) {
    // Most scripts do without it, and start faster.
    const { Simulator } = await import("qbconnector/simulator");
    session = await new Simulator().open(settings as QuickBooksSettings);
    companyFile = session.companyFile;
  }
  send({ id, opened: { companyFile, versions: ["16.0"], release: "16.0 release 3", notes: [] } });
}

async function processSet({ id, text = "" }: Command): Promise<void> {
  if (session === undefined)
    return answer(id, Buffer.from(`<?xml version="1.0" ?><QBXML>${process.pid}</QBXML>`));
  const document = await session.process(await readableSet(text));
  answer(id, typeof document === "string" ? Buffer.from(document) : document);
}

async function readableSet(text: string): Promise<MessageSet> {
  const { readMessageSet } = await import("qbconnector/qbxml");
  try {
    return readMessageSet(text);
  } catch {
    throw Object.assign(new Error("not readable"), { hresult: "0x80040400" });
  }
}

async function obey(command: Command): Promise<void> {
  const { id, call } = command;
  if (call === "find") return send({ id, servers: script.servers ?? [SERVER] });
  if (call === "look") return send({ id, facts: script.facts });
  if (call === "open") return open(command);
  if (call === "process") return processSet(command);
  if (call === "check") return send({ id, companyFile });
  await session?.close();
  send({ id, closed: true });
}

async function take(command: Command): Promise<void> {
  log(command.call);
  const act = actOf(command.call);
  if (act !== undefined) return play(act, command);
  try {
    await obey(command);
  } catch (error) {
    const { hresult, message } = error as { hresult?: string; message: string };
    if (hresult === undefined) throw error;
    send({ id: command.id, ...(failure(command.call, hresult, message) as object) });
  }
}

if (script.exitAtStart !== undefined) process.exit(script.exitAtStart);
log("start");
if (parentPort === null) {
  process.on("message", (command: Command) => void take(command));
  process.on("disconnect", () => {
    log("end");
    process.exit(0);
  });
} else {
  parentPort.on("message", (message: Command | { readonly end: true }) => {
    if (!("end" in message)) return void take(message);
    log("end");
    parentPort?.close();
  });
}
send({ ready: true, bitness: script.bitness ?? 64 });
