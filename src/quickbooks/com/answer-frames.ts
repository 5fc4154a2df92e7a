import { FRAME_HEADER_BYTES } from "./host-frames.js";

export interface AnswerFramesEvents {
  /** Whether an answer with this id is waited for; nothing is allocated for one that is not. */
  readonly isExpected: (id: number) => boolean;
  readonly onAnswer: (id: number, answer: Uint8Array) => void;
  readonly onGarbage: (what: string) => void;
}

/**
 * Reads answers from a stream of bytes: `u32 id, u32 length`, little endian, then the document. The memory of an answer is
 * allocated once, by its header, and chunks are copied into it: there is no second copy of a large answer.
 */
export class AnswerFrames {
  readonly #events: AnswerFramesEvents;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerLength = 0;
  #answer: Buffer | undefined;
  #filled = 0;
  #isSpoiled = false;

  constructor(events: AnswerFramesEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.#isSpoiled)
      rest = this.#answer === undefined ? this.#readHeader(rest) : this.#fill(this.#answer, rest);
  }

  #readHeader(chunk: Buffer): Buffer {
    const taken = chunk.copy(this.#header, this.#headerLength);
    this.#headerLength += taken;
    if (this.#headerLength === FRAME_HEADER_BYTES) this.#begin(this.#header.readUInt32LE(0));
    return chunk.subarray(taken);
  }

  #begin(id: number): void {
    const length = this.#header.readUInt32LE(4);
    if (!this.#events.isExpected(id)) return this.#spoil(`an answer that nobody waits for, number ${id}`);
    try {
      this.#answer = Buffer.allocUnsafeSlow(length);
    } catch {
      return this.#spoil(`an answer of ${length} bytes, for which there is no memory`);
    }
    this.#filled = 0;
    if (length === 0) this.#finish(this.#answer);
  }

  #fill(answer: Buffer, chunk: Buffer): Buffer {
    const taken = chunk.copy(answer, this.#filled);
    this.#filled += taken;
    if (this.#filled === answer.length) this.#finish(answer);
    return chunk.subarray(taken);
  }

  /** Its call may have failed in another way meanwhile; then the next one must not get it. */
  #finish(answer: Buffer): void {
    this.#answer = undefined;
    this.#headerLength = 0;
    const id = this.#header.readUInt32LE(0);
    if (this.#events.isExpected(id)) this.#events.onAnswer(id, answer);
    else this.#spoil(`the rest of an answer that nobody waits for any more, number ${id}`);
  }

  #spoil(what: string): void {
    this.#isSpoiled = true;
    this.#events.onGarbage(what);
  }
}
