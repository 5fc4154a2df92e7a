import { schemaFacts } from "../schema/facts.js";
import { valuesOf } from "./scalar-rule.js";

/** What the schema says of an attribute. */
export interface AttributeRule {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly values: ReadonlySet<string> | undefined;
}

/** @param keys Keys in the facts' table of attributes. */
export function makeAttributeRules(keys: readonly string[] = []): ReadonlyMap<string, AttributeRule> {
  const { attributes } = schemaFacts();
  const rules = new Map<string, AttributeRule>();
  for (const key of keys) {
    const fact = attributes[key];
    if (fact === undefined) continue;
    rules.set(fact.name, {
      name: fact.name,
      type: fact.type,
      required: fact.required === true,
      values: fact.enum === undefined ? undefined : valuesOf(fact.enum),
    });
  }
  return rules;
}
