/** Variables that tell a host with a pipe where to connect, and what to show there. */
export const PIPE = "QBCONNECTOR_HOST_PIPE";
export const SECRET = "QBCONNECTOR_HOST_SECRET";

/** The number of frames that are no answer: messages, in JSON, which every version of Node reads. Commands count from 1. */
export const MESSAGE = 0;
/** `u32 number, u32 length`, little endian. */
export const FRAME_HEADER_BYTES = 8;

export function writeFrameHeader(frame: Uint8Array, number: number): void {
  const header = new DataView(frame.buffer, frame.byteOffset);
  header.setUint32(0, number, true);
  header.setUint32(4, frame.length - FRAME_HEADER_BYTES, true);
}

export function messageFrame(message: unknown): Buffer {
  return frameOf(MESSAGE, Buffer.from(JSON.stringify(message)));
}

/** Throws when it is no message. */
export function readMessage(content: Uint8Array): unknown {
  return JSON.parse(Buffer.from(content.buffer, content.byteOffset, content.length).toString("utf8"));
}

export function frameOf(number: number, content: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + content.length);
  writeFrameHeader(frame, number);
  frame.set(content, FRAME_HEADER_BYTES);
  return frame;
}
