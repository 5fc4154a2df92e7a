import type { Position } from "../position.js";

const BYTE_ORDER_MARK = "\uFEFF";

/** A document as its bytes in UTF-8 and, for looking at it, as a string with one character for each byte. */
export class SourceText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly bytes: Buffer;
  /** ASCII is itself here; of other characters only that they are there can be seen. */
  readonly source: string;
  #lineStarts: number[] | undefined;
  /** Where a column was counted last: in one long line the next is counted from there. */
  #counted = { line: -1, offset: 0, column: 1 };

  constructor(text: string) {
    this.text = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    this.bytes = Buffer.from(this.text);
    this.source = this.bytes.toString("latin1");
  }

  /** Line and column of a byte, both from 1; columns count characters. */
  positionOf(offset: number): Position {
    this.#lineStarts ??= lineStartsOf(this.source);
    const line = lastNotAfter(this.#lineStarts, offset);
    const last = this.#counted;
    const known = last.line === line && last.offset <= offset;
    let [at, column] = known ? [last.offset, last.column] : [this.#lineStarts[line] as number, 1];
    for (; at < offset; at++) if (!isContinuation(this.bytes[at])) column++;
    this.#counted = { line, offset, column };
    return { line: line + 1, column };
  }

  /** The byte at a line and column. */
  offsetOf(line: number, column: number): number {
    this.#lineStarts ??= lineStartsOf(this.source);
    let at = this.#lineStarts[line - 1] ?? this.bytes.length;
    for (let left = column - 1; left > 0 && at < this.bytes.length; at++) {
      if (!isContinuation(this.bytes[at + 1])) left--;
    }
    return at;
  }
}

/** The text of a string with one character for each byte of UTF-8. */
export function textOf(source: string): string {
  return Buffer.from(source, "latin1").toString("utf8");
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function lineStartsOf(source: string): number[] {
  const starts = [0];
  for (const match of source.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

function lastNotAfter(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
