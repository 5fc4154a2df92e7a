import type { Position } from "./position.js";

/** Something that XML or the schema does not allow. Characters and values are kept as they came. */
export interface ReadingIrregularity extends Position {
  /** Names of elements from the root down. */
  readonly path: string;
  /** A control character; a value that does not have the form of its field; an element that a response does not have, or too often, and that was left out. */
  readonly kind: "character" | "value" | "element";
  /** The character as `U+000B`; the value cut to 60 characters; the name of the element. */
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

  element(name: string, path: string, { line, column }: Position): void {
    this.#add({ kind: "element", given: name, path, line, column });
  }

  #add(irregularity: ReadingIrregularity): void {
    if (++this.count <= MOST_KEPT) this.first.push(Object.freeze(irregularity));
  }
}
