import type { ElementSink, WrittenAttributes } from "./element-sink.js";
import { firstForbidden, isPlain } from "./plain-text.js";
import type { Finding, FindingRule } from "../check/finding.js";
import { nearestName } from "../check/nearest-name.js";
import type { AttributeSlot, Slot, ValueKind, WritePlan } from "./write-plan.js";

export type Fields = Readonly<Record<string, unknown>>;

/** Attributes that are not fields of the object: those of a message. */
export interface OuterAttributes {
  readonly slots: readonly AttributeSlot[];
  readonly values: Fields;
}

type Facts = Partial<Pick<Finding, "given" | "allowed" | "repair">>;

/** Writes objects into a sink in the order of the schema, and notes what cannot be written at all. */
export class StructureWriter {
  readonly findings: Finding[] = [];
  readonly #sink: ElementSink;
  readonly #path: string[];

  constructor(sink: ElementSink, root: string) {
    this.#sink = sink;
    this.#path = [root];
  }

  /** Writes one structure; `number` is its place among several of its name, or 0. */
  structure(slot: Slot, value: unknown, number = 0, outer?: OuterAttributes): void {
    if (!isFields(value)) return this.#wrongType(slot, value, number);
    this.#path.push(numbered(slot.name, number));
    const { plan } = slot;
    const found = this.#slotsOf(plan, value);
    const order = plan.alternating.length === 0 ? undefined : this.#orderOf(plan, value);
    const attributes = this.attributes(outer?.slots ?? plan.attributes, outer?.values ?? value);
    if (found.length === 0) this.#sink.empty(slot, attributes);
    else {
      this.#sink.open(slot, attributes);
      if (order === undefined) for (const inner of found) this.#element(inner, value[inner.name]);
      else this.#alternating(found, value, order);
      this.#sink.close(slot);
    }
    this.#path.pop();
  }

  /** A mistake at an element or attribute of the structure that is being written. */
  report(rule: FindingRule, name: string | undefined, message: string, facts: Facts = {}): void {
    const path = (name === undefined ? this.#path : [...this.#path, name]).join("/");
    this.findings.push(Object.freeze({ rule, severity: "error", path, message, ...facts }));
  }

  /** The slots for which the object has a value, in the order of the schema. */
  #slotsOf(plan: WritePlan, value: Fields): Slot[] {
    const found: Slot[] = [];
    let position = -1;
    let ordered = true;
    for (const name of Object.keys(value)) {
      const slot = plan.slots.get(name);
      if (slot === undefined) this.#notAnElement(plan, name, value[name]);
      else if (this.#isGiven(slot, value[name])) {
        found.push(slot);
        if (slot.position < position) ordered = false;
        position = slot.position;
        if (slot.branches.length > 0) this.#checkChoice(slot, found);
      }
    }
    return ordered ? found : found.sort((one, other) => one.position - other.position);
  }

