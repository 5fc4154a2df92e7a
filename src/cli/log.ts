import { pino, type Logger } from "pino";
import type { LogLevel } from "./configuration.js";
import type { LogFile } from "./log-file.js";
import { onOneLine } from "./table.js";

/** A log to a file, for people; else to standard error: JSON lines for programs, short lines on a terminal. */
export function makeLog(level: LogLevel, file?: LogFile): Logger {
  if (file !== undefined)
    return pino({ level, base: null }, { write: (line) => file.write(forPeople(line, wholeTime)) });
  if (!process.stderr.isTTY) return pino({ level }, pino.destination({ fd: 2, sync: true }));
  return pino(
    { level, base: null },
    { write: (line) => void process.stderr.write(forPeople(line, timeOfDay)) },
  );
}

function forPeople(line: string, named: (at: Date) => string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const label = pino.levels.labels[Number(level)] ?? String(level);
  const more = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${named(new Date(Number(time)))} ${label.padEnd(5)} ${onOneLine(`${String(msg)}${more.join("")}`)}\n`;
}

const timeOfDay = (at: Date): string => at.toISOString().slice(11, 19);
const wholeTime = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;
