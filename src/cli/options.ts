import { InvalidArgumentError, Option } from "commander";
import { defaultConfigFile } from "./config-file.js";

export function configOption(): Option {
  return new Option("--config <file>", `the config file (default: ${defaultConfigFile()})`);
}

export function parseWholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
