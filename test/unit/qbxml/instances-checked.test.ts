import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkMessageSet } from "../../../dist/qbxml/check/check.js";
import type { Finding } from "../../../dist/qbxml/check/finding.js";
import type { Tree } from "../../support/element-tree.js";
import { judge } from "../../support/facts-oracle.js";
import { setOf } from "../../support/instance-documents.js";
import { instancesOf, randomInstance, valueInstancesOf, type Instance } from "../../support/instances.js";
import { isRequest, messageNames, type Scope } from "../../support/qbxml-facts.js";
import { edited } from "../../support/random-edits.js";
import { Random } from "../../support/random.js";

/** `QBCONNECTOR_FUZZ_RUNS=1000000` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 10_000);
const SEED = process.env["QBCONNECTOR_FUZZ_SEED"] ?? String(Date.now() % 2 ** 31);

/** Of these the facts say nothing. */
const BEYOND_THE_FACTS = ["iterator", "includeRetElement"];

const structural = messageNames.flatMap((message) => [...instancesOf(message)]);
const instances: readonly Instance[] = [...structural, ...valueInstancesOf(structural)];

describe("the checker", () => {
  it("finds nothing in the instances", (t) => {
    const wrong = instances.flatMap(({ tree, scope }) => findings(tree, scope).slice(0, 1));
    assert.deepEqual(wrong.slice(0, 5), []);
    t.diagnostic(`${instances.length} instances`);
  });

  it("agrees with the facts on random messages, and on random edits of them", (t) => {
    const random = new Random(SEED);
    const counts = { valid: 0, invalid: 0 };
    for (let run = 0; run < RUNS; run++) {
      const instance = randomInstance(random);
      assert.deepEqual(errors(instance.tree, instance.scope), [], `run ${run} of seed ${SEED}`);
      const { tree, scope, edits } = edited(instance.tree, instance.scope, random);
      const fault = judge(tree, scope, { unknownValues: !isRequest(tree.name) });
      const found = errors(tree, scope);
      const story = `run ${run} of seed ${SEED}: ${edits.join(", ")}: ${JSON.stringify([scope, fault, found[0]])}`;
      assert.equal(found.length > 0, fault !== undefined, story);
      counts[fault === undefined ? "valid" : "invalid"]++;
    }
    t.diagnostic(
      `seed ${SEED}, ${RUNS} messages and edits: ${counts.valid} left it valid, ${counts.invalid} did not`,
    );
  });
});

function findings(tree: Tree, scope: Scope): Finding[] {
  return checkMessageSet(setOf(tree, scope), scope);
}

function errors(tree: Tree, scope: Scope): Finding[] {
  const isDecided = ({ rule, message }: Finding): boolean =>
    !BEYOND_THE_FACTS.includes(rule) && !/^the macro .* is (not defined|defined twice)/.test(message);
  return findings(tree, scope).filter((found) => found.severity === "error" && isDecided(found));
}
