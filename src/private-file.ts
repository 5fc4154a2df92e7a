import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from "node:fs";
import { dirname } from "node:path";
import { QBError, type ErrorCode } from "./errors.js";
import { readRegularFile } from "./regular-file.js";

const RENAME_PATIENCE_MS = 1_000;
const RENAME_INTERVAL_MS = 20;
const OWNER_ONLY = 0o600;
/** The opening of a pipe would wait for its other end. Windows has no such flag. */
const APPENDING = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/**
 * The text of a file that only its owner may use, without a byte order mark; undefined when there is none. Throws a
 * `QBError` of that code when it cannot be read, or others own it or may use it; Windows has neither owners nor modes.
 */
export function readPrivateFile(file: string, code: ErrorCode): string | undefined {
  const read = (descriptor: number, stats: Stats): string => {
    checkOwner(file, stats, code);
    if (process.platform !== "win32") checkMode(file, stats, code);
    return readFileSync(descriptor, "utf8").replace(/^\uFEFF/, "");
  };
  try {
    return readRegularFile(file, read, () => unreadable(file, "it is not a file", code));
  } catch (error) {
    const { code: reason, syscall, message } = error as NodeJS.ErrnoException;
    if (reason === "ENOENT") return undefined;
    if (syscall === undefined) throw error;
    throw unreadable(file, message, code, error);
  }
}

/** Opens a file for appending, and makes it when there is none; as private as `readPrivateFile` has it. Gives the descriptor. */
export function openPrivateLog(file: string, code: ErrorCode): number {
  const descriptor = openToAppend(file, code);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw unwritable(file, "it is not a file", code);
    checkOwner(file, stats, code);
    if (process.platform !== "win32") checkMode(file, stats, code);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openToAppend(file: string, code: ErrorCode): number {
  try {
    return openSync(file, APPENDING, OWNER_ONLY);
  } catch (cause) {
    throw unwritable(file, (cause as Error).message, code, cause);
  }
}

function unwritable(file: string, why: string, code: ErrorCode, cause?: unknown): QBError {
  const advice = "Check the path, and who owns the file and its folder.";
  return new QBError(code, `cannot write ${file}: ${why}`, { who: "operator", advice, cause });
}

function unreadable(file: string, why: string, code: ErrorCode, cause?: unknown): QBError {
  const advice = "Check the path and who owns the file.";
  return new QBError(code, `cannot read ${file}: ${why}`, { who: "operator", advice, cause });
}

/** Its owner can write it anew at any time, and so decide who may log in or whose key is used. */
function checkOwner(file: string, { uid }: Stats, code: ErrorCode): void {
  const own = process.geteuid?.() ?? uid;
  if (uid === own || uid === 0) return;
  throw new QBError(code, `${file} belongs to another user (uid ${uid}), who can change it`, {
    who: "operator",
    advice: `Run as that user; or, when what the file says is right, as root: chown ${own} ${quoted(file)}`,
  });
}

/** What is in such files can be tried or used by everybody who reads them. */
function checkMode(file: string, { mode }: Stats, code: ErrorCode): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw new QBError(code, `${file} has mode ${octal}: others than its owner can use it`, {
    who: "operator",
    advice: `Run: chmod 600 ${quoted(file)}`,
  });
}

/** For a shell. */
function quoted(file: string): string {
  return `'${file.replaceAll("'", `'\\''`)}'`;
}

/**
 * Replaces a file as a whole: after a crash there is the old one or the new one.
 * @param mode Default: readable by its owner only.
 */
export function replaceFile(file: string, text: string, mode = OWNER_ONLY): void {
  throughTemporary(file, text, mode, (temporary) => renamePatiently(temporary, file));
}

/** Windows may refuse to rename or replace what another program, as one that looks for viruses, has open. */
export function renamePatiently(from: string, to: string): void {
  const end = Date.now() + RENAME_PATIENCE_MS;
  for (;;)
    try {
      return renameSync(from, to);
    } catch (error) {
      if (!mayBeOpen(error) || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_INTERVAL_MS);
    }
}

function mayBeOpen(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(code);
}

/**
 * As `replaceFile`, but gives false and changes nothing when there is a file already: of several processes one wins.
 * @param prepare Sees the file while it is empty.
 */
export function createFile(file: string, text: string, prepare?: (temporary: string) => void): boolean {
  let won = false;
  const publish = (temporary: string) => void (won = linked(temporary, file));
  throughTemporary(file, text, OWNER_ONLY, publish, prepare);
  return won;
}

/**
 * Replaces a file that holds `expected`; gives false and changes nothing when it holds something else.
 *
 * Only one text can come after `expected`: it is claimed by a name first, and whoever finds a claim brings it to its end.
 * So a process that was stopped just before its rename undoes nothing that others did meanwhile.
 */
export function exchangeFile(file: string, expected: string, text: string, code: ErrorCode): boolean {
  const claim = `${file}.${createHash("sha256").update(expected).digest("hex").slice(0, 16)}.next`;
  let won = false;
  throughTemporary(file, text, OWNER_ONLY, (temporary) => {
    won = linked(temporary, claim);
    const present = readPrivateFile(file, code);
    if (present === expected) renameIfThere(claim, file);
    else if (won) {
      rmSync(claim, { force: true });
      won = present === text;
    }
  });
  return won;
}

function linked(temporary: string, file: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renamePatiently(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function throughTemporary(
  file: string,
  text: string,
  mode: number,
  publish: (temporary: string) => void,
  prepare?: (temporary: string) => void,
): void {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeDurably(temporary, text, mode, prepare);
    publish(temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
  if (process.platform !== "win32") syncFolder(dirname(file));
}

function writeDurably(file: string, text: string, mode: number, prepare?: (temporary: string) => void): void {
  const bytes = Buffer.from(text);
  const descriptor = openSync(file, "wx", OWNER_ONLY);
  try {
    prepare?.(file);
    if (mode !== OWNER_ONLY) fchmodSync(descriptor, mode);
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Without it the new name of the file can be lost with the power. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
