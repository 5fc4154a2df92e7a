import { closeSync, writeSync } from "node:fs";
import { standardErrorLogger, withoutFailures, type Logger } from "../../logger.js";
import { openPrivateLog } from "../../private-file.js";
import type { HttpAnswer, HttpClient, HttpRequest } from "../http/http-client.js";

/** From which Verbosity a line is written. */
const LEVELS = Object.freeze({ error: 1, warn: 2, request: 3, info: 4, debug: 5 });
type Level = keyof typeof LEVELS;

/** Fields that nobody should have put there. */
const SECRET = /token|secret|passw|passphrase|verifier|^state$|authorization|cookie/i;

/** Where a connection tells what happens: the program's logger, and the file that Logfile names. */
export class ConnectionLog {
  readonly logger: Logger;
  readonly #verbosity: number;
  #descriptor: number | undefined;

  /** Throws `QB_INVALID_ARGUMENT` when the file cannot be written, or others may use it. */
  constructor(file: string | undefined, verbosity: number, logger: Logger = standardErrorLogger) {
    const own = withoutFailures(logger);
    const tell = (level: Exclude<Level, "request">) => (fields: object, message: string) => {
      own[level](fields, message);
      this.#write(level, fields, message);
    };
    this.#verbosity = verbosity;
    this.#descriptor = file === undefined ? undefined : openPrivateLog(file, "QB_INVALID_ARGUMENT");
    this.logger = Object.freeze({
      debug: tell("debug"),
      info: tell("info"),
      warn: tell("warn"),
      error: tell("error"),
    });
  }

  /** A client whose requests are told, without what stands in their queries, headers and bodies. */
  watching(http: HttpClient): HttpClient {
    return {
      send: (request) => this.#watched(http, request),
      close: () => http.close(),
    };
  }

  /** For the file; the program gets the error itself. */
  failed(error: unknown): void {
    const { code: failure = "no code", message } = error as { code?: string; message: string };
    this.#write("error", { failure }, message);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  async #watched(http: HttpClient, request: HttpRequest): Promise<HttpAnswer> {
    const began = performance.now();
    const tell = (outcome: object): void => {
      const { method, url } = request;
      const ms = Math.round(performance.now() - began);
      this.#write("request", { ...outcome, ms }, `${method} ${url.origin}${url.pathname}`);
    };
    try {
      const answer = await http.send(request);
      tell({ status: answer.status });
      return answer;
    } catch (error) {
      tell({ failure: (error as { code?: string }).code });
      throw error;
    }
  }

  #write(level: Level, fields: object, message: string): void {
    if (this.#descriptor === undefined || LEVELS[level] > this.#verbosity) return;
    const told = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(name, value)}`);
    const line = harmless(`${message}${told.join("")}`).replace(/[\p{Cc}\p{Bidi_Control}]+/gu, " ");
    try {
      writeSync(this.#descriptor, `${new Date().toISOString()} ${level.padEnd(7)} ${line}\n`);
    } catch {
      // A full disk must not fail a call that has worked.
    }
  }
}

function shown(name: string, value: unknown): string {
  if (SECRET.test(name) && typeof value === "string") return "***";
  if (value instanceof Error) return JSON.stringify(`${(value as { code?: string }).code}: ${value.message}`);
  return JSON.stringify(value, (inner, part: unknown) =>
    SECRET.test(inner) && typeof part === "string" ? "***" : part,
  );
}

/** Without the queries of URLs. */
function harmless(text: string): string {
  return text.replace(/(\bhttps?:\/\/[^\s"?]*)\?[^\s"]*/gi, "$1?***");
}
