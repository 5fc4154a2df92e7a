import { copyOf, leaf, nodesOf, type Tree } from "./element-tree.js";
import { smallElement } from "./instances.js";
import {
  elementsOf,
  facts,
  lengthLimit,
  messageOf,
  structureOf,
  VERSIONS,
  type Content,
  type ElementFact,
  type Scope,
} from "./qbxml-facts.js";
import type { Random } from "./random.js";
import { isMixed } from "./sites.js";

export interface Edited {
  readonly tree: Tree;
  readonly scope: Scope;
  /** What was done, in order. */
  readonly edits: readonly string[];
}

/** A message after a few changes that may leave it valid or not. */
export function edited(tree: Tree, scope: Scope, random: Random): Edited {
  const copy = copyOf(tree);
  const edits = Array.from({ length: 1 + random.below(3) }, () => editOnce(copy, scope, random));
  return { tree: copy, scope: random.below(4) === 0 ? otherScope(scope, random) : scope, edits };
}

function otherScope(scope: Scope, random: Random): Scope {
  if (random.below(2) === 0) return { ...scope, version: random.of(VERSIONS) };
  return { ...scope, edition: random.of(facts.editions) };
}

function editOnce(root: Tree, scope: Scope, random: Random): string {
  const { node, content } = random.of([...structuresOf(root)]);
  const edit = random.of(Object.keys(EDITS) as (keyof typeof EDITS)[]);
  EDITS[edit]({ node, content, scope, random });
  return `${edit} in ${node.name}`;
}

/** A message of which parts are left out, and whose lines, where their order is free, stand in another one. */
export function thinned(tree: Tree, random: Random): Tree {
  const copy = copyOf(tree);
  for (const { node, content } of [...structuresOf(copy)]) {
    if (node !== copy && random.below(2) === 0)
      node.children = node.children.filter(() => random.below(4) > 0);
    mixLines(node, content, random);
  }
  return copy;
}

function mixLines(node: Tree, content: Content, random: Random): void {
  const mixed = [...elementsOf(content)]
    .filter(({ choices }) => isMixed(choices))
    .map(({ fact }) => fact.name);
  const first = node.children.findIndex(({ name }) => mixed.includes(name));
  const lines = random.shuffled(node.children.filter(({ name }) => mixed.includes(name)));
  node.children = node.children.filter(({ name }) => !mixed.includes(name));
  if (first >= 0) node.children.splice(first, 0, ...lines);
}

interface Situation {
  readonly node: Tree;
  readonly content: Content;
  readonly scope: Scope;
  readonly random: Random;
}

/** Every element that holds elements, with its content list; an unknown one has none. */
function* structuresOf(root: Tree): Generator<{ node: Tree; content: Content }> {
  const contents = new Map<Tree, Content>([[root, messageOf(root.name).content]]);
  for (const { node, parents } of nodesOf(root)) {
    const parent = parents.at(-1);
    if (parent !== undefined) {
      const fact = [...elementsOf(contents.get(parent) ?? [])].find(
        (place) => place.fact.name === node.name,
      )?.fact;
      if (fact?.ref === undefined) continue;
      contents.set(node, structureOf(fact.ref).content);
    }
    yield { node, content: contents.get(node) ?? [] };
  }
}

const TEXTS = [
  "", "0", "1", "true", "false", "True", "7", "-7", "+7", "13", "97.5", "97.50", "97.123456", "1e3", "2026-01-31", "2026-1-31",
  "2026-01-31T10:00:00", "2026-01-31T10:00:00-08:00", "2026-01-31 10:00", "PT1H", "PT", "{5D2C1B0A-1234-4ABC-8DEF-0123456789AB}",
  "Invoice", "All", "None", "Bank", "Customer", "Fixed & \"fast\"", "x".repeat(31), "x".repeat(36), "x".repeat(37), "x".repeat(42), "é".repeat(160), "x".repeat(4100),
]; // prettier-ignore

