import { schemaFacts, type ElementParticle, type Particle } from "../schema/facts.js";
import { structureOf } from "../schema/particles.js";

/** What JavaScript value an element takes. */
export type ValueKind = "structure" | "boolean" | "integer" | "decimal" | "text";

/** Where a slot stands in a choice that is taken once. */
interface Branch {
  readonly choice: object;
  readonly alternative: number;
}

/** One element of a structure, ready to be written. */
export class Slot {
  readonly name: string;
  /** Its place among the elements of its structure. */
  readonly position: number;
  readonly kind: ValueKind;
  readonly many: boolean;
  readonly macro: boolean;
  /** The choices around it that are taken once. */
  readonly branches: readonly Branch[];
  /** True inside a repeated choice, where elements of several names may alternate. */
  readonly alternates: boolean;
  readonly openTag: string;
  readonly closeTag: string;
  readonly emptyTag: string;
  readonly #ref: string | undefined;
  #plan: WritePlan | undefined;

  constructor(particle: ElementParticle, position: number, place: Place) {
    const { name, type, ref, max, macro = false } = particle;
    this.name = name;
    this.position = position;
    this.kind = type === undefined ? "structure" : kindOf(type);
    this.many = max !== undefined || place.alternates;
    this.macro = macro;
    this.branches = place.branches;
    this.alternates = place.alternates;
    this.openTag = `<${name}>`;
    this.closeTag = `</${name}>\n`;
    this.emptyTag = `<${name}/>\n`;
    this.#ref = ref;
  }

  /** The plan of its structure, made when it is written for the first time. */
  get plan(): WritePlan {
    this.#plan ??= planOf(this.#ref ?? "");
    return this.#plan;
  }
}

export interface AttributeSlot {
  readonly name: string;
  readonly isNumber: boolean;
}

/** How objects of one structure are written: their fields by name. */
export class WritePlan {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly attributes: readonly AttributeSlot[];
  /** The slots whose elements may alternate, at most one group in a structure. */
  readonly alternating: readonly Slot[];

  constructor(content: readonly Particle[], attributes: readonly string[] = []) {
    const slots = new Map<string, Slot>();
    addSlots(slots, content, { branches: [], alternates: false });
    this.slots = slots;
    this.attributes = attributes.map(attributeSlot);
    this.alternating = [...slots.values()].filter((slot) => slot.alternates);
  }
}

interface Place {
  readonly branches: readonly Branch[];
  readonly alternates: boolean;
}

function addSlots(slots: Map<string, Slot>, content: readonly Particle[], place: Place): void {
  for (const particle of content) {
    if (!("choice" in particle)) slots.set(particle.name, new Slot(particle, slots.size, place));
    else if (particle.max !== undefined)
      for (const alternative of particle.choice) addSlots(slots, alternative, { ...place, alternates: true });
    else
      for (const [alternative, inner] of particle.choice.entries()) {
        const branches = [...place.branches, { choice: particle, alternative }];
        addSlots(slots, inner, { ...place, branches });
      }
  }
}

function attributeSlot(key: string): AttributeSlot {
  const { name = key, type = "" } = schemaFacts().attributes[key] ?? {};
  return Object.freeze({ name, isNumber: kindOf(type) === "integer" });
}

function kindOf(type: string): ValueKind {
  const kind = schemaFacts().scalars[type]?.kind;
  return kind === "boolean" || kind === "integer" || kind === "decimal" ? kind : "text";
}

const plans = new Map<string, WritePlan>();

function planOf(type: string): WritePlan {
  let plan = plans.get(type);
  if (plan === undefined) {
    const { content = [], attributes } = structureOf(type);
    plans.set(type, (plan = new WritePlan(content, attributes)));
  }
  return plan;
}

const messages = new Map<string, MessageSlot>();

/** A slot for a whole message or message set; its attributes are not fields of its body. */
export function messageSlot(
  name: string,
  content: readonly Particle[],
  attributes?: readonly string[],
): MessageSlot {
  let slot = messages.get(name);
  if (slot === undefined) messages.set(name, (slot = new MessageSlot(name, content, attributes)));
  return slot;
}

export class MessageSlot extends Slot {
  readonly attributes: readonly AttributeSlot[];
  readonly #content: WritePlan;

  constructor(name: string, content: readonly Particle[], attributes: readonly string[] = []) {
    super({ name, ref: name }, 0, { branches: [], alternates: false });
    this.attributes = attributes.map(attributeSlot);
    this.#content = new WritePlan(content);
  }

  override get plan(): WritePlan {
    return this.#content;
  }
}
