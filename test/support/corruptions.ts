import { copyOf, leaf, type Tree } from "./element-tree.js";
import { judge } from "./facts-oracle.js";
import { smallElement, type Instance } from "./instances.js";
import {
  elementNamed,
  elementsOf,
  facts,
  isIn,
  isRequest,
  lengthLimit,
  messageOf,
  structureOf,
  VERSIONS,
  type Content,
  type Scope,
} from "./qbxml-facts.js";
import { Random } from "./random.js";
import { isMixed, sitesOf, type Site } from "./sites.js";

/** A valid message with one change that makes it wrong. */
export interface Corruption {
  readonly kind: CorruptionKind;
  readonly tree: Tree;
  readonly scope: Scope;
  /** The rules of which a checker should name one. */
  readonly rules: readonly string[];
  /** The elements on whose first line, or the one whose last line, the fault should be reported. */
  readonly at: readonly Tree[];
  readonly atEndOf?: Tree;
  /** The version that introduced what is too new. */
  readonly since?: string;
}

type Change = Omit<Corruption, "kind" | "tree" | "scope">;

/** Changes the tree at a site of it, and says where; undefined when there is nothing to change. */
type Corrupter = (site: Site, scope: Scope, random: Random) => Change | undefined;

export type CorruptionKind = keyof typeof CORRUPTERS | "tooNew" | "notInCountry" | MessageKind;
type MessageKind = keyof typeof MESSAGE_CORRUPTERS;

/** Values that a type does not take, most of them seen in real requests. */
const WRONG_FORMS: Readonly<Record<string, readonly string[]>> = {
  AMTTYPE: ["97.5", "1,234.50", "$5.00", "12.345", "12345678901234.00"],
  PRICETYPE: ["1.234567", "12,5", "1e3"],
  QUANTYPE: ["ten", "1.234567", "12345678901"],
  PERCENTTYPE: ["8.25%", "8,25"],
  FLOATTYPE: ["1e-3", "1.2.3"],
  DATETYPE: ["01/31/2026", "2026-1-5", "20260131", "2026-01-31T00:00:00"],
  DATETIMETYPE: [
    "2026-01-31 10:00:00",
    "01/31/2026",
    "2026-01-31T10:00:00Z",
    "2026-01-31T10:00:00.000-08:00",
  ],
  TIMEINTERVALTYPE: ["1:30", "P1DT1H", "PT", "90"],
  BOOLTYPE: ["True", "yes", "TRUE", "-1"],
  INTTYPE: ["ten", "1.0", "", "1 000"],
  GUIDTYPE: ["5D2C1B0A-1234-4ABC-8DEF-0123456789AB", "1", "{5D2C1B0A}"],
};

