import { XMLBuilder, XMLParser } from "fast-xml-parser";

/** A program that Windows starts when a user logs on. */
export interface LogonTask {
  readonly description: string;
  /** `DOMAIN\name`. */
  readonly user: string;
  readonly command: string;
  /** As one command line. */
  readonly arguments: string;
  readonly workingDirectory: string;
}

const NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task";
/** By it we know our own tasks again. */
const AUTHOR = "qbconnector";

/** The definition of a scheduled task, as `schtasks /Create /XML` reads it from a file in UTF-16 with a byte order mark. */
export function taskFile(task: LogonTask): string {
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  return builder.build({
    "?xml": { "@_version": "1.0", "@_encoding": "UTF-16" },
    Task: {
      "@_version": "1.2",
      "@_xmlns": NAMESPACE,
      RegistrationInfo: { Author: AUTHOR, Description: task.description },
      Triggers: { LogonTrigger: { Enabled: true, UserId: task.user } },
      Principals: { Principal: principal(task.user) },
      Settings: SETTINGS,
      Actions: { "@_Context": "Author", Exec: action(task) },
    },
  });
}

/** The session of the user himself, without a password to keep and without the rights of an administrator. */
function principal(user: string): object {
  return { "@_id": "Author", UserId: user, LogonType: "InteractiveToken", RunLevel: "LeastPrivilege" };
}

function action({ command, arguments: given, workingDirectory }: LogonTask): object {
  return { Command: command, Arguments: given, WorkingDirectory: workingDirectory };
}

const SETTINGS = Object.freeze({
  MultipleInstancesPolicy: "IgnoreNew",
  DisallowStartIfOnBatteries: false,
  StopIfGoingOnBatteries: false,
  // For ever; otherwise Windows ends it after three days.
  ExecutionTimeLimit: "PT0S",
  // That of programs which people start; otherwise Windows takes 7, which is below them.
  Priority: 5,
  RestartOnFailure: { Interval: "PT1M", Count: 99 },
});

/** Who made the task of this definition: we, somebody else, or undefined when it is no definition. */
export function taskMaker(xml: string): "qbconnector" | "other" | undefined {
  const start = xml.indexOf("<Task");
  if (start < 0) return undefined;
  try {
    const { Task: task } = new XMLParser().parse(xml.slice(start)) as { Task?: ParsedTask };
    return task?.RegistrationInfo?.Author === AUTHOR ? "qbconnector" : "other";
  } catch {
    return "other";
  }
}

interface ParsedTask {
  readonly RegistrationInfo?: { readonly Author?: unknown };
}
