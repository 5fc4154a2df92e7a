import { schemaFacts, type ElementParticle } from "../schema/facts.js";
import type { CheckScope } from "./finding.js";

/** What the schema says of an element's text. */
export interface ScalarRule {
  readonly element: string;
  /** Scalar type, for example `AMTTYPE`. */
  readonly type: string;
  readonly kind: string;
  readonly pattern: RegExp | undefined;
  readonly values: ReadonlySet<string> | undefined;
  /** Of values that came later than their element. */
  readonly valueSince: Readonly<Record<string, number>> | undefined;
  readonly minValue: number;
  readonly maxValue: number;
  /** Instead of text it may have the attribute `useMacro`. */
  readonly macro: boolean;
  readonly maxLength: ElementParticle["maxLength"];
  readonly maxLengthQBOE: number | undefined;
  readonly typeLength: number;
}

export function makeScalarRule(particle: ElementParticle): ScalarRule {
  const { scalars, valueSince } = schemaFacts();
  const type = particle.type as string;
  const scalar = scalars[type];
  return {
    element: particle.name,
    type,
    kind: scalar?.kind ?? "string",
    pattern: wholeText(scalar?.pattern),
    values: particle.enum === undefined ? undefined : valuesOf(particle.enum),
    valueSince: particle.enum === undefined ? undefined : valueSince[particle.enum],
    minValue: particle.minValue ?? -Infinity,
    maxValue: particle.maxValue ?? Infinity,
    macro: particle.macro === true,
    maxLength: particle.maxLength,
    maxLengthQBOE: particle.maxLengthQBOE,
    typeLength: scalar?.maxLength ?? Infinity,
  };
}

/** An edition that a list of lengths does not name has no stated limit of its own, only that of the type. */
export function greatestLength(rule: ScalarRule, { edition }: CheckScope): number {
  const { maxLength } = rule;
  const ofDesktop = typeof maxLength === "object" ? maxLength[edition] : maxLength;
  return (edition === "QBOE" ? rule.maxLengthQBOE : ofDesktop) ?? rule.typeLength;
}

const patterns = new Map<string, RegExp>();

function wholeText(pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined) return undefined;
  let expression = patterns.get(pattern);
  if (expression === undefined) patterns.set(pattern, (expression = new RegExp(`^(?:${pattern})$`)));
  return expression;
}

const valueSets = new Map<string, ReadonlySet<string>>();

export function valuesOf(name: string): ReadonlySet<string> {
  let values = valueSets.get(name);
  if (values === undefined) valueSets.set(name, (values = new Set(schemaFacts().enums[name])));
  return values;
}