const CORRUPTERS = {
  swap({ node, parent, index, choices, content }) {
    const next = parent.children[index + 1];
    if (next === undefined || next.name === node.name) return undefined;
    const [other] = content.filter((fact) => fact.choice?.flat().some(({ name }) => name === next.name));
    if (isMixed(choices) && other === choices[0]) return undefined;
    parent.children.splice(index, 2, next, node);
    return { rules: ["wrongOrder"], at: [node, next] };
  },
  drop({ node, parent, index, fact, choices, parents }) {
    // Objects in responses may lack what they otherwise must have.
    if (parents.length === 2 && !isRequest((parents[0] as Tree).name)) return undefined;
    const isLast = parent.children.filter(({ name }) => name === node.name).length === 1;
    if (fact.min === 0 || choices.length > 0 || !isLast) return undefined;
    parent.children.splice(index, 1);
    const next = parent.children[index];
    return { rules: ["missingElement"], at: next === undefined ? [parent] : [parent, next], atEndOf: parent };
  },
  tooMany({ node, parent, fact, choices, index }) {
    if (isMixed(choices) || fact.max === "unbounded") return undefined;
    const count = parent.children.filter(({ name }) => name === node.name).length;
    const more = Array.from({ length: (fact.max ?? 1) + 1 - count }, () => copyOf(node));
    parent.children.splice(index + 1, 0, ...more);
    const all = parent.children.filter(({ name }) => name === node.name);
    return { rules: ["tooMany"], at: all.slice(-1) };
  },
  unknownElement({ node, parent, index, content }) {
    const ending = elementNamed(content, `${node.name}s`) === undefined ? "s" : "x";
    const stranger = leaf(`${node.name}${ending}`, "1");
    parent.children.splice(index, 0, stranger);
    return { rules: ["unknownElement"], at: [stranger] };
  },
  mixedChoice({ node, parent, choices }, scope, random) {
    const choice = choices.at(-1);
    if (choice === undefined || isMixed(choices)) return undefined;
    const isOwn = (alternative: Content): boolean => elementNamed(alternative, node.name) !== undefined;
    const own = choice.choice.findIndex(isOwn);
    const rivals = choice.choice.flatMap((alternative, at) =>
      alternative.flatMap((fact) =>
        at !== own && fact.choice === undefined && isIn(fact, scope) ? [{ fact, at }] : [],
      ),
    );
    if (rivals.length === 0) return undefined;
    const { fact, at } = random.of(rivals);
    const rival = smallElement(fact, scope);
    const names = [...elementsOf(choice.choice[own] as Content)].map((place) => place.fact.name);
    const taken = parent.children.filter(({ name }) => names.includes(name));
    const neighbour = (at > own ? taken.at(-1) : taken[0]) as Tree;
    parent.children.splice(parent.children.indexOf(neighbour) + (at > own ? 1 : 0), 0, rival);
    return { rules: ["mixedChoice", "wrongOrder"], at: [rival, neighbour] };
  },
  enum({ node, fact }, _, random) {
    if (fact.enum === undefined) return undefined;
    node.text = random.of([`${node.text}s`, "Nonsense", node.text.toUpperCase() + "_", ""]);
    return { rules: ["enum", "form"], at: [node] };
  },
  maxLength({ node, fact }, scope) {
    const limit = fact.type === undefined ? Infinity : lengthLimit(fact, scope.edition);
    if (limit === Infinity || node.attributes["useMacro"] !== undefined) return undefined;
    node.text = "é".repeat(limit + 1);
    return { rules: ["maxLength"], at: [node] };
  },
  range({ node, fact: { minValue, maxValue } }, _, random) {
    const outside = [minValue && minValue - 1, maxValue && maxValue + 1].filter(
      (value) => value !== undefined,
    );
    if (outside.length === 0) return undefined;
    node.text = random.of(outside).toFixed(0);
    return { rules: ["range"], at: [node] };
  },
  form({ node, fact }, _, random) {
    const wrong = WRONG_FORMS[fact.type ?? ""];
    if (wrong === undefined) return undefined;
    node.text = random.of(wrong);
    return { rules: ["form"], at: [node] };
  },
  textInStructure({ node, fact }) {
    if (fact.ref === undefined) return undefined;
    node.text = "text";
    return { rules: ["content"], at: [node, ...node.children.slice(0, 1)] };
  },
  elementInText({ node, fact }) {
    if (fact.ref !== undefined) return undefined;
    node.text = "";
    node.children.push(leaf("FullName", "x"));
    return { rules: ["content", "unknownElement"], at: [node, ...node.children] };
  },
  unknownAttribute({ node }) {
    node.attributes["id"] = "1";
    return { rules: ["unknownAttribute"], at: [node] };
  },
  attributeValue({ node }, _, random) {
    return spoiledAttribute(node, random);
  },
  lostAttribute({ node, fact }) {
    const keys = fact.ref === undefined ? [] : (structureOf(fact.ref).attributes ?? []);
    return lostAttribute(node, keys);
  },
} satisfies Record<string, Corrupter>;

/** Changes of the message element itself. */
const MESSAGE_CORRUPTERS = {
  unknownRequest(tree: Tree) {
    tree.name = tree.name.replace(/R([qs])$/, "sR$1");
    return { rules: ["unknownRequest"], at: [tree] };
  },
  messageAttribute(tree: Tree, random: Random) {
    return spoiledAttribute(tree, random);
  },
  unknownMessageAttribute(tree: Tree) {
    tree.attributes["requestId"] = "1";
    return { rules: ["unknownAttribute"], at: [tree] };
  },
  lostMessageAttribute(tree: Tree) {
    return lostAttribute(tree, facts.messages[tree.name]?.attributes ?? []);
  },
  messageText(tree: Tree) {
    tree.text = "text";
    return { rules: ["content"], at: [tree, ...tree.children.slice(0, 1)] };
  },
} satisfies Record<string, (tree: Tree, random: Random) => Change | undefined>;

const ENUM_ATTRIBUTES = ["iterator", "metaData", "rowType", "dataType"];
const INTEGER_ATTRIBUTES = [
  "colID",
  "rowNumber",
  "titleRow",
  "statusCode",
  "retCount",
  "iteratorRemainingCount",
];

function spoiledAttribute(node: Tree, random: Random): Change | undefined {
  const wrong = [...ENUM_ATTRIBUTES, ...INTEGER_ATTRIBUTES].filter((name) => name in node.attributes);
  if (wrong.length === 0) return undefined;
  node.attributes[random.of(wrong)] = "start";
  return { rules: ["attributeValue"], at: [node] };
}

function lostAttribute(node: Tree, keys: readonly string[]): Change | undefined {
  const required = keys.find((key) => facts.attributes[key]?.required === true);
  if (required === undefined) return undefined;
  delete node.attributes[facts.attributes[required]?.name ?? ""];
  return { rules: ["missingAttribute", "attributeValue"], at: [node] };
}

