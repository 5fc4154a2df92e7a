const GREATEST_SPARE = 64 * 1024;
/** Prolog, line ends, and some references. */
const SPARE_BYTES = 200;
/** Longer ones are copied faster by Node than byte by byte. */
const LONG_RUN = 200;
const NOTHING = Buffer.alloc(0);
/** The memory of an earlier document, for the next one. */
let spare = NOTHING;

/**
 * The bytes of a document in ASCII while it is written anew from its source. As long as what is written is what stands in the
 * source, it is only compared: such a run is copied in one piece, or not at all when it is the whole document.
 */
export class MessageSetText {
  readonly #source: Buffer;
  #runStart = 0;
  #runEnd = 0;
  /** What stands in front of the run. */
  #bytes = NOTHING;
  #length = 0;

  constructor(source: Buffer) {
    this.#source = source;
  }

  get length(): number {
    return this.#length + this.#runEnd - this.#runStart;
  }

  /** Takes back what was written behind this length. */
  truncate(length: number): void {
    this.#runEnd = Math.max(this.#runStart, this.#runStart + length - this.#length);
    this.#length = Math.min(this.#length, length);
  }

  bytes(bytes: Uint8Array): void {
    if (this.#follows(bytes)) return;
    this.#reserve(bytes.length);
    this.#copyBytes(bytes, 0, bytes.length);
    this.#length += bytes.length;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    const target = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < text.length; at++) target[start + at] = text.charCodeAt(at);
    this.#length = start + text.length;
  }

  /** What needs no change in the source. */
  range(from: number, end: number): void {
    if (from !== this.#runEnd) {
      this.#copyRun();
      this.#runStart = from;
    }
    this.#runEnd = end;
  }

  /** The text; nothing can be written after it. */
  finish(): string {
    if (this.#length === 0) return this.#source.toString("latin1", this.#runStart, this.#runEnd);
    this.#copyRun();
    const text = this.#bytes.toString("latin1", 0, this.#length);
    if (this.#bytes.length <= GREATEST_SPARE) spare = this.#bytes;
    return text;
  }

  #follows(bytes: Uint8Array): boolean {
    const source = this.#source;
    const start = this.#runEnd;
    const end = start + bytes.length;
    if (end > source.length) return false;
    for (let at = 0; at < bytes.length; at++) if (source[start + at] !== bytes[at]) return false;
    this.#runEnd = end;
    return true;
  }

  #copyRun(): void {
    const count = this.#runEnd - this.#runStart;
    if (count === 0) return;
    this.#makeRoom(count);
    if (count > LONG_RUN) this.#source.copy(this.#bytes, this.#length, this.#runStart, this.#runEnd);
    else this.#copyBytes(this.#source, this.#runStart, this.#runEnd);
    this.#length += count;
    this.#runStart = this.#runEnd;
  }

  #copyBytes(source: Uint8Array, from: number, end: number): void {
    const target = this.#bytes;
    const shift = this.#length - from;
    for (let at = from; at < end; at++) target[shift + at] = source[at] as number;
  }

  #reserve(count: number): void {
    this.#copyRun();
    this.#makeRoom(count);
  }

  #makeRoom(count: number): void {
    const wanted = this.#length + count;
    if (wanted <= this.#bytes.length) return;
    if (this.#length === 0) return this.#begin(Math.max(wanted, this.#source.length + SPARE_BYTES));
    const larger = Buffer.allocUnsafe(wanted * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #begin(size: number): void {
    this.#bytes = spare.length >= size ? spare : Buffer.allocUnsafe(size);
    spare = NOTHING;
  }
}
