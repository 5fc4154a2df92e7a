import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { mutated } from "../support/mutations.js";
import { readCanonical } from "../support/canonical-reader.js";
import { canonicalEvents } from "../support/token-events.js";
import { accepted, DOCUMENTS, FRAGMENTS, judge, seen } from "../support/token-judge.js";
import { canonical, complaints } from "../support/xmllint.js";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/tokenizer.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 6_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** White space is layout to one reader and the text of an empty element to the other. */
function withoutLayout(events: readonly string[]): string[] {
  return events.filter((event) => /[^ \t\r\n]/.test(event.replaceAll("&#xD;", "")));
}

describe("the tokenizer against saxes and libxml2", () => {
  it("reads what saxes reads, whatever the borders of the pieces", (t) => {
    const property = fc.property(
      mutated(DOCUMENTS, FRAGMENTS).filter((document) => document.isWellFormed()),
      fc.array(fc.nat(400), { maxLength: 4 }),
      judge,
    );
    fc.assert(property, { numRuns: RUNS, seed: SEED });
    const { documents, narrower } = seen;
    t.diagnostic(
      `${documents} documents, ${seen.accepted} accepted, ${narrower} by choice not, seed ${SEED}`,
    );
    assert.ok(seen.accepted > RUNS / 50);
  });

  it("accepts nothing that libxml2 refuses, and reads what libxml2 reads", () => {
    const originals = accepted.map((document) =>
      document.replace(/^(<\?xml[^>]*?)\s+encoding\s*=\s*(["'])[^"']*\2/, "$1"),
    );
    assert.ok(originals.length > RUNS / 50);
    for (const [at, complaint] of complaints(originals).entries())
      assert.equal(complaint, undefined, `libxml2 refuses ${JSON.stringify(originals[at])} (seed ${SEED})`);
    const others = readCanonical(canonical(originals));
    assert.equal(others.length, originals.length);
    for (const [at, other] of others.entries()) {
      const document = originals[at] as string;
      const own = withoutLayout(canonicalEvents(Buffer.from(document)));
      assert.deepEqual(own, withoutLayout(other), `${JSON.stringify(document)} (seed ${SEED})`);
    }
  });
});
