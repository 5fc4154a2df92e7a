import type { Socket } from "node:net";
import type { StubReply } from "./scripted-quickbooks.js";

const ACTIONS = { answer: 0, crash: 1, exit: 2, sleep: 3 } as const;

/** The calls that the stub writes to its line; `test/windows/stub/script.c` has the format. */
export async function* frames(socket: Socket): AsyncGenerator<{ method: string; texts: string[] }> {
  let chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= 4) {
      if (chunks[0]!.length < 4) chunks = [Buffer.concat(chunks)];
      const length = 4 + chunks[0]!.readUInt32LE(0);
      if (held < length) break;
      const all = Buffer.concat(chunks);
      yield readCall(all.subarray(4, length));
      chunks = [all.subarray(length)];
      held -= length;
    }
  }
}

function readCall(frame: Buffer): { method: string; texts: string[] } {
  let at = frame.indexOf(0);
  const method = frame.toString("ascii", 0, at++);
  const texts: string[] = [];
  while (at < frame.length) {
    const bytes = frame.readUInt32LE(at);
    at += 4;
    texts.push(frame.toString("utf16le", at, (at += bytes)));
  }
  return { method, texts };
}

export function replyFrame({ hresult = 0, action, description = "", value = "" }: StubReply): Buffer {
  const said = Buffer.from(description, "utf16le");
  const given = Buffer.from(value, "utf16le");
  const head = Buffer.alloc(4 + 4 + 1 + 4);
  head.writeUInt32LE(4 + 1 + 4 + said.length + 4 + given.length, 0);
  head.writeUInt32LE(hresult >>> 0, 4);
  head.writeUInt8(ACTIONS[action ?? "answer"], 8);
  head.writeUInt32LE(said.length, 9);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(given.length, 0);
  return Buffer.concat([head, said, length, given]);
}
