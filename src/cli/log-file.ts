import { closeSync, fstatSync, renameSync, writeSync } from "node:fs";
import { openPrivateLog } from "../private-file.js";

const LARGEST = 10 * 1024 * 1024;

/** A file to which lines are appended. A full one is renamed to `.old` and begun anew, so that two of them are all there is. */
export class LogFile {
  readonly #file: string;
  readonly #largest: number;
  #descriptor: number | undefined;
  #size: number;

  constructor(file: string, largest = LARGEST) {
    this.#file = file;
    this.#largest = largest;
    this.#descriptor = openPrivateLog(file, "QB_INVALID_ARGUMENT");
    this.#size = fstatSync(this.#descriptor).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#size > 0 && this.#size + bytes.length > this.#largest) this.#beginAnew();
    const descriptor = (this.#descriptor ??= openPrivateLog(this.#file, "QB_INVALID_ARGUMENT"));
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    this.#size += bytes.length;
  }

  /** A line that comes later opens it again. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** A file that Windows does not let us rename, because somebody looks at it, is written on until it is full once more. */
  #beginAnew(): void {
    this.close();
    try {
      renameSync(this.#file, `${this.#file}.old`);
    } catch {
      // Better a long log than none.
    }
    this.#size = 0;
  }
}
