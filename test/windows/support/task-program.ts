// Does what Windows does with the task that `qbconnector install` registers, until there is a file named "stop" beside the config file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { COMMAND } from "../../support/command.js";

interface Exec {
  readonly Command: string;
  readonly Arguments: string;
  readonly WorkingDirectory: string;
}

const config = process.env["QB_CONFIG"] ?? "";
const dryRun = [COMMAND, "install", "--dry-run", "--config", config];
const { stdout } = spawnSync(process.execPath, dryRun, { encoding: "utf8" });
const xml = stdout.slice(0, stdout.indexOf("</Task>") + "</Task>".length);
const { Task } = new XMLParser().parse(xml) as { Task: { Actions: { Exec: Exec } } };
const { Command, Arguments, WorkingDirectory } = Task.Actions.Exec;
const task = spawn(Command, [Arguments], {
  windowsVerbatimArguments: true,
  cwd: WorkingDirectory,
  stdio: "inherit",
});
const watch = setInterval(() => {
  if (existsSync(join(dirname(config), "stop"))) task.kill();
}, 100);
task.once("exit", () => clearInterval(watch));
