import { branch, copyOf, leaf, type Tree } from "./element-tree.js";
import { attributesOf, greatestValue, plainValue } from "./instance-values.js";
import {
  alternativesIn,
  facts,
  isIn,
  messageOf,
  structureOf,
  type ChoiceFact,
  type Content,
  type ElementFact,
  type Scope,
  valuesOf,
} from "./qbxml-facts.js";
import { Random } from "./random.js";
import { sitesOf } from "./sites.js";

export interface Instance {
  readonly message: string;
  /** `minimal`: what must be there. `greatest`: all, as often and as long as can be. `full`: all, what repeats twice. */
  readonly kind: "minimal" | "greatest" | "full";
  readonly scope: Scope;
  readonly tree: Tree;
}

/** The newest version, in the first edition that has the message. */
export function scopeOf(message: string): Scope {
  const edition = facts.editions.find((candidate) =>
    isIn(messageOf(message), { version: 16, edition: candidate }),
  );
  return { version: 16, edition: edition ?? "QBD" };
}

/**
 * Instances of one message: a minimal one, the greatest, full ones until each alternative of each choice stood in one,
 * and at least one full one for each further edition.
 */
export function* instancesOf(message: string): Generator<Instance> {
  const scope = scopeOf(message);
  const oldest = { ...scope, version: messageOf(message).since ?? 1 };
  const coverage = new Coverage();
  yield make(message, "minimal", scope);
  if (isIn(messageOf(message), oldest)) yield make(message, "minimal", oldest);
  yield make(message, "greatest", scope, coverage);
  yield* fullInstancesOf(message, scope, coverage);
  for (const edition of facts.editions) {
    if (edition === scope.edition || !isIn(messageOf(message), { ...scope, edition })) continue;
    yield* fullInstancesOf(message, { ...scope, edition }, coverage);
  }
}

/** Full instances until each element, and so each alternative, that exists in the scope stood in one. */
export function* fullInstancesOf(
  message: string,
  scope: Scope,
  coverage: Coverage = new Coverage(),
): Generator<Instance> {
  const { content } = messageOf(message);
  do yield make(message, "full", scope, coverage);
  while (coverage.missing(content, message, scope) > 0);
}

export function make(
  message: string,
  kind: Instance["kind"],
  scope: Scope,
  coverage: Coverage = new Coverage(),
): Instance {
  const random = new Random(`${message} ${kind} ${scope.version} ${scope.edition} ${coverage.size}`);
  const { content, attributes = [] } = messageOf(message);
  const children = new Maker(kind, scope, random, coverage).content(content, message);
  const tree = branch(message, children, attributesOf(attributes, kind !== "minimal", random));
  return { message, kind, scope, tree };
}

/** A small valid element: what must be there, and enough that it is not empty. */
export function smallElement(fact: ElementFact, scope: Scope): Tree {
  return new Maker("minimal", scope, new Random(fact.name), new Coverage()).element(fact, fact.name);
}

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

class Maker {
  readonly #kind: Instance["kind"];
  readonly #scope: Scope;
  readonly #random: Random;
  readonly #coverage: Coverage;

  constructor(kind: Instance["kind"], scope: Scope, random: Random, coverage: Coverage) {
    this.#kind = kind;
    this.#scope = scope;
    this.#random = random;
    this.#coverage = coverage;
  }

  content(content: Content, path: string): Tree[] {
    return content.flatMap((fact) => {
      if (!isIn(fact, this.#scope) || (this.#kind === "minimal" && fact.min === 0)) return [];
      if (fact.choice !== undefined) return this.#choice(fact, path);
      return Array.from({ length: this.#times(fact) }, () => this.element(fact, `${path}/${fact.name}`));
    });
  }

  element(fact: ElementFact, path: string): Tree {
    this.#coverage.add(path);
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
    return this.#kind === "greatest" && max !== "unbounded" ? max : 2;
  }

  #choice(choice: ChoiceFact, path: string): Tree[] {
    const alternatives = alternativesIn(choice, this.#scope);
    if (alternatives.length === 0) return [];
    if (this.#kind === "minimal") return this.content(alternatives[0] as Content, path);
    if (choice.max !== "unbounded") return this.content(this.#wanted(alternatives, path), path);
    // Each one, and the first again: the order of such elements is their own.
    return [...alternatives, ...alternatives.slice(0, 1)].flatMap((alternative) =>
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

/** Copies of instances in which, together, each element with an enum has each of its values. */
export function* valueInstancesOf(instances: Iterable<Instance>): Generator<Instance> {
  const unseen = new Map<ElementFact, string[]>();
  for (const instance of instances) {
    const { version } = instance.scope;
    for (;;) {
      const tree = copyOf(instance.tree);
      let changed = 0;
      for (const { node, fact } of sitesOf(tree)) {
        if (fact.enum === undefined) continue;
        const left = unseen.get(fact) ?? [...valuesOf(fact.enum, version)];
        unseen.set(fact, left);
        const value = left.shift();
        if (value === undefined) continue;
        node.text = value;
        changed++;
      }
      if (changed === 0) break;
      yield { ...instance, tree };
    }
  }
}