const EDITS = {
  remove({ node, random }) {
    node.children.splice(random.below(node.children.length), 1);
  },
  repeat({ node, random }) {
    const at = random.below(node.children.length);
    const found = node.children[at];
    if (found !== undefined) node.children.splice(at, 0, copyOf(found));
  },
  move({ node, random }) {
    const [found] = node.children.splice(random.below(node.children.length), 1);
    if (found !== undefined) node.children.splice(random.below(node.children.length + 1), 0, found);
  },
  exchange({ node, random }) {
    const at = random.below(node.children.length - 1);
    const [one, other] = node.children.slice(at, at + 2);
    if (one !== undefined && other !== undefined) node.children.splice(at, 2, other, one);
  },
  insert({ node, content, scope, random }) {
    const known = [...elementsOf(content)].map(({ fact }) => fact);
    if (known.length > 0) insertAt(node, smallElement(random.of(known), scope), random);
  },
  insertInOrder({ node, content, scope, random }) {
    const names = [...elementsOf(content)].map(({ fact }) => fact);
    if (names.length > 0) insertByOrder(node, random.of(names), names, scope);
  },
  insertStranger({ node, random }) {
    insertAt(node, leaf(random.of(["Name", "ListID", "Phone", "Unknown", "CustomerRef"]), "1"), random);
  },
  rename({ node, content, random }) {
    const found = random.of([...node.children, undefined]);
    const names = [...elementsOf(content)].map(({ fact }) => fact.name);
    if (found !== undefined && names.length > 0) found.name = random.of(names);
  },
  text({ node, random }) {
    const leaves = node.children.filter(({ children }) => children.length === 0);
    if (leaves.length > 0) random.of(leaves).text = random.of(TEXTS);
  },
  boundary({ node, content, scope, random }) {
    const scalars = [...elementsOf(content)].filter(({ fact }) => fact.type !== undefined);
    const found = random.of([...node.children, undefined]);
    const fact = scalars.find((place) => place.fact.name === found?.name)?.fact;
    if (found !== undefined && fact !== undefined) found.text = random.of(boundariesOf(fact, scope));
  },
  attribute({ node, random }) {
    const owner = random.of([node, ...node.children]);
    const name = random.of([...Object.values(facts.attributes).map((fact) => fact.name), "useMacro", "id"]);
    owner.attributes[name] = random.of(["1", "x", "Start", "NoMetaData", "item", "AMTTYPE", "{5D2C1B0A}"]);
  },
  lessAttribute({ node, random }) {
    const owner = random.of([node, ...node.children]);
    const names = Object.keys(owner.attributes);
    if (names.length > 0) delete owner.attributes[random.of(names)];
  },
  content({ node, random }) {
    node.text = random.of(["x", " ", "\n  "]);
  },
} satisfies Record<string, (situation: Situation) => void>;

/** Values at the edge of what an element takes, and just beyond. */
function boundariesOf(fact: ElementFact, { edition }: Scope): string[] {
  if (fact.enum !== undefined) return [...(facts.enums[fact.enum] ?? [])].reverse();
  const limits = [fact.minValue, fact.maxValue].filter((limit) => limit !== undefined);
  if (limits.length > 0) return limits.flatMap((limit) => [limit - 1, limit, limit + 1].map(String));
  const longest = Math.min(lengthLimit(fact, edition), 5000);
  return ["x".repeat(longest), "x".repeat(longest + 1), "x".repeat(longest - 1)];
}

function insertAt(node: Tree, child: Tree, random: Random): void {
  node.children.splice(random.below(node.children.length + 1), 0, child);
}

/** Where the facts have it, so that it is often right. */
function insertByOrder(node: Tree, fact: ElementFact, order: readonly ElementFact[], scope: Scope): void {
  const rank = (name: string): number => order.findIndex((candidate) => candidate.name === name);
  const after = node.children.findLastIndex((child) => rank(child.name) <= rank(fact.name));
  node.children.splice(after + 1, 0, smallElement(fact, scope));
}
