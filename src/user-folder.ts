import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The user's own folder of this library, where config file and certificate are when nobody says otherwise. */
export function userFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(configFolder(environment, platform), "qbconnector");
}

function configFolder({ APPDATA, XDG_CONFIG_HOME }: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") return APPDATA || join(homedir(), "AppData", "Roaming");
  // The XDG specification has relative paths ignored.
  return XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(homedir(), ".config");
}
