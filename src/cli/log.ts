import { pino, type Logger } from "pino";
import type { LogLevel } from "./configuration.js";
import { onOneLine } from "./table.js";

/** A log to standard error: JSON lines for programs, short lines for people. */
export function makeLog(level: LogLevel): Logger {
  if (!process.stderr.isTTY) return pino({ level }, pino.destination({ fd: 2, sync: true }));
  return pino({ level, base: null }, { write: (line) => void process.stderr.write(forPeople(line)) });
}

function forPeople(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const at = new Date(Number(time)).toISOString().slice(11, 19);
  const label = pino.levels.labels[Number(level)] ?? String(level);
  const more = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${at} ${label.padEnd(5)} ${onOneLine(`${String(msg)}${more.join("")}`)}\n`;
}
