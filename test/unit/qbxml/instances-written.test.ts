import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  requestTree,
  writeRequests,
  writeResponses,
  type RequestItem,
  type ResponseItem,
} from "qbconnector/qbxml";
import type { Tree } from "../../support/element-tree.js";
import { requestObjectOf, responseObjectOf } from "../../support/instance-objects.js";
import { instancesOf, randomInstance, valueInstancesOf, type Instance } from "../../support/instances.js";
import { isRequest, messageNames, type Scope } from "../../support/qbxml-facts.js";
import { thinned } from "../../support/random-edits.js";
import { Random } from "../../support/random.js";
import { readBySaxes } from "../../support/saxes-tree.js";
import { loosened, shuffled } from "../../support/shuffled.js";
import { complaints } from "../../support/xmllint.js";

/** `QBCONNECTOR_FUZZ_RUNS=100000` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 2_000);
const SEED = process.env["QBCONNECTOR_FUZZ_SEED"] ?? String(Date.now() % 2 ** 31);

const structural = messageNames.filter(isRequest).flatMap((message) => [...instancesOf(message)]);
const responses = messageNames
  .filter((name) => !isRequest(name))
  .flatMap((message) => [...instancesOf(message)]);
const instances: readonly Instance[] = [...structural, ...valueInstancesOf(structural)];

describe("objects of all requests, their keys shuffled", () => {
  it("are written in the order of the schema, as text and as elements", (t) => {
    const random = new Random(SEED);
    const texts = instances.map(({ tree, scope }) => written(tree, scope, random));
    assert.deepEqual(
      complaints(texts).filter((complaint) => complaint !== undefined),
      [],
    );
    const kinds = new Set(instances.map(({ message }) => message)).size;
    t.diagnostic(`${texts.length} requests of ${kinds} kinds, seed ${SEED}`);
  });

  it("are written so with parts left out, and with lines in any order", (t) => {
    const random = new Random(SEED);
    for (let run = 0; run < RUNS; run++) {
      const { tree, scope } = randomInstance(random, isRequest);
      written(thinned(tree, random), scope, random);
    }
    t.diagnostic(`${RUNS} requests, seed ${SEED}`);
  });
});

describe("objects of all responses, their keys shuffled", () => {
  it("are written in the order of the schema", (t) => {
    const random = new Random(SEED);
    const texts = responses.map(({ tree }) => answered(tree, random));
    assert.deepEqual(
      complaints(texts).filter((complaint) => complaint !== undefined),
      [],
    );
    for (let run = 0; run < RUNS; run++) {
      const { tree } = randomInstance(random, (message) => !isRequest(message));
      answered(tree, random);
    }
    t.diagnostic(`${texts.length} responses, ${RUNS} random ones, seed ${SEED}`);
  });
});

function answered(tree: Tree, random: Random): string {
  const item = shuffled(responseObjectOf(tree), random) as ResponseItem;
  const text = writeResponses([item]);
  const attributes = { statusMessage: "Status OK", ...tree.attributes };
  assert.deepEqual(readBySaxes(text).children[0]?.children, [{ ...tree, attributes }]);
  return text;
}

/** The text of the object of a request, which holds the elements of the tree in their order. */
function written(tree: Tree, scope: Scope, random: Random): string {
  const { name, ...rest } = requestObjectOf(tree);
  const item = { name, ...(loosened(rest, random) as object) } as unknown as RequestItem;
  const options = { version: scope.version.toFixed(1) };
  const text = writeRequests([item], options);
  assert.deepEqual(readBySaxes(text).children[0]?.children, [tree]);
  assert.deepEqual(plain(requestTree([item], options).children[0]?.children[0]), tree);
  return text;
}

/** Elements without their prototypes, which say nothing. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
