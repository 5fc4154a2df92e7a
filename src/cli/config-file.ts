import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readPrivateFile, replaceFile } from "../private-file.js";
import { userFolder } from "../user-folder.js";
import { checkConfiguration, type Configuration } from "./configuration.js";
import { wrongUse } from "./failure.js";
import { withFileLock } from "./file-lock.js";

/** Where the config file is when nobody says otherwise. */
export function defaultConfigFile(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(userFolder(environment, platform), "config.json");
}

/** Reads the file; one that does not exist says nothing. Throws `QB_INVALID_ARGUMENT` that names the file and the key. */
export function readConfigFile(file: string): Configuration {
  const text = readPrivateFile(file, "QB_INVALID_ARGUMENT");
  return text === undefined ? {} : checkConfiguration(parseJson(text, file), file);
}

/** As `readConfigFile`, of a connector that is to serve: it must have users. `named` is what `--config` said. */
export function readServingConfigFile(file: string, named: string | undefined): Configuration {
  const configuration = readConfigFile(file);
  if ((configuration.users ?? []).length > 0) return configuration;
  // The prompt of Windows knows double quotes only.
  const quote = process.platform === "win32" ? '"' : "'";
  const config = named === undefined ? "" : ` --config ${quote}${named}${quote}`;
  throw wrongUse(
    `${file} has no users, so nobody could connect`,
    `Run first: qbconnector user add NAME${config}`,
  );
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
