// A thread that does what the name of the user says, in place of one that asks Windows.
import { parentPort, threadId } from "node:worker_threads";
import type { LogonTask } from "../../dist/windows/logon-thread.js";

function obey({ user }: LogonTask): void {
  if (user === "exit") process.exit(3);
  if (user === "throw") throw new Error("oops");
  if (user === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  parentPort?.postMessage({ kind: "failed", lastError: threadId });
  if (user === "answer and exit") setImmediate(() => process.exit(0));
}

parentPort?.on("message", obey);
