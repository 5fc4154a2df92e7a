/** A place in a document; both count from 1, columns in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Tells line and column of byte offsets in UTF-8. Offsets that come in order cost one pass over the bytes. */
export class Ruler {
  #offset = 0;
  #line = 1;
  #column = 1;
  /** Where the bytes at hand begin. */
  #start: Position & { readonly offset: number } = { offset: 0, line: 1, column: 1 };

  positionAt(bytes: Uint8Array, offset: number): Position {
    if (offset < this.#offset) this.#rewind();
    this.#walk(bytes, Math.min(offset, bytes.length));
    return { line: this.#line, column: this.#column };
  }

  /** The bytes in front of `offset` go away; offsets count from there. */
  drop(bytes: Uint8Array, offset: number): void {
    if (offset < this.#offset) this.#rewind();
    this.#walk(bytes, offset);
    this.#offset = 0;
    this.#start = { offset: 0, line: this.#line, column: this.#column };
  }

  #rewind(): void {
    this.#offset = this.#start.offset;
    this.#line = this.#start.line;
    this.#column = this.#start.column;
  }

  #walk(bytes: Uint8Array, end: number): void {
    let lineStart = -1;
    for (let at = this.#offset; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > CARRIAGE_RETURN) continue;
      if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)) {
        this.#line++;
        lineStart = at + 1;
      }
    }
    const columns = codePointsIn(bytes, lineStart === -1 ? this.#offset : lineStart, end);
    this.#column = (lineStart === -1 ? this.#column : 1) + columns;
    this.#offset = Math.max(end, this.#offset);
  }
}

function codePointsIn(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (((bytes[at] as number) & 0xc0) !== 0x80) count++;
  return count;
}
