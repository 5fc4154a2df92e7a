import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { until } from "../until.js";

const PROGRAM = fileURLToPath(import.meta.resolve("./refreshing-process.js"));

/** A process that refreshes in a loop, and what it has reported. */
export class RefreshingProcess {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly reports: string[] = [];
  /** Sees each report as it comes. */
  onReport: (report: string) => void = () => {};
  errors = "";

  constructor(settings: string, endpoint: string, rounds: number, ...moment: string[]) {
    const args = [PROGRAM, settings, endpoint, String(rounds), ...moment];
    this.#process = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "pipe", "pipe"] });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    const lines = createInterface({ input: this.#process.stdio[3] as Readable });
    lines.on("line", (line) => {
      this.reports.push(line);
      this.onReport(line);
    });
    this.#closed = Promise.all([once(this.#process, "close"), once(lines, "close")]);
  }

  /** Whether it sent a refresh and has not stored the end of it. */
  get isRefreshing(): boolean {
    const last = this.reports.findLast((report) => report !== "signal") ?? "";
    return last.startsWith("sent") || last === "answered";
  }

  /** When the last refresh that it sent was begun. */
  get lastSent(): number {
    return Number(this.reports.findLast((report) => report.startsWith("sent"))?.split(" ")[1]);
  }

  count(word: string): number {
    return this.reports.filter((report) => report.split(" ")[0] === word).length;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** After it has stopped, and all that it reported was read. */
  async stopped(): Promise<void> {
    await until(() => /\) T /.test(readFileSync(`/proc/${this.#process.pid}/stat`, "utf8")), "it is stopped");
    // What it wrote is in the pipe, and the event loop looks there once a turn.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  }

  /** After it ended, and all that it reported was read. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  reported(word: string): Promise<void> {
    return until(() => this.count(word) > 0 || this.#hasEnded, `a process reports ${word}`, 60_000);
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null;
  }
}

/** What ten seconds without a sign of its holder do to a lock, whoever takes it over. */
export function outlast(settings: string): void {
  try {
    rmdirSync(`${settings}.lock`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
