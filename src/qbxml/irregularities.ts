import type { Position } from "./position.js";

/** Something that XML or the schema does not allow, and that was kept as it came. */
export interface ReadingIrregularity extends Position {
  /** Names of elements from the root down. */
  readonly path: string;
  /** A control character, or a value that does not have the form of its field. */
  readonly kind: "character" | "value";
  /** The character as `U+000B`; the value cut to 60 characters. */
  readonly given: string;
}

/** What a tolerant reading found. */
export interface Irregularities {
  readonly count: number;
  /** At most 100. */
  readonly first: readonly ReadingIrregularity[];
}

const MOST_KEPT = 100;
const GREATEST_LENGTH = 60;

export class IrregularityList implements Irregularities {
  count = 0;
  readonly first: ReadingIrregularity[] = [];

  character(character: string, path: string, { line, column }: Position): void {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
    this.#add({ kind: "character", given: `U+${code}`, path, line, column });
  }

  value(given: string, path: string, { line, column }: Position): void {
    this.#add({ kind: "value", given: given.slice(0, GREATEST_LENGTH), path, line, column });
  }

  #add(irregularity: ReadingIrregularity): void {
    if (++this.count <= MOST_KEPT) this.first.push(Object.freeze(irregularity));
  }
}