/** Corruptions of one instance: each kind at up to `limit` places, chosen by a chance that is the same each time. */
export function* corruptionsOf(instance: Instance, limit: number): Generator<Corruption> {
  for (const kind of Object.keys(CORRUPTERS) as (keyof typeof CORRUPTERS)[]) {
    yield* atSites(instance, kind, limit);
  }
  yield* ofMessage(instance);
  yield* outOfScope(instance, limit);
}

function* atSites(instance: Instance, kind: keyof typeof CORRUPTERS, limit: number): Generator<Corruption> {
  const { scope } = instance;
  const random = randomOf(instance, kind);
  const corrupt: Corrupter = CORRUPTERS[kind];
  let tree = copyOf(instance.tree);
  let sites = [...sitesOf(tree)];
  let left = limit;
  for (const at of random.shuffled([...sites.keys()])) {
    if (left === 0) return;
    const change = corrupt(sites[at] as Site, scope, random);
    if (change === undefined) continue;
    yield { kind, tree, scope, ...change };
    left--;
    tree = copyOf(instance.tree);
    sites = [...sitesOf(tree)];
  }
}

function* ofMessage(instance: Instance): Generator<Corruption> {
  for (const kind of Object.keys(MESSAGE_CORRUPTERS) as MessageKind[]) {
    const tree = copyOf(instance.tree);
    const change: Change | undefined = MESSAGE_CORRUPTERS[kind](tree, randomOf(instance, kind));
    if (change !== undefined) yield { kind, tree, scope: instance.scope, ...change };
  }
}

/** One element that the declared version, or the country, does not have; all others that it does not have are gone. */
function* outOfScope(instance: Instance, limit: number): Generator<Corruption> {
  for (const kind of ["tooNew", "notInCountry"] as const) {
    const random = randomOf(instance, kind);
    let left = limit;
    for (const site of random.shuffled([...sitesOf(instance.tree)])) {
      if (left === 0) break;
      const scope =
        kind === "tooNew" ? olderScope(site, instance.scope) : foreignScope(site, instance.scope, random);
      const found = scope && withOneTooMuch(instance.tree, site.node, scope);
      if (found === undefined || scope === undefined) continue;
      const since = kind === "tooNew" ? { since: sinceOf(site).toFixed(1) } : {};
      yield { kind, scope, tree: found.tree, rules: [kind], at: [found.stranger], ...since };
      left--;
    }
  }
}

function sinceOf({ fact, choices }: Site): number {
  return Math.max(...[fact, ...choices].map((step) => step.since ?? 0));
}

function olderScope(site: Site, scope: Scope): Scope | undefined {
  const version = VERSIONS.findLast((candidate) => candidate < sinceOf(site));
  return version === undefined ? undefined : { ...scope, version };
}

function foreignScope({ fact, choices }: Site, scope: Scope, random: Random): Scope | undefined {
  const editions = facts.editions.filter(
    (edition) => edition !== "QBOE" && [fact, ...choices].some(({ notIn }) => notIn?.includes(edition)),
  );
  return editions.length === 0 ? undefined : { ...scope, edition: random.of(editions) };
}

/** The tree with only what exists in the scope, and the stranger; undefined when it would be wrong without the stranger, too. */
function withOneTooMuch(
  tree: Tree,
  stranger: Tree,
  scope: Scope,
): { tree: Tree; stranger: Tree } | undefined {
  const message = messageOf(tree.name);
  if (!isIn(message, scope) || judge(pruned(tree, message.content, scope), scope) !== undefined)
    return undefined;
  const copies = new Map<Tree, Tree>();
  const result = pruned(tree, message.content, scope, stranger, copies);
  const copy = copies.get(stranger);
  return copy === undefined ? undefined : { tree: result, stranger: copy };
}

function pruned(
  tree: Tree,
  content: Content,
  scope: Scope,
  kept?: Tree,
  copies = new Map<Tree, Tree>(),
): Tree {
  const places = new Map([...elementsOf(content)].map((place) => [place.fact.name, place]));
  const children = tree.children.flatMap((child) => {
    const { fact, choices } = places.get(child.name) as PlaceFacts;
    if (child !== kept && ![fact, ...choices].every((step) => isIn(step, scope))) return [];
    const below = fact.ref === undefined ? [] : structureOf(fact.ref).content;
    return [pruned(child, below, scope, kept, copies)];
  });
  const copy = { ...tree, attributes: { ...tree.attributes }, children };
  copies.set(tree, copy);
  return copy;
}

type PlaceFacts = Pick<Site, "fact" | "choices">;

function randomOf({ tree, scope, kind }: Instance, purpose: string): Random {
  return new Random(`${purpose} ${tree.name} ${kind} ${scope.version} ${scope.edition}`);
}
