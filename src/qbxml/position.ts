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

  positionAt(bytes: Buffer, offset: number): Position {
    if (offset < this.#offset) this.#rewind();
    this.#walk(bytes, Math.min(offset, bytes.length));
    return { line: this.#line, column: this.#column };
  }

  /** The bytes in front of `offset` go away; offsets count from there. */
  drop(bytes: Buffer, offset: number): void {
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

  #walk(bytes: Buffer, end: number): void {
    const start = this.#offset;
    if (end <= start) return;
    const lastLine = this.#countLines(bytes, start, end);
    const columns = codePointsIn(bytes, lastLine === -1 ? start : lastLine, end);
    this.#column = (lastLine === -1 ? this.#column : 1) + columns;
    this.#offset = end;
  }

  /** Where the last of the lines begins that begin here; -1 when none does. */
  #countLines(bytes: Buffer, start: number, end: number): number {
    const part = bytes.subarray(start, end);
    if (part.includes(CARRIAGE_RETURN)) return this.#countAnyLines(bytes, start, end);
    let count = 0;
    for (let at = start; at < end; at++) if (bytes[at] === LINE_FEED) count++;
    this.#line += count;
    return count === 0 ? -1 : start + part.lastIndexOf(LINE_FEED) + 1;
  }

  #countAnyLines(bytes: Buffer, start: number, end: number): number {
    let lineStart = -1;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)) {
        this.#line++;
        lineStart = at + 1;
      }
    }
    return lineStart;
  }
}

function codePointsIn(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (((bytes[at] as number) & 0xc0) !== 0x80) count++;
  return count;
}
