import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequestProcessor } from "qbconnector";
import type { ComRequestProcessorOptions } from "qbconnector/com";
import { completeComOptions } from "../../dist/quickbooks/com/com-options.js";
import { ComRoad } from "../../dist/quickbooks/com/com-road.js";
import type { StartLink } from "../../dist/quickbooks/com/host-link.js";
import { ProcessLink } from "../../dist/quickbooks/com/process-link.js";
import type { Surroundings } from "../../dist/quickbooks/com/surroundings.js";
import { ThreadLink } from "../../dist/quickbooks/com/thread-link.js";
import { ManualClock } from "./manual-clock.js";
import type { HostScript } from "./scripted-host.js";

const MODULE = fileURLToPath(new URL("./scripted-host.js", import.meta.url));

type Script = Omit<HostScript, "log">;

export interface ScriptedRoad {
  readonly road: RequestProcessor & { release(): Promise<void> };
  readonly clock: ManualClock;
  /** How each host was started: `thread`, or the path of the Node. */
  readonly starts: readonly string[];
  /** The calls that reached hosts, in order; numbered by host: `1 open`. */
  readonly calls: () => string[];
  /** Process ids of the hosts, in the order of their starts. */
  readonly pids: () => number[];
  readonly logged: readonly { readonly fields: object; readonly message: string }[];
  /** Processes that the road ended, and those of them that go on. */
  readonly ended: number[];
  readonly running: Set<number>;
}

/** A COM road whose hosts do what scripts say: the first host by the first script, and so on; the last holds for all others. */
export function scriptedRoad(
  t: { after(ending: () => Promise<void>): void },
  scripts: readonly Script[] = [{}],
  options: ComRequestProcessorOptions = {},
  real: Partial<Surroundings> = {},
): ScriptedRoad {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-com-"));
  const log = join(folder, "log.txt");
  writeFileSync(log, "");
  const clock = new ManualClock();
  const starts: string[] = [];
  const logged: { fields: object; message: string }[] = [];
  const ended: number[] = [];
  const running = new Set<number>();
  const start = (how: string, link: StartLink): StartLink => {
    return (events) => {
      const script = scripts[Math.min(starts.push(how), scripts.length) - 1];
      process.env["QBCONNECTOR_SCRIPTED_HOST"] = JSON.stringify({ log, ...script });
      return link(events);
    };
  };
  const surroundings: Surroundings = {
    clock,
    startProcess: () =>
      start(process.execPath, (events) => new ProcessLink(MODULE, process.execPath, events)),
    startNode32: (execPath) => start(execPath, (events) => new ProcessLink(MODULE, process.execPath, events)),
    startThread: () => start("thread", (events) => new ThreadLink(MODULE, events)),
    endProcess: (pid) => void (ended.push(pid), running.delete(pid)),
    isRunning: (pid) => running.has(pid),
    ...real,
  };
  const note = (fields: object, message: string): void => void logged.push({ fields, message });
  const logger = { debug: () => {}, info: note, warn: note, error: note };
  const road = new ComRoad(completeComOptions({ logger, ...options }), surroundings);
  t.after(async () => {
    await road.release();
    rmSync(folder, { recursive: true, force: true });
  });
  const lines = (): string[][] =>
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
  const pids = (): number[] => [...new Set(lines().map(([pid]) => Number(pid)))];
  const calls = (): string[] =>
    lines()
      .filter(([, call]) => call !== "start")
      .map(([pid, call]) => `${pids().indexOf(Number(pid)) + 1} ${call}`);
  return { road, clock, starts, calls, pids, logged, ended, running };
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
