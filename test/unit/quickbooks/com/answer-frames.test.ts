import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { QuickBooksSession } from "qbconnector";
import { AnswerFrames } from "../../../../dist/quickbooks/com/answer-frames.js";
import { messageSet, SETTINGS } from "../../../support/quickbooks-requests.js";
import { scriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

const MEGABYTE = 1024 * 1024;

function frame(id: number, document: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(id, 0);
  header.writeUInt32LE(document.length, 4);
  return Buffer.concat([header, document]);
}

function recorded() {
  const answers: [id: number, answer: Uint8Array][] = [];
  const garbage: string[] = [];
  const frames = new AnswerFrames({
    isExpected: (id) => id < 100,
    onAnswer: (id, answer) => void answers.push([id, answer]),
    onGarbage: (what) => void garbage.push(what),
  });
  return { frames, answers, garbage };
}

/** The lengths of the large pieces of memory that are asked for while `work` runs. */
async function allocations(work: () => unknown, atLeast: number): Promise<number[]> {
  const allocated = mock.method(Buffer, "allocUnsafeSlow");
  const joined = mock.method(Buffer, "concat");
  try {
    await work();
    const pieces = [...allocated.mock.calls, ...joined.mock.calls].map(({ result }) => result?.length ?? 0);
    return pieces.filter((length) => length >= atLeast);
  } finally {
    allocated.mock.restore();
    joined.mock.restore();
  }
}

describe("answers in a stream of bytes", () => {
  it("arrive whole, however the stream is cut", () => {
    const documents = ["", "a", "<QBXML>żółć 😀</QBXML>", "x".repeat(300)].map((text) => Buffer.from(text));
    const stream = Buffer.concat(documents.map((document, index) => frame(index + 1, document)));
    for (let size = 1; size <= stream.length; size++) {
      const { frames, answers, garbage } = recorded();
      for (let at = 0; at < stream.length; at += size) frames.push(stream.subarray(at, at + size));
      assert.deepEqual(garbage, []);
      assert.deepEqual(
        answers.map(([id, answer]) => [id, Buffer.from(answer)]),
        documents.map((document, index) => [index + 1, document]),
        `cut into pieces of ${size}`,
      );
    }
  });

  it("have memory of their own, allocated once", async () => {
    const { frames, answers } = recorded();
    const document = Buffer.alloc(3 * MEGABYTE, "y");
    const stream = frame(1, document);
    const lengths = await allocations(() => {
      for (let at = 0; at < stream.length; at += 65_536) frames.push(stream.subarray(at, at + 65_536));
    }, MEGABYTE);
    assert.deepEqual(lengths, [3 * MEGABYTE]);
    const answer = answers[0]![1];
    assert.equal(answer.buffer.byteLength, 3 * MEGABYTE);
    assert.ok(document.equals(answer));
  });

  it("that nobody waits for take no memory, and nothing after them is read", async () => {
    const { frames, answers, garbage } = recorded();
    const unexpected = frame(100, Buffer.alloc(0));
    unexpected.writeUInt32LE(0xffff_ffff, 4);
    const pieces = [Buffer.concat([unexpected, frame(1, Buffer.from("a"))]), frame(2, Buffer.from("b"))];
    const lengths = await allocations(() => pieces.forEach((piece) => frames.push(piece)), 1);
    assert.deepEqual(lengths, []);
    assert.deepEqual(answers, []);
    assert.equal(garbage.length, 1);
  });

  it("whose call failed before they were whole are not given to the next call", () => {
    const answers: string[] = [];
    const garbage: string[] = [];
    let waitedFor = 1;
    const frames = new AnswerFrames({
      isExpected: (id) => id === waitedFor,
      onAnswer: (_id, answer) => void answers.push(Buffer.from(answer).toString()),
      onGarbage: (what) => void garbage.push(what),
    });
    frames.push(frame(1, Buffer.from("abcdefgh")).subarray(0, 12));
    waitedFor = 2;
    frames.push(frame(2, Buffer.from("next")));
    assert.deepEqual(answers, []);
    assert.match(garbage.join(), /nobody waits for any more, number 1/);
  });

  for (const host of ["process", "thread"] as const)
    it(`of 60 MB arrive whole from a ${host}, in one copy`, async (t) => {
      const bytes = 60 * MEGABYTE;
      const { road } = scriptedRoad(t, [{ acts: { process: { bytes } } }], { host });
      const session = await road.open(SETTINGS);
      let answer: string | Uint8Array = "";
      const lengths = await allocations(async () => {
        answer = await session.process(messageSet("<HostQueryRq/>"));
      }, 8 * MEGABYTE);
      assert.deepEqual(lengths, host === "process" ? [bytes] : []);
      assert.ok(Buffer.alloc(bytes, "x").equals(answer as unknown as Uint8Array));
      await session.close();
    });

  it("is let go when the caller lets go of it, while the session stays open", async (t) => {
    const { road } = scriptedRoad(t, [{ acts: { process: { bytes: 8 * MEGABYTE } } }]);
    const session = await road.open(SETTINGS);
    const answer = await weakAnswer(session);
    await until(() => (collectGarbage(), answer.deref() === undefined), "the answer is gone from memory");
    await session.close();
  });
});

/** In a function of its own, whose variables are gone when it has returned. */
async function weakAnswer(session: QuickBooksSession): Promise<WeakRef<object>> {
  const answer = await session.process(messageSet("<HostQueryRq/>"));
  return new WeakRef(answer as Uint8Array);
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
