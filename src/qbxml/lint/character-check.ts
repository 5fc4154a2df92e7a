import { charactersAboveAscii, type CodePage } from "../code-page.js";
import { indexAt, type SourceElement } from "./element-source.js";
import { Place } from "../check/place.js";
import type { Finding } from "../check/finding.js";
import type { SourceText } from "./source-text.js";

/** A finding about a character, with the byte at which it stands. */
export interface CharacterFinding {
  readonly offset: number;
  readonly finding: Finding;
}

const NOT_PLAIN = /[^\0-\x7f]|&#/;

/**
 * Characters that QuickBooks cannot store, and those that it takes only as references; of each element the first of each of
 * these.
 */
export function checkCharacters(
  { text }: SourceText,
  root: SourceElement,
  page: CodePage,
): CharacterFinding[] {
  if (!NOT_PLAIN.test(text)) return [];
  const findings: CharacterFinding[] = [];
  const paths = new PathFinder(root);
  const told = new Set<string>();
  let [offset, at] = [0, 0];
  for (const { character, index } of charactersAboveAscii(text)) {
    offset += Buffer.byteLength(text.slice(at, index));
    at = index;
    const outside = !page.has(character.codePointAt(0) as number);
    const raw = text[index] !== "&";
    if (!outside && !raw) continue;
    const place = paths.at(offset);
    const key = `${place?.start ?? ""} ${outside}`;
    if (place === undefined || told.has(key)) continue;
    told.add(key);
    const finding = outside ? cannotStore(character, place.path, page) : asReference(character, place.path);
    findings.push({ offset, finding });
  }
  return findings;
}

function cannotStore(character: string, path: string, page: CodePage): Finding {
  const spelling = page.transliterate(character);
  return {
    rule: "characters",
    severity: "error",
    path,
    message: `QuickBooks (code page ${page.number}) cannot store "${character}" (${codeOf(character)})`,
    given: character,
    repair: spelling === undefined || spelling === "" ? "leave it out" : `write ${spelling}`,
  };
}

function asReference(character: string, path: string): Finding {
  const reference = `&#${character.codePointAt(0) as number};`;
  return {
    rule: "characters",
    severity: "warning",
    path,
    message: `"${character}" is written as itself, which QuickBooks often refuses; the connector writes it as ${reference}`,
    given: character,
    repair: `write ${reference}`,
  };
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Tells the paths of places in the document. */
class PathFinder {
  readonly #root: SourceElement;
  readonly #places = new Map<SourceElement, Place>();

  constructor(root: SourceElement) {
    this.#root = root;
  }

  /** The path of the deepest element around a byte, and where it starts. */
  at(offset: number): { readonly path: string; readonly start: number } | undefined {
    const root = this.#root;
    if (offset < root.start || offset >= root.end) return undefined;
    let found = { path: root.name, start: root.start };
    for (let element: SourceElement | undefined = root; element !== undefined;) {
      const index = indexAt(element.children, offset);
      const child: SourceElement | undefined = element.children[index];
      if (child === undefined || offset >= child.end || offset < child.start) return found;
      // Paths begin at the message set.
      const path: string = element === root ? child.name : this.#placeOf(element, found.path).pathOf(index);
      found = { path, start: child.start };
      element = child;
    }
    return found;
  }

  #placeOf(element: SourceElement, path: string): Place {
    let place = this.#places.get(element);
    if (place === undefined) this.#places.set(element, (place = new Place({ ...element, name: path })));
    return place;
  }
}
