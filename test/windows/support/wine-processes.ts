import { readdirSync, readFileSync } from "node:fs";

/** A program of Windows as Linux sees it. */
export interface WineProcess {
  readonly pid: number;
  readonly commandLine: string;
}

const OURS = /(?:^|[\\/])(?:node|stub)\.exe(?: |$)/i;
const HOST = /host-process\.js/;

/** The Nodes and the stubs that run in the Wine prefix of this run; other prefixes are somebody else's. */
export function wineProcesses(): readonly WineProcess[] {
  const prefix = process.env["WINEPREFIX"];
  if (prefix === undefined) throw new Error("WINEPREFIX is not set: run npm run test:windows");
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const commandLine = words(pid, "cmdline").join(" ");
    if (!OURS.test(commandLine) || !words(pid, "environ").includes(`WINEPREFIX=${prefix}`)) return [];
    return [{ pid: Number(pid), commandLine }];
  });
}

export function hostProcesses(): readonly WineProcess[] {
  return wineProcesses().filter(({ commandLine }) => HOST.test(commandLine));
}

/** Memory of its own that a process has at this moment: neither files nor what it shares. */
export function residentBytes(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status does not tell RssAnon`);
  return Number(kilobytes) * 1024;
}

/** Empty for a process that has ended meanwhile, and for one that we may not look at. */
function words(pid: string, file: "cmdline" | "environ"): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}
