const GREATEST_SPARE = 64 * 1024;
/** The memory of an earlier document, for the next one. */
let spare: Buffer | undefined;

/** The bytes of a document in ASCII while it is written. */
export class MessageSetText {
  #bytes: Buffer;
  #length = 0;

  /** @param size Bytes that will probably be needed. */
  constructor(size: number) {
    this.#bytes = spare !== undefined && spare.length >= size ? spare : Buffer.allocUnsafe(size);
    spare = undefined;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes back what was written behind this length. */
  truncate(length: number): void {
    this.#length = length;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at);
    this.#length = start + text.length;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < source.length; at++) bytes[start + at] = source[at] as number;
    this.#length = start + source.length;
  }

  /** Copies what needs no change. */
  range(source: Uint8Array, from: number, end: number): void {
    this.#reserve(end - from);
    const bytes = this.#bytes;
    const shift = this.#length - from;
    for (let at = from; at < end; at++) bytes[shift + at] = source[at] as number;
    this.#length = shift + end;
  }

  /** The text; nothing can be written after it. */
  finish(): string {
    const text = this.#bytes.toString("latin1", 0, this.#length);
    if (this.#bytes.length <= GREATEST_SPARE) spare = this.#bytes;
    return text;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#length + count) * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
