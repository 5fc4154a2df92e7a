import { spawn } from "node:child_process";
import { QBError } from "../../errors.js";

export interface BrowserCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** A browser that was not running may stay in the foreground of what started it. */
const STARTED_MS = 3000;

/** Opens the user's browser; fails when there seems to be none. */
export async function openInBrowser(url: URL): Promise<void> {
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new QBError(
      "QB_INVALID_ARGUMENT",
      `a browser is opened only for http and https, not for ${url.protocol}`,
    );
  }
  const { env, platform } = process;
  if (lacksScreen(platform, env)) throw notOpened("there is no screen (neither DISPLAY nor WAYLAND_DISPLAY)");
  await started(browserCommand(platform, env, url));
}

/** No shell has a part in it, so nothing in the URL can be a command. */
export function browserCommand(platform: string, env: NodeJS.ProcessEnv, url: URL): BrowserCommand {
  if (platform === "win32") {
    const folder = env["SystemRoot"] ?? "C:\\Windows";
    return { file: `${folder}\\System32\\rundll32.exe`, args: ["url.dll,FileProtocolHandler", url.href] };
  }
  if (platform === "darwin") return { file: "/usr/bin/open", args: [url.href] };
  return { file: "xdg-open", args: [url.href] };
}

function lacksScreen(platform: string, env: NodeJS.ProcessEnv): boolean {
  if (platform === "win32" || platform === "darwin") return false;
  return !env["DISPLAY"] && !env["WAYLAND_DISPLAY"] && !env["BROWSER"];
}

function started({ file, args }: BrowserCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "ignore", detached: true, windowsHide: true });
    const timer = setTimeout(resolve, STARTED_MS);
    // Not as cause: it holds the URL, and so the state.
    child.once("error", ({ code }: NodeJS.ErrnoException) =>
      reject(notOpened(`${file} cannot be started (${code})`)),
    );
    child.once("exit", (code) => (code === 0 ? resolve() : reject(notOpened(`${file} ended with ${code}`))));
    child.once("close", () => clearTimeout(timer)).once("error", () => clearTimeout(timer));
    child.unref();
  });
}

function notOpened(reason: string): QBError {
  return new QBError("QB_PLATFORM", `the browser was not opened: ${reason}`, {
    advice: "Open the URL by hand.",
  });
}
