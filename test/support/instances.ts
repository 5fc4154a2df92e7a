import { branch, copyOf, nodesOf, type Tree } from "./element-tree.js";
import { Coverage, Maker, type Extent } from "./instance-maker.js";
import { attributesOf } from "./instance-values.js";
import {
  facts,
  isIn,
  isRequest,
  messageNames,
  messageOf,
  valuesOf,
  VERSIONS,
  type ElementFact,
  type Scope,
} from "./qbxml-facts.js";
import { Random } from "./random.js";
import { sitesOf } from "./sites.js";

export interface Instance {
  readonly message: string;
  readonly kind: Extent;
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

/** What some message may be in some version and edition that have it. */
export function randomInstance(
  random: Random,
  isWanted: (message: string) => boolean = () => true,
): Instance {
  for (;;) {
    const message = random.of(messageNames);
    const scope = { version: random.of(VERSIONS), edition: random.of(facts.editions) };
    if (isWanted(message) && isIn(messageOf(message), scope))
      return make(message, "random", scope, new Coverage(), random);
  }
}

export function make(
  message: string,
  kind: Extent,
  scope: Scope,
  coverage: Coverage = new Coverage(),
  random = new Random(`${message} ${kind} ${scope.version} ${scope.edition} ${coverage.size}`),
): Instance {
  const { content, attributes = [] } = messageOf(message);
  const tree = branch(message, new Maker(kind, scope, random, coverage).content(content, message));
  const keys = attributes.filter(
    (key) => !key.startsWith("iterator") || !isRequest(message) || iterates(tree),
  );
  tree.attributes = attributesOf(keys, kind !== "minimal", random);
  nameMacros(tree);
  return { message, kind, scope, tree };
}

/** QuickBooks iterates only over what filters find, in portions. */
function iterates({ children }: Tree): boolean {
  const lookUps = ["ListID", "TxnID", "FullName", "RefNumber", "RefNumberCaseSensitive"];
  return (
    children.some(({ name }) => name === "MaxReturned") &&
    !children.some(({ name }) => lookUps.includes(name))
  );
}

/** Within a message set each macro has a name of its own. */
function nameMacros(tree: Tree): void {
  let count = 0;
  for (const { node } of nodesOf(tree)) {
    if (node.attributes["defMacro"] !== undefined) node.attributes["defMacro"] = `TxnID:Def${++count}`;
  }
}

/** A small valid element: what must be there, and enough that it is not empty. */
export function smallElement(fact: ElementFact, scope: Scope): Tree {
  return new Maker("minimal", scope, new Random(fact.name), new Coverage()).element(fact, fact.name);
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
