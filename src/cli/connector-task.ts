import { dirname, join } from "node:path";
import { wrongUse } from "./failure.js";
import type { LogonTask } from "./task-file.js";
import { windowsCommandLine } from "./windows-command-line.js";

export interface ConnectorTask {
  /** The Windows account at whose log-on it starts. */
  readonly user: string;
  /** The program of Node.js. */
  readonly node: string;
  /** Our own `main.js`. */
  readonly script: string;
  readonly config: string;
}

/** `qbconnector serve` as a task at log-on. Throws `QB_INVALID_ARGUMENT` for what cannot stand in a definition. */
export function connectorTask({ user, node, script, config }: ConnectorTask): LogonTask {
  const parts = [script, "serve", "--config", config, "--log-file", logFile(config)];
  checkUser(user);
  for (const path of [node, ...parts]) checkPath(path);
  return {
    description: "Serves QuickBooks to the users of qbconnector while this user is logged on.",
    user,
    command: node,
    arguments: windowsCommandLine(parts),
    workingDirectory: dirname(config),
  };
}

/** The log of a connector that Windows started. */
export function logFile(config: string): string {
  return join(dirname(config), "connector.log");
}

/** Throws `QB_INVALID_ARGUMENT` for what Windows does not take as the name of a task, which may have folders. */
export function checkTaskName(name: string): void {
  const folders = name.replace(/^\\/, "").split("\\");
  const fits = !FORBIDDEN_IN_NAMES.test(name) && name.length <= LONGEST_NAME;
  if (fits && folders.every((one) => one.trim() === one && !/^\.*$/.test(one))) return;
  throw wrongUse(
    `${JSON.stringify(name)} cannot be the name of a task`,
    `Use letters, digits, blanks and hyphens, at most ${LONGEST_NAME} characters; a backslash stands between a folder and a name.`,
  );
}

const LONGEST_NAME = 200;
const FORBIDDEN_IN_NAMES = /[/:*?"<>|\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;
const FORBIDDEN_IN_XML = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

function checkUser(user: string): void {
  if (user.trim() !== "" && !FORBIDDEN_IN_XML.test(user)) return;
  throw wrongUse(
    `${JSON.stringify(user)} is no Windows account`,
    String.raw`Name one as --user DOMAIN\name.`,
  );
}

/** Windows replaces `%NAME%` and `$(NAME)` in a task, and knows no way to keep them. */
function checkPath(path: string): void {
  if (FORBIDDEN_IN_XML.test(path)) throw unfit(path, "has characters that cannot stand in a task");
  if (/%[^%]+%|\$\(/.test(path)) throw unfit(path, "has a part that Windows would replace in a task");
}

function unfit(path: string, why: string): Error {
  return wrongUse(
    `${JSON.stringify(path)} ${why}`,
    "Move what it names to another folder, or give it another name.",
  );
}
