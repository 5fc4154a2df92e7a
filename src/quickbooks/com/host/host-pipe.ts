import { connect } from "node:net";
import { AnswerFrames } from "../answer-frames.js";
import type { HostCommand, HostReady, HostReply } from "../host-protocol.js";
import {
  FRAME_HEADER_BYTES,
  MESSAGE,
  messageFrame,
  PIPE,
  readMessage,
  SECRET,
  writeFrameHeader,
} from "../host-frames.js";
import { bitnessOf } from "../machine-facts.js";
import { ComHost } from "./com-host.js";

const socket = connect(process.env[PIPE] ?? "");
const secret = process.env[SECRET] ?? "";
// Not for QuickBooks, which this process may start.
for (const name of [PIPE, SECRET]) delete process.env[name];

function send(message: HostReady | HostReply): void {
  socket.write(messageFrame(message));
}

const host = new ComHost({
  reservedBytes: FRAME_HEADER_BYTES,
  reply: send,
  answer: (id, frame) => {
    writeFrameHeader(frame, id);
    socket.write(frame);
  },
});

const commands = new AnswerFrames({
  isExpected: (number) => number === MESSAGE,
  onAnswer: (_number, bytes) => void host.take(readMessage(bytes) as HostCommand),
  onGarbage: () => socket.destroy(),
});

function leave(): void {
  host.end();
  process.exit(0);
}

socket.on("data", (chunk: Buffer) => commands.push(chunk));
socket.on("error", () => {});
socket.on("end", leave);
socket.on("close", leave);
socket.write(secret);
send({ ready: true, bitness: bitnessOf(process.arch) });
