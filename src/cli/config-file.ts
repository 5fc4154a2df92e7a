import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { replaceFile } from "./replace-file.js";
import { checkConfiguration, type Configuration } from "./configuration.js";
import { wrongUse } from "./failure.js";
import { withFileLock } from "./file-lock.js";

/** Where the config file is when nobody says otherwise. */
export function defaultConfigFile(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(configFolder(environment, platform), "qbconnector", "config.json");
}

function configFolder({ APPDATA, XDG_CONFIG_HOME }: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") return APPDATA || join(homedir(), "AppData", "Roaming");
  // The XDG specification has relative paths ignored.
  return XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(homedir(), ".config");
}

/** Reads the file; one that does not exist says nothing. Throws `QB_INVALID_ARGUMENT` that names the file and the key. */
export function readConfigFile(file: string): Configuration {
  const text = readPrivately(file);
  return text === undefined ? {} : checkConfiguration(parseJson(text, file), file);
}

/** Reads, changes and writes the file while no other process does. Nothing is written when `change` throws. */
export async function updateConfigFile(
  file: string,
  change: (configuration: Configuration) => Configuration,
): Promise<void> {
  const target = existsSync(file) ? realpathSync(file) : resolve(file);
  makeFolder(dirname(target));
  await withFileLock(`${target}.lock`, () => {
    const changed = checkConfiguration(change(readConfigFile(target)), file);
    replaceFile(target, `${JSON.stringify(changed, undefined, 2)}\n`);
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw wrongUse(
      `cannot make the folder ${folder}: ${(cause as Error).message}`,
      "Name another with --config.",
      cause,
    );
  }
}

function readPrivately(file: string): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const stats = fstatSync(descriptor);
    if (process.platform !== "win32") checkPrivate(file, stats);
    return readFileSync(descriptor, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code?.startsWith("E") !== true) throw error;
    throw wrongUse(`cannot read ${file}: ${message}`, "Check the path and who owns the file.", error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Who reads the file can try passwords against its scrypt strings for as long as they like. */
function checkPrivate(file: string, { mode }: Stats): void {
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw wrongUse(
    `${file} has mode ${octal}: others than its owner can use it`,
    `Run: chmod 600 '${file.replaceAll("'", `'\\''`)}'`,
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own message would show a piece of the file.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const where =
      position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length}`;
    throw wrongUse(`${file}${where}: this is not JSON`, "Correct the file, or start anew without it.");
  }
}
