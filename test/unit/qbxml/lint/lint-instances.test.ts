import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lint, type Country, type LintFinding } from "qbconnector/qbxml";
import { corruptionsOf, type Corruption } from "../../../support/corruptions.js";
import { documentOf } from "../../../support/instance-documents.js";
import { instancesOf, valueInstancesOf, type Instance } from "../../../support/instances.js";
import { messageNames, type Scope } from "../../../support/qbxml-facts.js";

/** How many places of an instance are spoiled in each way: `QBCONNECTOR_CORRUPTIONS=50` looks longer. */
const PLACES = Number(process.env["QBCONNECTOR_CORRUPTIONS"] ?? 2);

const structural = messageNames.flatMap((message) => [...instancesOf(message)]);
const instances: readonly Instance[] = [...structural, ...valueInstancesOf(structural)];

const COUNTRIES: Readonly<Record<string, Country>> = { QBD: "US", QBCA: "CA", QBUK: "UK", QBAU: "AU" };
/** What a message alone cannot show: macros of other requests, and how iterators are used. */
const OF_USE = new Set(["iterator", "macro", "includeRetElement", "characters"]);

function findings(text: string, { version, edition }: Scope): LintFinding[] {
  const country = COUNTRIES[edition];
  return lint(text, { version: version.toFixed(1), ...(country === undefined ? {} : { country }) }).filter(
    ({ rule }) => !OF_USE.has(rule),
  );
}

function isDesktop({ edition }: Scope): boolean {
  return edition !== "QBOE";
}

function* corruptions(): Generator<Corruption & { readonly message: string }> {
  for (const message of messageNames) {
    const full = structural.filter((instance) => instance.message === message && instance.kind === "full");
    for (const instance of PLACES > 2 ? full : full.slice(0, 1))
      for (const corruption of corruptionsOf(instance, PLACES)) yield { ...corruption, message };
  }
}

describe("lint of instances of all messages", () => {
  it("finds nothing in them", (t) => {
    let count = 0;
    for (const { message, kind, scope, tree } of instances.filter((instance) => isDesktop(instance.scope))) {
      const { text } = documentOf(tree, scope);
      assert.deepEqual(findings(text, scope), [], `${message} ${kind} ${JSON.stringify(scope)}\n${text}`);
      count++;
    }
    t.diagnostic(`${count} documents`);
  });
});

describe("lint of corruptions", () => {
  it("finds the one mistake of each, at its line", (t) => {
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    for (const { kind, tree, scope, rules, at, atEndOf, since, message: of } of corruptions()) {
      if (!isDesktop(scope)) continue;
      counts[kind] = (counts[kind] ?? 0) + 1;
      const document = documentOf(tree, scope, of);
      const found = findings(document.text, scope);
      const lines = at.map((node) => document.lines.get(node)?.first);
      if (atEndOf !== undefined) lines.push(document.lines.get(atEndOf)?.last);
      const [first] = found;
      const right = found.length === 1 && rules.includes(first!.rule) && lines.includes(first!.line);
      if (!right || (since !== undefined && first!.since !== since))
        wrong.push(
          `${kind} in ${tree.name} wants ${rules.join("|")} at ${lines.join("|")}: ${JSON.stringify(found.map(({ rule, line, path, message }) => [rule, line, path, message]))}`,
        );
    }
    t.diagnostic(`${Object.values(counts).reduce((sum, count) => sum + count)}: ${JSON.stringify(counts)}`);
    assert.ok(Object.keys(counts).length > 15);
    assert.deepEqual([wrong.length, wrong.slice(0, 20)], [0, []]);
  });
});
