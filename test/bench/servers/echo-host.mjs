// Stands where the host of the COM road stands, and gives every request back as the answer, without COM.
import { writeSync } from "node:fs";
import { writeFrameHeader, FRAME_HEADER_BYTES } from "../../../dist/quickbooks/com/host-frames.js";

const ANSWERS = 3;

process.on("message", ({ id, text }) => {
  const answer = Buffer.allocUnsafe(FRAME_HEADER_BYTES + Buffer.byteLength(text));
  answer.write(text, FRAME_HEADER_BYTES);
  writeFrameHeader(answer, id);
  for (let written = 0; written < answer.length;) written += writeSync(ANSWERS, answer, written);
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true, bitness: 64 });
