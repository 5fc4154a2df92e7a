import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { repair, type Country } from "qbconnector/qbxml";
import { corruptionsOf } from "../../support/corruptions.js";
import { copyOf, nodesOf, type Tree } from "../../support/element-tree.js";
import { judge } from "../../support/facts-oracle.js";
import { documentOf } from "../../support/instance-documents.js";
import { instancesOf, randomInstance, type Instance } from "../../support/instances.js";
import { isRequest, messageNames, type Scope } from "../../support/qbxml-facts.js";
import { Random } from "../../support/random.js";
import { readBySaxes } from "../../support/saxes-tree.js";

/** `QBCONNECTOR_FUZZ_RUNS=100000` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 1_000);
const SEED = process.env["QBCONNECTOR_FUZZ_SEED"] ?? String(Date.now() % 2 ** 31);

const COUNTRIES: Readonly<Record<string, Country>> = { QBD: "US", QBCA: "CA", QBUK: "UK", QBAU: "AU" };

describe("repair", () => {
  it("undoes the swap of two neighbours in any request", (t) => {
    let count = 0;
    for (const instance of messageNames.filter(isRequest).flatMap(fullInstance)) {
      for (const { kind, tree, scope } of corruptionsOf(instance, 3)) {
        if (kind !== "swap") continue;
        assert.deepEqual(repaired(tree, scope), instance.tree);
        count++;
      }
    }
    t.diagnostic(`${count} swaps`);
  });

  it("puts shuffled requests in order, and loses nothing", (t) => {
    const random = new Random(SEED);
    let count = 0;
    while (count < RUNS) {
      const { tree, scope } = randomInstance(random, isRequest);
      if (COUNTRIES[scope.edition] === undefined) continue;
      const result = repaired(shuffledElements(tree, random), scope);
      assert.equal(judge(result, scope), undefined, `request ${count} of seed ${SEED}`);
      assert.deepEqual(inventory(result), inventory(tree));
      count++;
    }
    t.diagnostic(`${count} requests, seed ${SEED}`);
  });
});

function fullInstance(message: string): Instance[] {
  const full = [...instancesOf(message)].filter(({ kind }) => kind === "full");
  return full.filter(({ scope }) => COUNTRIES[scope.edition] !== undefined).slice(0, 1);
}

function repaired(tree: Tree, scope: Scope): Tree {
  const country = COUNTRIES[scope.edition] as Country;
  const { text } = repair(documentOf(tree, scope).text, { country, version: scope.version.toFixed(1) });
  return readBySaxes(text).children[0]?.children.at(-1) as Tree;
}

function shuffledElements(tree: Tree, random: Random): Tree {
  const copy = copyOf(tree);
  for (const { node } of nodesOf(copy))
    if (random.below(2) === 0) node.children = random.shuffled(node.children);
  return copy;
}

/** Every element with its path, attributes and text, in no order. */
function inventory(tree: Tree): string[] {
  const entries = [...nodesOf(tree)].map(({ node, parents }) => {
    const path = [...parents, node].map(({ name }) => name).join("/");
    return `${path} ${JSON.stringify(node.attributes)} ${node.text}`;
  });
  return entries.sort();
}
