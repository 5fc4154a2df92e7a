import { XMLBuilder } from "fast-xml-parser";

/** A program that Windows starts when a user logs on. */
export interface LogonTask {
  readonly description: string;
  /** `DOMAIN\name`. */
  readonly user: string;
  readonly command: string;
  readonly arguments: string;
}

const NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task";

/** The definition of a scheduled task, as `schtasks /create /xml` reads it. */
export function taskFile({ description, user, command, arguments: given }: LogonTask): string {
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  const principal = {
    "@_id": "Author",
    UserId: user,
    LogonType: "InteractiveToken",
    RunLevel: "LeastPrivilege",
  };
  return builder.build({
    "?xml": { "@_version": "1.0", "@_encoding": "UTF-16" },
    Task: {
      "@_version": "1.2",
      "@_xmlns": NAMESPACE,
      RegistrationInfo: { Description: description },
      Triggers: { LogonTrigger: { Enabled: true, UserId: user } },
      Principals: { Principal: principal },
      Settings: {
        MultipleInstancesPolicy: "IgnoreNew",
        DisallowStartIfOnBatteries: false,
        StopIfGoingOnBatteries: false,
        ExecutionTimeLimit: "PT0S",
        RestartOnFailure: { Interval: "PT1M", Count: 10 },
      },
      Actions: { "@_Context": "Author", Exec: { Command: command, Arguments: given } },
    },
  });
}
