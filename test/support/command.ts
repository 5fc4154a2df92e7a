import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { formatConnectionString, hashPassword } from "qbconnector";

export const PACKAGE_FOLDER = fileURLToPath(new URL("../../", import.meta.url));
export const COMMAND = join(PACKAGE_FOLDER, "dist/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
}

/** A process with what it has said so far. It is killed at the end of the test when it still runs. */
export class Running {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#hear("stdout", text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#hear("stderr", text));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
        for (const check of this.#waiting) check();
      });
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Reads no further, as `head` does. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The match, once it is there. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (match === null && !this.#hasEnded()) return;
        this.#waiting.delete(check);
        if (match !== null) resolve(match);
        else reject(new Error(`ended without saying ${pattern}: ${this.stdout}${this.stderr}`));
      };
      this.#waiting.add(check);
      check();
    });
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #hear(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    for (const check of this.#waiting) check();
  }
}

/** Without what the tests' own environment says of config files and connection strings. */
export function cleanEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { QBCONNECTOR_TO: _to, XDG_CONFIG_HOME: _config, NODE_TEST_CONTEXT: _test, ...rest } = process.env;
  return { ...rest, ...more };
}

export function startProgram(
  test: TestContext,
  program: string,
  parameters: readonly string[],
  { environment = {}, input }: StartOptions = {},
): Running {
  const child = spawn(program, parameters, { env: cleanEnvironment(environment), cwd: PACKAGE_FOLDER });
  test.after(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  return new Running(child);
}

/** The `qbconnector` command, still running. */
export function startCommand(
  test: TestContext,
  parameters: readonly string[],
  options?: StartOptions,
): Running {
  return startProgram(test, process.execPath, [COMMAND, ...parameters], options);
}

/** The `qbconnector` command, when it has ended. */
export async function runCommand(
  test: TestContext,
  parameters: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  return startCommand(test, parameters, { input: "", ...options }).ended;
}

/** As `runCommand`, but it must end with 0; gives what it printed. */
export async function runWell(
  test: TestContext,
  parameters: readonly string[],
  options?: StartOptions,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(test, parameters, options);
  assert.equal(code, 0, stderr);
  return stdout;
}

export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Served {
  readonly process: Running;
  readonly port: number;
  readonly url: string;
  /** Undefined for plain HTTP. */
  readonly pin: string | undefined;
  readonly connectionString: string;
}

export const USER = "Foo";
export const PASSWORD = "a long secret of the tests";

let passwordHash: Promise<string> | undefined;

/** A config file with one user. */
export async function configWithUser(
  test: TestContext,
  rights: { readonly readOnly?: boolean } = {},
): Promise<string> {
  const file = join(temporaryFolder(test), "config.json");
  passwordHash ??= hashPassword(PASSWORD);
  const users = [{ user: USER, passwordHash: await passwordHash, ...rights }];
  writeFileSync(file, JSON.stringify({ users }), { mode: 0o600 });
  return file;
}

/** `qbconnector serve --simulate` on a free port. */
export async function serveSimulated(
  test: TestContext,
  config: string,
  ...more: readonly string[]
): Promise<Served> {
  const process = startCommand(test, ["serve", "--simulate", "--config", config, "--port", "0", ...more]);
  const [, url = "", port = ""] = await process.says(/on (https?:\/\/127\.0\.0\.1:(\d+))/);
  const pin = url.startsWith("https:") ? (await process.says(/SSLPin='([^']+)'/))[1] : undefined;
  return {
    process,
    port: Number(port),
    url,
    pin,
    connectionString: formatConnectionString({ URL: url, User: USER, Password: PASSWORD, SSLPin: pin }),
  };
}

export function requestSet(requests: string, onError = "stopOnError"): string {
  return `<?xml version="1.0"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="${onError}">${requests}</QBXMLMsgsRq></QBXML>`;
}

export function customerAdd(name: string, id = "1"): string {
  return `<CustomerAddRq requestID="${id}"><CustomerAdd><Name>${name}</Name></CustomerAdd></CustomerAddRq>`;
}

/** A reason to skip what stops a process by a signal, or false. */
export const NO_SIGNALS: string | false =
  process.platform === "win32" ? "on Windows a signal ends a process at once, whatever it listens to" : false;
/** A reason to skip what looks at the mode of a file, or false. */
export const NO_FILE_MODES: string | false =
  process.platform === "win32" ? "Windows has no file modes" : false;

/** A reason to skip what asks curl or openssl beside other things, or false. */
export const NO_PROGRAMS: string | false =
  process.platform === "win32" ? "Windows brings neither curl that knows pins nor openssl" : false;
/** A reason to skip what needs symbolic links, or false; Wine says that it has made one, and has not. */
export const NO_LINKS: string | false =
  process.platform === "win32" ? "Windows lets only some users make symbolic links" : false;

const SCRIPT = "/usr/bin/script";
/** A reason to skip, or false. */
export const NO_TERMINAL: string | false =
  process.platform === "linux" && existsSync(SCRIPT) ? false : "needs script of util-linux for a terminal";

/** The command on a terminal of its own; all that it prints is `stdout`. */
export function startOnTerminal(
  test: TestContext,
  parameters: readonly string[],
  options?: StartOptions,
): Running {
  const command = [process.execPath, COMMAND, ...parameters].map((part) => `'${part}'`).join(" ");
  // With exec the shell is gone: some shells hear the terminal's Ctrl-C too, and die of it after the program ended well.
  return startProgram(test, SCRIPT, ["-qec", `exec ${command}`, "/dev/null"], options);
}
