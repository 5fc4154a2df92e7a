import { writeSync } from "node:fs";
import { FRAME_HEADER_BYTES, writeFrameHeader } from "../host-frames.js";
import type { HostCommand, HostReady, HostReply } from "../host-protocol.js";
import { bitnessOf } from "../machine-facts.js";
import { ComHost } from "./com-host.js";

const answers = 3;

/** A program that has gone is told by `disconnect`, not by a message that cannot be sent. */
function send(message: HostReady | HostReply): void {
  process.send?.(message, undefined, undefined, () => {});
}

function writeAnswer(id: number, bytes: Uint8Array<ArrayBuffer>): void {
  writeFrameHeader(bytes, id);
  for (let written = 0; written < bytes.length;) written += writeSync(answers, bytes, written);
}

const host = new ComHost({ reservedBytes: FRAME_HEADER_BYTES, reply: send, answer: writeAnswer });

process.on("message", (command: HostCommand) => void host.take(command));
process.on("disconnect", () => {
  host.end();
  process.exit(0);
});
send({ ready: true, bitness: bitnessOf(process.arch) });