  /** An empty list writes nothing; where it is what a choice is taken by, that would mean something else. */
  #isGiven(slot: Slot, value: unknown): boolean {
    if (value === undefined) return false;
    if (!Array.isArray(value) || value.length > 0) return true;
    if (slot.many && slot.branches.length > 0)
      this.report("missingElement", slot.name, `an empty list of ${slot.name} cannot be written`, {
        given: "an empty list",
        repair: `leave ${slot.name} out if that is what you mean`,
      });
    return !slot.many;
  }

  #checkChoice(slot: Slot, found: readonly Slot[]): void {
    const rival = found.find((other) => exclude(slot, other));
    if (rival === undefined) return;
    const message = `${slot.name} cannot stand beside ${rival.name}; choose one of them`;
    this.report("mixedChoice", slot.name, message, { given: slot.name });
  }

  #notAnElement(plan: WritePlan, name: string, value: unknown): void {
    if (value === undefined || plan.attributes.some((attribute) => attribute.name === name)) return;
    if (name === "$order" && plan.alternating.length > 0) return;
    const owner = this.#path.at(-1) as string;
    const names = [...plan.slots.keys()];
    const help = helpWith(name, owner, names);
    const message = `${owner} has no element ${shortened(name)}${help?.hint ?? ""}`;
    this.report("unknownElement", shortened(name), message, {
      given: shortened(name),
      allowed: names,
      ...(help === undefined ? {} : { repair: help.repair }),
    });
  }

  /** The attributes for which there is a value, as text. */
  attributes(slots: readonly AttributeSlot[], values: Fields): WrittenAttributes | undefined {
    let attributes: Record<string, string> | undefined;
    for (const { name, isNumber } of slots) {
      const given = values[name];
      if (given === undefined) continue;
      const kind = isNumber ? "integer" : "text";
      const text = textOf(kind, given);
      if (text === undefined) this.#typeFinding(name, kind, given);
      else if (this.#canBeWritten(name, text)) (attributes ??= {})[name] = text;
    }
    return attributes;
  }

  #element(slot: Slot, value: unknown): void {
    if (!Array.isArray(value)) return this.#one(slot, value, 0);
    if (!slot.many)
      return this.report("tooMany", slot.name, `${slot.name} takes one value, not a list`, {
        given: "a list",
      });
    for (let index = 0; index < value.length; index++)
      this.#one(slot, value[index], value.length === 1 ? 0 : index + 1);
  }

  #one(slot: Slot, value: unknown, number: number): void {
    if (slot.kind === "structure") return this.structure(slot, value, number);
    const text = textOf(slot.kind, value);
    if (text === undefined) return this.#macroOrFinding(slot, value, number);
    if (isPlain(text)) this.#sink.text(slot, text, true);
    else if (this.#canBeWritten(numbered(slot.name, number), text)) this.#sink.text(slot, text, false);
  }

  #macroOrFinding(slot: Slot, value: unknown, number: number): void {
    const useMacro = slot.macro && isFields(value) && Object.keys(value).length === 1 && value["useMacro"];
    if (typeof useMacro !== "string") return this.#wrongType(slot, value, number);
    if (this.#canBeWritten(slot.name, useMacro)) this.#sink.empty(slot, { useMacro });
  }

  #canBeWritten(name: string, text: string): boolean {
    const forbidden = firstForbidden(text);
    if (forbidden === undefined) return true;
    this.report("characters", name, `${name} has a character that XML cannot hold: ${forbidden}`, {
      given: forbidden,
      repair: "leave the character out",
    });
    return false;
  }

  /** The order in which an object wants the elements of its repeated choice. */
  #orderOf(plan: WritePlan, value: Fields): readonly string[] | undefined {
    const order = value["$order"];
    if (order === undefined) return undefined;
    const counts = new Map(plan.alternating.map(({ name }) => [name, listOf(value[name]).length]));
    if (fits(order, counts)) return order;
    const allowed = [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
    this.report("order", undefined, `$order does not name what is there: ${allowed}`, {
      given: Array.isArray(order) ? `${order.length} names` : nameOfType(order),
      allowed,
    });
    return undefined;
  }

  #alternating(found: readonly Slot[], value: Fields, order: readonly string[]): void {
    const slots = new Map(found.map((slot) => [slot.name, slot]));
    const written = new Map<string, number>();
    const first = found.find((slot) => slot.alternates);
    for (const slot of found) {
      if (!slot.alternates) this.#element(slot, value[slot.name]);
      if (slot !== first) continue;
      for (const name of order) {
        const list = listOf(value[name]);
        const index = written.get(name) ?? 0;
        this.#one(slots.get(name) as Slot, list[index], list.length === 1 ? 0 : index + 1);
        written.set(name, index + 1);
      }
    }
  }

  #wrongType(slot: Slot, value: unknown, number: number): void {
    this.#typeFinding(numbered(slot.name, number), slot.kind, value);
  }

  #typeFinding(name: string, kind: ValueKind, value: unknown): void {
    const allowed = ALLOWED[kind];
    this.report("type", name, `${name} takes ${allowed}, not ${nameOfType(value)}`, {
      given: nameOfType(value),
      allowed,
    });
  }
}

const ALLOWED: Readonly<Record<ValueKind, string>> = {
  structure: "an object of its fields",
  boolean: "true or false",
  integer: "a whole number",
  decimal: 'a decimal as a string, such as "12.50"',
  text: "a string",
};

/** The text of a value of this kind; undefined when it is of another. */
function textOf(kind: ValueKind, value: unknown): string | undefined {
  if (kind === "boolean") return typeof value === "boolean" || value === "" ? String(value) : undefined;
  if (kind === "integer") return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === "string" ? value : undefined;
}

/** An object with fields, of whatever class and realm, but no list, date or map. */
function isFields(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  return (
    Object.getPrototypeOf(value) === Object.prototype ||
    Object.prototype.toString.call(value) === "[object Object]"
  );
}

function exclude(slot: Slot, other: Slot): boolean {
  return slot.branches.some(({ choice, alternative }) =>
    other.branches.some((branch) => branch.choice === choice && branch.alternative !== alternative),
  );
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function fits(order: unknown, counts: ReadonlyMap<string, number>): order is readonly string[] {
  if (!Array.isArray(order)) return false;
  const named = new Map<unknown, number>();
  for (const name of order) named.set(name, (named.get(name) ?? 0) + 1);
  return (
    [...counts].every(([name, count]) => (named.get(name) ?? 0) === count) &&
    [...named.keys()].every((name) => typeof name === "string" && counts.has(name))
  );
}

function nameOfType(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return `a ${typeof value}`;
  return isFields(value) ? "an object" : `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

const MAX_NAME = 60;

/** Names that a program gave, for messages. */
export function shortened(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 3)}...`;
}

function numbered(name: string, number: number): string {
  return number === 0 ? name : `${name}[${number}]`;
}

/** What was probably meant by a name that the structure does not have. */
function helpWith(
  name: string,
  owner: string,
  names: readonly string[],
): { readonly hint: string; readonly repair: string } | undefined {
  if (name === owner) {
    const repair = `give the fields of ${owner} without it`;
    return { hint: `; ${repair}`, repair };
  }
  const meant = nearestName(name, names);
  return meant === undefined ? undefined : { hint: `; did you mean ${meant}?`, repair: `write ${meant}` };
}
