import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface CurlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs curl without any configuration of the machine; it ends by itself after 30 s. */
export async function curl(args: readonly string[], input: string | Uint8Array = ""): Promise<CurlResult> {
  const child = spawn("curl", ["-q", "-sS", "--noproxy", "*", "--max-time", "30", ...args]);
  const started = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error("curl is missing: apt-get install curl", { cause })));
    child.once("close", resolve);
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), started]);
  return { exitCode, stdout, stderr };
}
