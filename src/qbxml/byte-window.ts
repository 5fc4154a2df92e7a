import { Ruler, type Position } from "./position.js";

/** V8 copies shorter slices of a string; longer ones keep all of it alive. */
const FIRST_KEPT_LENGTH = 13;
const NOTHING = Buffer.alloc(0);

/** The part of a document that is at hand while its bytes arrive. */
export class ByteWindow {
  bytes: Buffer = NOTHING;
  /** Offset of the first byte in the document. */
  base = 0;
  #arriving: Buffer[] = [];
  #arrivingBytes = 0;
  #text: string | undefined;
  #ruler: Ruler | undefined;

  /** @param rest Bytes at hand that are still wanted. Tells whether taking in more is worth another look at them. */
  arrive(chunk: Uint8Array, rest: number): boolean {
    this.#arriving.push(asBuffer(chunk));
    this.#arrivingBytes += chunk.length;
    // A token that is not whole is looked at again only when the window has doubled, so that long ones cost no more.
    return this.#arrivingBytes >= rest;
  }

  /** Drops the bytes in front of `from` and takes in what arrived. */
  advance(from: number): void {
    if (this.#arrivingBytes === 0 && from === 0) return;
    if (from > 0) (this.#ruler ??= new Ruler()).drop(this.bytes, from);
    const rest = this.bytes.subarray(from);
    const [first = NOTHING] = this.#arriving;
    const joins = rest.length > 0 || this.#arriving.length > 1;
    this.bytes = joins ? Buffer.concat([rest, ...this.#arriving]) : first;
    this.base += from;
    this.#text = undefined;
    this.#arriving = [];
    this.#arrivingBytes = 0;
  }

  /** Long texts are decoded, though slicing takes a tenth of the time, so that none keeps the window alive. */
  ascii(start: number, end: number): string {
    if (end - start >= FIRST_KEPT_LENGTH) return this.bytes.toString("latin1", start, end);
    return (this.#text ??= this.bytes.toString("latin1")).slice(start, end);
  }

  positionAt(offset: number): Position {
    return (this.#ruler ??= new Ruler()).positionAt(this.bytes, offset);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
