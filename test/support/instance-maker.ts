import { branch, leaf, type Tree } from "./element-tree.js";
import { attributesOf, greatestValue, plainValue } from "./instance-values.js";
import {
  alternativesIn,
  elementsOf,
  facts,
  isIn,
  messageOf,
  structureOf,
  type ChoiceFact,
  type Content,
  type ElementFact,
  type Scope,
} from "./qbxml-facts.js";
import type { Random } from "./random.js";

/**
 * How much a message holds. `minimal`: what must be there. `greatest`: all, as often and as long as can be. `full`: all, and
 * what repeats twice. `random`: some.
 */
export type Extent = "minimal" | "greatest" | "full" | "random";

/** Which elements have stood in an instance, by their path. */
export class Coverage {
  readonly #seen = new Set<string>();

  get size(): number {
    return this.#seen.size;
  }

  add(path: string): void {
    this.#seen.add(path);
  }

  /** How many elements in and below a content list have not stood in an instance. */
  missing(content: Content, path: string, scope: Scope): number {
    let count = 0;
    for (const fact of content) {
      if (!isIn(fact, scope)) continue;
      if (fact.choice !== undefined) {
        for (const alternative of fact.choice) count += this.missing(alternative, path, scope);
        continue;
      }
      const place = `${path}/${fact.name}`;
      if (!this.#seen.has(place)) count++;
      if (fact.ref !== undefined) count += this.missing(structureOf(fact.ref).content, place, scope);
    }
    return count;
  }
}

/** Makes the content of one message. */
export class Maker {
  readonly #kind: Extent;
  readonly #scope: Scope;
  readonly #random: Random;
  readonly #coverage: Coverage;

  constructor(kind: Extent, scope: Scope, random: Random, coverage: Coverage) {
    this.#kind = kind;
    this.#scope = scope;
    this.#random = random;
    this.#coverage = coverage;
  }

  content(content: Content, path: string): Tree[] {
    return content.flatMap((fact) => {
      if (!isIn(fact, this.#scope) || (fact.min === 0 && this.#leavesOut())) return [];
      if (fact.choice !== undefined) return this.#choice(fact, path);
      return Array.from({ length: this.#times(fact) }, () => this.element(fact, `${path}/${fact.name}`));
    });
  }

  #leavesOut(): boolean {
    return this.#kind === "minimal" || (this.#kind === "random" && this.#random.below(2) === 0);
  }

  element(fact: ElementFact, path: string): Tree {
    this.#coverage.add(path);
    if (fact.name === "IncludeRetElement") {
      const [message = ""] = path.split("/");
      const names = message in facts.messages ? returnedBy(message, this.#scope) : [fact.name];
      return leaf(fact.name, this.#random.of(names));
    }
    if (fact.ref === undefined) return this.#leaf(fact);
    const { content, attributes = [] } = structureOf(fact.ref);
    const withOptional = this.#kind !== "minimal";
    return branch(
      fact.name,
      this.content(content, path),
      attributesOf(attributes, withOptional, this.#random),
    );
  }

  #leaf(fact: ElementFact): Tree {
    const macro = fact.macro === true && this.#kind === "full" && this.#random.below(2) === 0;
    if (macro) return leaf(fact.name, "", { useMacro: "TxnID:Made1" });
    const value = this.#kind === "greatest" ? greatestValue : plainValue;
    return leaf(fact.name, value(fact, this.#scope, this.#random));
  }

  #times({ max = 1 }: ElementFact): number {
    if (this.#kind === "minimal" || max === 1) return 1;
    if (this.#kind === "random") return 1 + this.#random.below(Math.min(3, max === "unbounded" ? 3 : max));
    return this.#kind === "greatest" && max !== "unbounded" ? max : 2;
  }

  #choice(choice: ChoiceFact, path: string): Tree[] {
    const alternatives = alternativesIn(choice, this.#scope);
    if (alternatives.length === 0) return [];
    if (this.#kind === "minimal") return this.content(alternatives[0] as Content, path);
    if (this.#kind === "random") return this.#anyOf(choice, alternatives, path);
    if (choice.max !== "unbounded") return this.content(this.#wanted(alternatives, path), path);
    // Each one, and the first again: the order of such elements is their own.
    return [...alternatives, ...alternatives.slice(0, 1)].flatMap((alternative) =>
      this.content(alternative, path),
    );
  }

  #anyOf({ max = 1 }: ChoiceFact, alternatives: readonly Content[], path: string): Tree[] {
    const times = max === 1 ? 1 : 1 + this.#random.below(4);
    return Array.from({ length: times }, () => this.#random.of(alternatives)).flatMap((alternative) =>
      this.content(alternative, path),
    );
  }

  /** The alternative in and below which most has not stood in an instance yet. */
  #wanted(alternatives: readonly Content[], path: string): Content {
    let [best, most] = [alternatives[0] as Content, 0];
    for (const alternative of alternatives) {
      const missing = this.#coverage.missing(alternative, path, this.#scope);
      if (missing > most) [best, most] = [alternative, missing];
    }
    return best;
  }
}

/** The elements that a request may ask for: those directly in the objects of its response. */
function returnedBy(request: string, scope: Scope): string[] {
  const { content } = messageOf(request.replace(/Rq$/, "Rs"));
  return [...elementsOf(content)].flatMap(({ fact }) => {
    if (fact.ref === undefined || fact.name === "ErrorRecovery") return [];
    const inside = [...elementsOf(structureOf(fact.ref).content)];
    return inside.flatMap((place) => (isIn(place.fact, scope) ? [place.fact.name] : []));
  });
}
