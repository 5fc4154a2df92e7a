import { tmpdir, userInfo } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { QBError } from "../../errors.js";
import { defaultConfigFile, readServingConfigFile } from "../config-file.js";
import { checkTaskName, connectorTask, logFile } from "../connector-task.js";
import { lastingPath, whyItMayVanish } from "../lasting-path.js";
import { configOption, say } from "../options.js";
import {
  registerTask,
  registration,
  removeTask,
  runCommand,
  taskProgram,
  type CommandRunner,
} from "../scheduled-task.js";
import { taskFile, type LogonTask } from "../task-file.js";
import { windowsCommandLine } from "../windows-command-line.js";

export interface InstallOptions {
  readonly config?: string;
  readonly name: string;
  readonly user?: string;
  readonly dryRun?: boolean;
}

/** What `install` and `uninstall` need of the machine. */
export interface TaskMachine {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  /** Of Node.js, and of this command. */
  readonly node: string;
  readonly script: string;
  readonly temporaryFolder: string;
  readonly run: CommandRunner;
  readonly say: (line: string) => void;
  readonly warn: (lines: string) => void;
}

const DEFAULT_NAME = "qbconnector";

export function addInstallCommands(program: Command): void {
  program
    .command("install")
    .description("have Windows start qbconnector serve when you log on")
    .addOption(configOption())
    .option("--name <name>", "the name of the task", DEFAULT_NAME)
    .option("--user <account>", String.raw`at whose log-on, as DOMAIN\name (default: yours)`)
    .option("--dry-run", "only print the task and the command that would register it")
    .addHelpText("after", INSTALL_HELP)
    .action((options: InstallOptions) => install(options, thisMachine()));
  program
    .command("uninstall")
    .description("remove the task that install registered")
    .option("--name <name>", "the name of the task", DEFAULT_NAME)
    .addHelpText("after", "\nExample:\n  qbconnector uninstall")
    .action(({ name }: { name: string }) => uninstall(name, thisMachine()));
}

const NO_SERVICE = `It is a task and no service, because services run in session 0, where QuickBooks is not: there it cannot be started
(0x80040408), cannot be reached (0x80040401), or waits for a dialog that nobody sees (0x80040414).`;

const INSTALL_HELP = `
The task starts the connector in your own Windows session, without the rights of an administrator, and again after a failure. Its log is
connector.log beside the config file.

${NO_SERVICE}

Examples:
  qbconnector install --dry-run
  qbconnector install
  qbconnector install --user SHOP\\books --config C:\\Books\\config.json`;

export function install(options: InstallOptions, machine: TaskMachine): void {
  const config = resolve(options.config ?? defaultConfigFile());
  if (options.dryRun !== true) needWindows("install", machine);
  readServingConfigFile(config, options.config);
  checkTaskName(options.name);
  const { node, script } = machine;
  const task = connectorTask({ user: options.user ?? accountOf(machine), node, script, config });
  warnOfVanishing(machine);
  if (options.dryRun === true) return tellDry(options.name, task, machine);
  registerTask(options.name, taskFile(task), taskProgram(machine.environment), machine.run);
  machine.say(registered(options.name, task, logFile(config)));
}

export function uninstall(name: string, machine: TaskMachine): void {
  needWindows("uninstall", machine);
  checkTaskName(name);
  const missing = removeTask(name, taskProgram(machine.environment), machine.run);
  if (missing !== undefined)
    return machine.say(
      `There is no task "${name}" that you can see, so nothing was removed. ${missing}`.trimEnd(),
    );
  machine.say(
    `Removed the task "${name}". A connector that it started runs until you log off or close its window.`,
  );
}

function tellDry(name: string, task: LogonTask, { environment, say }: TaskMachine): void {
  say(taskFile(task).trimEnd());
  say("\nWritten to a file in UTF-16, this would be registered with:\n");
  say(windowsCommandLine([taskProgram(environment), ...registration(name, "task.xml")]));
}

function registered(name: string, { user, command, arguments: given }: LogonTask, log: string): string {
  const named = windowsCommandLine([name]);
  const ofName = name === DEFAULT_NAME ? "" : ` --name ${named}`;
  return `Registered the task "${name}". When ${user} logs on, Windows starts:

  ${windowsCommandLine([command])} ${given}

${NO_SERVICE}

Start it now:  schtasks /Run /TN ${named}
See it:        schtasks /Query /TN ${named} /V /FO LIST
Its log:       ${log}
Undo it:       qbconnector uninstall${ofName}`;
}

function warnOfVanishing({ node, script, temporaryFolder, warn }: TaskMachine): void {
  for (const path of [node, script]) {
    const why = whyItMayVanish(path, temporaryFolder);
    if (why === undefined) continue;
    const advice =
      path === script
        ? "Install the package for good (npm install --global qbconnector) and run install again from there."
        : "Run install again after each update of Node.js, or use the Node.js of its own installer.";
    warn(`qbconnector: warning: the task will start ${path}, but ${why}\n  ${advice}\n`);
  }
}

function accountOf({ environment: { USERDOMAIN, USERNAME } }: TaskMachine): string {
  const user = USERNAME || userInfo().username;
  return USERDOMAIN ? `${USERDOMAIN}\\${user}` : user;
}

function needWindows(command: string, { platform }: TaskMachine): void {
  if (platform === "win32") return;
  throw new QBError("QB_PLATFORM", `qbconnector ${command} works on Windows only, where QuickBooks is`, {
    advice:
      "Run it on the machine with QuickBooks. What install does is shown anywhere: qbconnector install --dry-run",
  });
}

function thisMachine(): TaskMachine {
  const own = fileURLToPath(new URL("../main.js", import.meta.url));
  return {
    platform: process.platform,
    environment: process.env,
    node: process.execPath,
    script: lastingPath(process.argv[1], own),
    temporaryFolder: tmpdir(),
    run: runCommand,
    say,
    warn: (lines) => void process.stderr.write(lines),
  };
}
