import { schemaFacts, type ElementParticle, type Particle, type TypeFact } from "./facts.js";

/** The language as one QuickBooks understands it: its edition, and the version that a message set declares. */
export interface SchemaScope {
  readonly version: number;
  /** `QBD` is the US desktop edition. */
  readonly edition: string;
}

/** The structure with this name, past `sameAs`. */
export function structureOf(type: string): TypeFact {
  const { types } = schemaFacts();
  const fact = types[type] ?? {};
  return fact.sameAs === undefined ? fact : (types[fact.sameAs] ?? {});
}

export function contentOf(type: string): readonly Particle[] {
  return structureOf(type).content ?? [];
}

interface Existence {
  readonly since?: number;
  readonly notIn?: readonly string[];
}

export function isTooNew(fact: Existence, scope: SchemaScope): boolean {
  return (fact.since ?? 0) > scope.version;
}

export function exists(fact: Existence, scope: SchemaScope): boolean {
  return !isTooNew(fact, scope) && fact.notIn?.includes(scope.edition) !== true;
}

/** The steps from a content list to the particle with this name; the last is the element, those before are choices. */
export function stepsTo(content: readonly Particle[], name: string): readonly Particle[] {
  for (const particle of content) {
    if (!("choice" in particle)) {
      if (particle.name === name) return [particle];
      continue;
    }
    for (const alternative of particle.choice) {
      const steps = stepsTo(alternative, name);
      if (steps.length > 0) return [particle, ...steps];
    }
  }
  return [];
}

/** The particle of an element in a content list, where a name occurs only once. */
export function findParticle(content: readonly Particle[], name: string): ElementParticle | undefined {
  return stepsTo(content, name).at(-1) as ElementParticle | undefined;
}

/** Every element of a content list that exists in the scope, in the order in which XML has them. */
export function elementsOf(content: readonly Particle[], scope: SchemaScope): ElementParticle[] {
  return content.flatMap((particle) => {
    if (!exists(particle, scope)) return [];
    return "choice" in particle ? particle.choice.flatMap((part) => elementsOf(part, scope)) : [particle];
  });
}
