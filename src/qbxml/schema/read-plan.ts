import { schemaFacts, type ElementParticle, type Particle } from "./facts.js";
import { structureOf } from "./particles.js";

export type FieldKind = "text" | "boolean" | "integer" | "structure" | "unknown";

/** How one element of a structure becomes a field. */
export interface FieldPlan {
  readonly name: string;
  readonly kind: FieldKind;
  /** It may stand there more than once, so that its field is an array. */
  readonly repeats: boolean;
  /** Its number in the repeated choice of the structure; -1 when it is in none. */
  readonly rank: number;
  /** Its number in the order of the schema; -1 when it is unknown. */
  readonly place: number;
  /** Of a structure. */
  readonly content: RecordPlan | undefined;
  /** What stood behind it last time: a guess that makes the next look-up a comparison. */
  next: FieldPlan | undefined;
}

/** How a structure becomes an object. */
export interface RecordPlan {
  /** The field of an element; one that is not in the facts is `unknown`. */
  field(name: string): FieldPlan;
  /** Names of the repeated choice, whose order among each other is kept. */
  readonly choice: readonly string[];
  readonly numbers: ReadonlySet<string>;
}

/** A structure that is not in the facts. */
export const UNKNOWN_PLAN: RecordPlan = Object.freeze({
  field: unknownField,
  choice: Object.freeze([]),
  numbers: new Set<string>(),
});

function unknownField(name: string): FieldPlan {
  return { name, kind: "unknown", repeats: false, rank: -1, place: -1, content: undefined, next: undefined };
}

const plans = new Map<string, RecordPlan>();

/** The plan of a type of the facts; made on first use. */
export function recordPlan(type: string): RecordPlan {
  let plan = plans.get(type);
  if (plan === undefined) {
    const { content = [], attributes = [] } = structureOf(type);
    plan = new LazyPlan(content, attributes);
    plans.set(type, plan);
  }
  return plan;
}

/** The plan of a content list, for example that of a response. */
export function contentPlan(content: readonly Particle[]): RecordPlan {
  return new LazyPlan(content, []);
}

interface Known {
  readonly particle: ElementParticle;
  readonly repeats: boolean;
  readonly place: number;
}

class LazyPlan implements RecordPlan {
  readonly choice: readonly string[];
  readonly numbers: ReadonlySet<string>;
  readonly #particles = new Map<string, Known>();
  readonly #fields = new Map<string, FieldPlan>();

  constructor(content: readonly Particle[], attributes: readonly string[]) {
    this.#collect(content, false);
    this.choice = content.flatMap((particle) =>
      "choice" in particle && particle.max !== undefined ? namesIn(particle) : [],
    );
    this.numbers = new Set(
      attributes.filter(isNumber).map((key) => schemaFacts().attributes[key]?.name ?? key),
    );
  }

  #collect(content: readonly Particle[], inRepeatedChoice: boolean): void {
    for (const particle of content) {
      const repeats = inRepeatedChoice || (particle.max !== undefined && particle.max !== 1);
      if ("choice" in particle) for (const part of particle.choice) this.#collect(part, repeats);
      else this.#particles.set(particle.name, { particle, repeats, place: this.#particles.size });
    }
  }

  field(name: string): FieldPlan {
    return this.#fields.get(name) ?? this.#makeField(name);
  }

  #makeField(name: string): FieldPlan {
    const known = this.#particles.get(name);
    if (known === undefined) return unknownField(name);
    const { particle, repeats, place } = known;
    const field: FieldPlan = {
      name,
      kind: kindOf(particle),
      repeats,
      rank: this.choice.indexOf(name),
      place,
      content: particle.ref === undefined ? undefined : recordPlan(particle.ref),
      next: undefined,
    };
    this.#fields.set(name, field);
    return field;
  }
}

function namesIn(particle: Particle): string[] {
  return "choice" in particle ? particle.choice.flat().flatMap(namesIn) : [particle.name];
}

function isNumber(key: string): boolean {
  return schemaFacts().attributes[key]?.type === "INTTYPE";
}

function kindOf({ ref, type = "" }: ElementParticle): FieldKind {
  if (ref !== undefined) return "structure";
  if (type === "BOOLTYPE") return "boolean";
  return type === "INTTYPE" ? "integer" : "text";
}
