import { readFileSync } from "node:fs";
import type { TaskMachine } from "../../dist/cli/commands/install.js";
import type { CommandResult } from "../../dist/cli/scheduled-task.js";

export interface ScriptedSchtasks {
  readonly machine: TaskMachine;
  readonly calls: (readonly string[])[];
  /** The tasks by name, as they were registered: bytes of the file. */
  readonly tasks: Map<string, Buffer>;
  readonly said: string[];
  readonly warned: string[];
  /** What to answer instead of doing it. */
  readonly answers: Map<string, CommandResult>;
}

/** A machine whose schtasks.exe keeps its tasks in a map, and speaks German. */
export function scriptedSchtasks(more: Partial<TaskMachine> = {}): ScriptedSchtasks {
  const [calls, said, warned] = [[], [], []] as [string[][], string[], string[]];
  const tasks = new Map<string, Buffer>();
  const answers = new Map<string, CommandResult>();
  const run = (program: string, parameters: readonly string[]): CommandResult => {
    calls.push([program, ...parameters]);
    return answers.get(parameters[0] ?? "") ?? perform(tasks, parameters);
  };
  const machine: TaskMachine = {
    platform: "win32",
    environment: { SystemRoot: "D:\\Windows", USERDOMAIN: "SHOP", USERNAME: "ann" },
    node: String.raw`C:\Program Files\nodejs\node.exe`,
    script: String.raw`C:\Users\ann\AppData\Roaming\npm\node_modules\qbconnector\dist\cli\main.js`,
    temporaryFolder: String.raw`C:\Users\ann\AppData\Local\Temp`,
    run,
    say: (line) => void said.push(line),
    warn: (lines) => void warned.push(lines),
    ...more,
  };
  return { machine, calls, tasks, said, warned, answers };
}

const MISSING = { exitCode: 1, text: "FEHLER: Das System kann die angegebene Datei nicht finden." };

function perform(tasks: Map<string, Buffer>, parameters: readonly string[]): CommandResult {
  const value = (option: string): string => parameters[parameters.indexOf(option) + 1] ?? "";
  const name = value("/TN");
  switch (parameters[0]) {
    case "/Create":
      tasks.set(name, readFileSync(value("/XML")));
      return { exitCode: 0, text: "ERFOLGREICH" };
    case "/Query": {
      const xml = tasks.get(name)?.toString("utf16le");
      return xml === undefined ? MISSING : { exitCode: 0, text: xml };
    }
    case "/Delete":
      return tasks.delete(name) ? { exitCode: 0, text: "ERFOLGREICH" } : MISSING;
    default:
      return { exitCode: 1, text: "FEHLER" };
  }
}
