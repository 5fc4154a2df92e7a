import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { readElement, type QBXMLElement } from "qbconnector/qbxml";
import { corruptionsOf, type Corruption } from "../../support/corruptions.js";
import type { Tree } from "../../support/element-tree.js";
import { judge } from "../../support/facts-oracle.js";
import { documentOf } from "../../support/instance-documents.js";
import { instancesOf, valueInstancesOf, type Instance } from "../../support/instances.js";
import {
  elementsOf,
  facts,
  isIn,
  messageNames,
  messageOf,
  structureOf,
  type Content,
  type Edition,
  type Scope,
} from "../../support/qbxml-facts.js";
import { readBySaxes } from "../../support/saxes-tree.js";
import { sitesOf } from "../../support/sites.js";
import { complaints } from "../../support/xmllint.js";

/** How many places of an instance are spoiled in each way: `QBCONNECTOR_CORRUPTIONS=50` looks longer. */
const PLACES = Number(process.env["QBCONNECTOR_CORRUPTIONS"] ?? 2);

const structural = messageNames.flatMap((message) => [...instancesOf(message)]);
const instances: readonly Instance[] = [...structural, ...valueInstancesOf(structural)];

describe("instances of all messages", () => {
  it("are of 239 requests and 239 responses, and right by the facts", (t) => {
    assert.equal(new Set(instances.map(({ message }) => message)).size, 2 * 239);
    for (const { message, kind, scope, tree } of instances) {
      assert.equal(judge(tree, scope), undefined, `${message} ${kind} ${JSON.stringify(scope)}`);
    }
    const kinds = ["minimal", "greatest", "full"] as const;
    const counts = kinds.map(
      (kind) => `${structural.filter((instance) => instance.kind === kind).length} ${kind}`,
    );
    t.diagnostic(
      `instances: ${counts.join(", ")}, ${instances.length - structural.length} for values of enums`,
    );
  });

  it("hold every element of each message, and every value of each enum", (t) => {
    const places = new Set<string>();
    const values = new Set<string>();
    for (const { tree } of instances) {
      for (const { fact, parents, node } of sitesOf(tree)) {
        places.add(`${parents.map(({ name }) => name).join("/")}/${fact.name}`);
        if (fact.enum !== undefined) values.add(`${fact.enum} ${node.text}`);
      }
    }
    const all = messageNames.flatMap((name) => facts.editions.flatMap((edition) => placesIn(name, edition)));
    assert.deepEqual(differences(all, places), []);
    const listed = Object.entries(facts.enums).filter(([name]) => !ATTRIBUTES.has(name));
    const every = listed.flatMap(([name, of]) => of.map((value) => `${name} ${value}`));
    assert.deepEqual(differences(every, values), []);
    t.diagnostic(`${places.size} elements by their path, ${values.size} values of ${listed.length} enums`);
  });

  it("are well-formed to saxes and to libxml2, and to all readers hold what was meant", (t) => {
    const texts = instances.map(({ tree, scope }) => documentOf(tree, scope).text);
    for (const [at, text] of texts.entries()) {
      const { tree } = instances[at] as Instance;
      assert.deepEqual(readBySaxes(text).children[0]?.children.at(-1), tree);
      assert.ok(isSame(readElement(text).children[0]?.children.at(-1), tree), `readElement of ${tree.name}`);
    }
    assert.deepEqual(
      complaints(texts).filter((complaint) => complaint !== undefined),
      [],
    );
    t.diagnostic(
      `${texts.length} documents, ${texts.reduce((sum, { length }) => sum + length, 0)} characters`,
    );
  });
});

describe("corruptions of the instances", () => {
  it("are wrong by the facts, every one", (t) => {
    const counts: Record<string, number> = {};
    for (const { kind, tree, scope } of corruptions()) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      assert.notEqual(judge(tree, scope), undefined, `${kind} in ${tree.name} ${JSON.stringify(scope)}`);
    }
    assert.equal(Object.keys(counts).length, 21);
    t.diagnostic(`${PLACES} places each: ${JSON.stringify(counts)}`);
  });
});

function* corruptions(): Generator<Corruption> {
  for (const message of messageNames) {
    const full = structural.filter((instance) => instance.message === message && instance.kind === "full");
    for (const instance of PLACES > 2 ? full : full.slice(0, 1)) yield* corruptionsOf(instance, PLACES);
  }
}

/** Attributes may be an object of any prototype. */
function isSame(read: QBXMLElement | undefined, { name, attributes, children, text }: Tree): boolean {
  return (
    read?.name === name &&
    read.text === text &&
    isDeepStrictEqual({ ...read.attributes }, attributes) &&
    read.children.length === children.length &&
    read.children.every((child, at) => isSame(child, children[at] as Tree))
  );
}

/** The first few items that are only in one of the lists. */
function differences(some: Iterable<string>, others: Iterable<string>): string[] {
  const [one, other] = [new Set(some), new Set(others)];
  return [
    ...[...one].filter((item) => !other.has(item)),
    ...[...other].filter((item) => !one.has(item)),
  ].slice(0, 9);
}

const ATTRIBUTES = new Set(Object.values(facts.attributes).map((attribute) => attribute.enum));

/** The paths of all elements that a message may hold in an edition. */
function placesIn(message: string, edition: Edition): string[] {
  const scope = { version: 16, edition };
  return isIn(messageOf(message), scope) ? below(messageOf(message).content, message, scope) : [];
}

function below(content: Content, path: string, scope: Scope): string[] {
  return [...elementsOf(content)].flatMap(({ fact, choices }) => {
    if (![fact, ...choices].every((step) => isIn(step, scope))) return [];
    const place = `${path}/${fact.name}`;
    return fact.ref === undefined ? [place] : [place, ...below(structureOf(fact.ref).content, place, scope)];
  });
}
