import type { Tree } from "./element-tree.js";
import {
  elementsOf,
  facts,
  messageOf,
  structureOf,
  type ChoiceFact,
  type Content,
  type ElementFact,
} from "./qbxml-facts.js";

/** An element below a message, with what the facts say of its place. */
export interface Site {
  readonly node: Tree;
  readonly parent: Tree;
  readonly index: number;
  readonly fact: ElementFact;
  /** The choices that it stands in, the outermost first. */
  readonly choices: readonly ChoiceFact[];
  /** The content list of its parent. */
  readonly content: Content;
  /** The elements from the message down to its parent. */
  readonly parents: readonly Tree[];
}

/** Every element below a valid message, in document order. */
export function sitesOf(message: Tree): Generator<Site> {
  return sitesIn(message, messageOf(message.name).content, []);
}

function* sitesIn(parent: Tree, content: Content, above: readonly Tree[]): Generator<Site> {
  const known = placesOf(content);
  const parents = [...above, parent];
  for (const [index, node] of parent.children.entries()) {
    const place = known.get(node.name);
    if (place === undefined) throw new Error(`${parent.name} has no element ${node.name}`);
    yield { node, parent, index, content, parents, ...place };
    if (place.fact.ref !== undefined) yield* sitesIn(node, structureOf(place.fact.ref).content, parents);
  }
}

interface Place {
  readonly fact: ElementFact;
  readonly choices: readonly ChoiceFact[];
}

const places = new Map<Content, ReadonlyMap<string, Place>>();

function placesOf(content: Content): ReadonlyMap<string, Place> {
  const known =
    places.get(content) ?? new Map([...elementsOf(content)].map((place) => [place.fact.name, place]));
  places.set(content, known);
  return known;
}

/** Whether elements like this one may follow one another, by themselves or with those of the same choice. */
export function repeats({ fact, choices }: Pick<Site, "fact" | "choices">): boolean {
  return fact.max !== undefined || isMixed(choices);
}

/** Whether its choice is taken any number of times, so that the document gives the order. */
export function isMixed(choices: readonly ChoiceFact[]): boolean {
  return choices.some(({ max }) => max !== undefined);
}

/** The scalar type of an attribute of a structure. */
export function attributeType(keys: readonly string[], name: string): string | undefined {
  return keys.map((key) => facts.attributes[key]).find((fact) => fact?.name === name)?.type;
}
