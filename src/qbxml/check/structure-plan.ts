import { schemaFacts, type ElementParticle, type Particle } from "../schema/facts.js";
import { structureOf } from "../schema/particles.js";
import { makeAttributeRules, type AttributeRule } from "./attribute-rule.js";
import type { CheckScope } from "./finding.js";
import { makeScalarRule, type ScalarRule } from "./scalar-rule.js";

/** What exists only from a version on, or not in every country. */
export interface Availability {
  readonly since: number;
  readonly notIn: readonly string[] | undefined;
}

/** One element inside a structure. */
export interface ElementRule extends Availability {
  readonly name: string;
  /** Its place in the order; the elements of a repeated choice share one. */
  readonly rank: number;
  /** Its number inside the structure. */
  readonly index: number;
  readonly max: number;
  readonly required: boolean;
  readonly particle: ElementParticle;
  /** Undefined when the element holds text. */
  readonly structure: string | undefined;
  readonly scalar: ScalarRule | undefined;
}

/** Something that a structure needs or limits: a required element, or a choice. */
export type Demand = ElementRule | ChoiceDemand;

export interface ChoiceDemand extends Availability {
  readonly alternatives: readonly Alternative[];
  readonly required: boolean;
  readonly repeated: boolean;
}

export interface Alternative {
  /** All its elements, nested choices included. */
  readonly elements: readonly ElementRule[];
  readonly demands: readonly Demand[];
  /** Nothing in it is required. */
  readonly parts: readonly (Availability & { readonly optional: boolean })[];
}

/** A structure or a message, made ready for checking. */
export interface StructurePlan {
  readonly name: string;
  readonly elements: ReadonlyMap<string, ElementRule>;
  /** In schema order. */
  readonly list: readonly ElementRule[];
  readonly demands: readonly Demand[];
  readonly attributes: ReadonlyMap<string, AttributeRule>;
}

const plans = new Map<string, StructurePlan>();

/** The plan of a type or of a message; there are some 900, each made on first use. */
export function planOf(name: string): StructurePlan {
  let plan = plans.get(name);
  if (plan === undefined) plans.set(name, (plan = makePlan(name)));
  return plan;
}

export function isAvailable(fact: Availability, scope: CheckScope): boolean {
  return fact.since <= scope.version && fact.notIn?.includes(scope.edition) !== true;
}

/** The plan of a message, or undefined when qbXML has none of this name. */
export function planOfMessage(name: string): StructurePlan | undefined {
  const { messages } = schemaFacts();
  return Object.hasOwn(messages, name) ? planOf(name) : undefined;
}

function makePlan(name: string): StructurePlan {
  const { messages, messageSets } = schemaFacts();
  const fact =
    [messages, messageSets].find((table) => Object.hasOwn(table, name))?.[name] ?? structureOf(name);
  const builder = new PlanBuilder();
  const demands = builder.demandsOf(fact.content ?? [], EVERYWHERE);
  const elements = new Map(builder.list.map((rule) => [rule.name, rule]));
  return { name, elements, list: builder.list, demands, attributes: makeAttributeRules(fact.attributes) };
}

const EVERYWHERE: Availability = { since: 0, notIn: undefined };

class PlanBuilder {
  readonly list: ElementRule[] = [];
  #rank = 0;

  demandsOf(content: readonly Particle[], around: Availability, repeated = false): Demand[] {
    return content.flatMap((particle): Demand[] => {
      const available = within(around, particle);
      if ("choice" in particle) return [this.#choice(particle, available)];
      const rule = this.#element(particle, available, repeated);
      return rule.required ? [rule] : [];
    });
  }

  #choice(particle: Extract<Particle, { choice: unknown }>, available: Availability): ChoiceDemand {
    const repeated = particle.max !== undefined && particle.max !== 1;
    const alternatives = particle.choice.map((content) => {
      const start = this.list.length;
      const demands = this.demandsOf(content, available, repeated);
      const parts = content.map((part) => ({ ...within(available, part), optional: part.min === 0 }));
      return { elements: this.list.slice(start), demands, parts };
    });
    if (repeated) this.#rank++;
    return { ...available, alternatives, required: particle.min !== 0, repeated };
  }

  #element(particle: ElementParticle, available: Availability, repeated: boolean): ElementRule {
    const rule: ElementRule = {
      ...available,
      name: particle.name,
      rank: this.#rank,
      index: this.list.length,
      max: repeated || particle.max === "unbounded" ? Infinity : (particle.max ?? 1),
      required: particle.min !== 0,
      particle,
      structure: particle.ref,
      scalar: particle.type === undefined ? undefined : makeScalarRule(particle),
    };
    if (!repeated) this.#rank++;
    this.list.push(rule);
    return rule;
  }
}

function within(around: Availability, { since = 0, notIn }: Particle): Availability {
  return {
    since: Math.max(around.since, since),
    notIn: around.notIn === undefined ? notIn : [...around.notIn, ...(notIn ?? [])],
  };
}
