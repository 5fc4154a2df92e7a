import { parentPort } from "node:worker_threads";
import type { HostCommand, HostEnd, HostReady, HostReply } from "../host-protocol.js";
import { bitnessOf } from "../machine-facts.js";
import { ComHost } from "./com-host.js";

function send(message: HostReady | HostReply): void {
  parentPort?.postMessage(message);
}

const host = new ComHost({
  reservedBytes: 0,
  reply: send,
  answer: (id, answer) => parentPort?.postMessage({ id, answer }, [answer.buffer]),
});

function end(): void {
  host.end();
  parentPort?.close();
}

parentPort?.on("message", (message: HostCommand | HostEnd) => {
  if ("end" in message) end();
  else void host.take(message);
});
parentPort?.on("close", () => host.end());
send({ ready: true, bitness: bitnessOf(process.arch) });
