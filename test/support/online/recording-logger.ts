import type { Logger } from "qbconnector";

/** Keeps what is logged, fields included. */
export function recordingLogger(): {
  readonly logger: Logger;
  readonly warnings: string[];
  readonly all: string[];
} {
  const all: string[] = [];
  const warnings: string[] = [];
  const into = (fields: object, message: string): void =>
    void all.push(`${message} ${JSON.stringify(fields)}`);
  const warn = (fields: object, message: string): void => {
    warnings.push(message);
    into(fields, message);
  };
  return { logger: { debug: into, info: into, warn, error: warn }, warnings, all };
}
