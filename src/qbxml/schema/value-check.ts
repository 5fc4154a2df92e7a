import type { QBXMLElement } from "../reader.js";
import { schemaFacts, type ElementParticle, type Particle } from "./facts.js";
import { pathsOf } from "./order-check.js";
import { contentOf, findParticle } from "./particles.js";

export type ValueRule = "form" | "enum" | "maxLength" | "range";

export interface ValueFinding {
  readonly path: string;
  readonly rule: ValueRule;
  readonly message: string;
  /** The element's name, its scalar type, and the value in question. */
  readonly field: string;
  readonly type: string;
  readonly value: string;
}

/** One element that holds text, with what the schema says about it. */
export interface ScalarElement {
  readonly path: string;
  readonly particle: ElementParticle & { readonly type: string };
  readonly element: QBXMLElement;
}

/** Every element with text in a request whose structure is right, in document order. */
export function* scalarsOf(request: QBXMLElement): Generator<ScalarElement> {
  yield* scalarsIn(request, request.name, schemaFacts().messages[request.name]?.content ?? []);
}

function* scalarsIn(
  parent: QBXMLElement,
  path: string,
  content: readonly Particle[],
): Generator<ScalarElement> {
  const paths = pathsOf(parent.children, path);
  for (const [index, element] of parent.children.entries()) {
    const particle = findParticle(content, element.name);
    const place = paths[index] ?? path;
    if (particle?.ref !== undefined) yield* scalarsIn(element, place, contentOf(particle.ref));
    else if (hasType(particle)) yield { path: place, particle, element };
  }
}

function hasType(
  particle: ElementParticle | undefined,
): particle is ElementParticle & { readonly type: string } {
  return particle?.type !== undefined;
}

/** The first value in a request, whose structure is right, that its type does not allow. */
export function checkValues(request: QBXMLElement, edition: string): ValueFinding | undefined {
  for (const scalar of scalarsOf(request)) {
    const rule = brokenRule(scalar, edition);
    if (rule === undefined) continue;
    const { path, particle, element } = scalar;
    const message = `${element.name} does not take "${element.text}" (${particle.type}, ${rule})`;
    return Object.freeze({
      path,
      rule,
      message,
      field: element.name,
      type: particle.type,
      value: element.text,
    });
  }
  return undefined;
}

function brokenRule({ particle, element }: ScalarElement, edition: string): ValueRule | undefined {
  const { scalars, enums } = schemaFacts();
  const value = element.text;
  if (element.attributes["useMacro"] !== undefined) return undefined;
  const scalar = scalars[particle.type];
  if (scalar?.pattern !== undefined && !matches(value, scalar.pattern)) return "form";
  if (value === "") return undefined;
  if (scalar?.kind.startsWith("date") === true && !isOnCalendar(value)) return "form";
  if (particle.enum !== undefined && enums[particle.enum]?.includes(value) !== true) return "enum";
  if (value.length > greatestLength(particle, scalar?.maxLength, edition)) return "maxLength";
  return isInRange(particle, value) ? undefined : "range";
}

const patterns = new Map<string, RegExp>();

function matches(value: string, pattern: string): boolean {
  let expression = patterns.get(pattern);
  if (expression === undefined) patterns.set(pattern, (expression = new RegExp(`^(?:${pattern})$`)));
  return expression.test(value);
}

function isOnCalendar(value: string): boolean {
  const [year = 0, month = 0, day = 0] = (value.split("T")[0] ?? "").split("-").map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && isOnClock(value.split("T")[1]);
}

function isOnClock(time: string | undefined): boolean {
  const [hour = 0, minute = 0, second = 0] = (time?.split(/[+-]/)[0] ?? "").split(":").map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function greatestLength(particle: ElementParticle, ofType: number | undefined, edition: string): number {
  const { maxLength } = particle;
  const limit = typeof maxLength === "object" ? maxLength[edition] : maxLength;
  return limit ?? ofType ?? Infinity;
}

function isInRange({ minValue = -Infinity, maxValue = Infinity }: ElementParticle, value: string): boolean {
  const number = Number(value);
  return Number.isNaN(number) || (number >= minValue && number <= maxValue);
}
