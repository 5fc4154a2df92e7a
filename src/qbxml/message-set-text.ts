const GREATER = 0x3e;
const DELETE = 0x7f;

/** The bytes of a document in ASCII while it is written. */
export class MessageSetText {
  #bytes: Buffer;
  #length = 0;

  /** @param size Bytes that will probably be needed. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
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

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < source.length; at++) bytes[start + at] = source[at] as number;
    this.#length = start + source.length;
  }

  /** Copies plain text, and gives false, with nothing written, when it holds what has to be escaped. */
  plain(source: Uint8Array, from: number, end: number): boolean {
    this.#reserve(end - from);
    const bytes = this.#bytes;
    const shift = this.#length - from;
    for (let at = from; at < end; at++) {
      const byte = source[at] as number;
      if (byte === GREATER || byte === DELETE) return false;
      bytes[shift + at] = byte;
    }
    this.#length = shift + end;
    return true;
  }

  toString(): string {
    return this.#bytes.toString("latin1", 0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe((this.#length + count) * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
