/** A place in a document; both count from 1, columns in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** From one mark to the next. */
const STRIDE = 4096;

interface Mark extends Position {
  readonly offset: number;
}

/**
 * Tells line and column of byte offsets in UTF-8. Offsets that come in order cost one pass over the bytes, one that lies behind
 * the last costs some thousand bytes more.
 */
export class Ruler {
  #offset = 0;
  #line = 1;
  #column = 1;
  /** Places on the way. The first is where the bytes at hand begin. */
  #marks: Mark[] = [{ offset: 0, line: 1, column: 1 }];

  positionAt(bytes: Buffer, offset: number): Position {
    this.#goTo(bytes, Math.min(offset, bytes.length));
    return { line: this.#line, column: this.#column };
  }

  /** The bytes in front of `offset` go away; offsets count from there. */
  drop(bytes: Buffer, offset: number): void {
    if (offset < this.#offset) this.#rewind(offset);
    this.#walk(bytes, offset);
    this.#offset = 0;
    this.#marks = [{ offset: 0, line: this.#line, column: this.#column }];
  }

  #goTo(bytes: Buffer, offset: number): void {
    if (offset < this.#offset) this.#rewind(offset);
    while (offset - this.#offset > STRIDE) {
      this.#walk(bytes, this.#offset + STRIDE);
      this.#mark();
    }
    this.#walk(bytes, offset);
  }

  #mark(): void {
    const last = this.#marks.at(-1) as Mark;
    if (this.#offset - last.offset >= STRIDE)
      this.#marks.push({ offset: this.#offset, line: this.#line, column: this.#column });
  }

  #rewind(offset: number): void {
    const mark = this.#marks.findLast((one) => one.offset <= offset) as Mark;
    this.#offset = mark.offset;
    this.#line = mark.line;
    this.#column = mark.column;
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
