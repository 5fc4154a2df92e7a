import type { QBXMLElement } from "../reader.js";
import { schemaFacts, type ChoiceParticle, type ElementParticle, type Particle } from "./facts.js";
import {
  contentOf,
  exists,
  findParticle,
  isTooNew,
  stepsTo,
  structureOf,
  type SchemaScope,
} from "./particles.js";

export type OrderRule =
  | "unknownRequest"
  | "unknownElement"
  | "tooNew"
  | "wrongOrder"
  | "missingElement"
  | "tooMany"
  | "mixedChoice"
  | "content"
  | "unknownAttribute"
  | "attributeValue";

export interface OrderFinding {
  /** Element names from the request down, for example `CustomerAddRq/CustomerAdd/Phone`. */
  readonly path: string;
  readonly rule: OrderRule;
  readonly message: string;
}

/** Where one content list has been read up to. */
interface Cursor {
  readonly path: string;
  readonly children: readonly QBXMLElement[];
  readonly content: readonly Particle[];
  readonly scope: SchemaScope;
  /** Names of the particles that lie behind the cursor. */
  readonly passed: Set<string>;
  index: number;
}

/**
 * The first way in which a request does not have the structure of its declared version: elements, their order and number,
 * and attributes. The values of elements are checked by `checkValues`.
 */
export function checkOrder(request: QBXMLElement, scope: SchemaScope): OrderFinding | undefined {
  const message = request.name.endsWith("Rq") ? schemaFacts().messages[request.name] : undefined;
  if (message === undefined)
    return finding(request.name, "unknownRequest", `${request.name} is not a request of qbXML`);
  if (!exists(message, scope)) return doesNotExist(request.name, message, scope);
  return (
    checkAttributes(request, request.name, message.attributes) ??
    checkContent(request, request.name, message.content, scope)
  );
}

function checkContent(
  element: QBXMLElement,
  path: string,
  content: readonly Particle[],
  scope: SchemaScope,
): OrderFinding | undefined {
  if (element.text !== "") return finding(path, "content", `${element.name} holds elements, not text`);
  const cursor: Cursor = { path, children: element.children, content, scope, passed: new Set(), index: 0 };
  return (
    checkNames(cursor) ??
    matchList(content, cursor) ??
    (cursor.index < cursor.children.length ? misplaced(cursor) : undefined) ??
    checkChildren(cursor)
  );
}

function checkNames({ children, content, scope, path }: Cursor): OrderFinding | undefined {
  for (const { name } of children) {
    const steps = stepsTo(content, name);
    const place = `${path}/${name}`;
    if (steps.length === 0)
      return finding(place, "unknownElement", `${name} is not an element of ${last(path)}`);
    const absent = steps.find((step) => !exists(step, scope));
    if (absent !== undefined) return doesNotExist(place, absent, scope);
  }
  return undefined;
}

function matchList(particles: readonly Particle[], cursor: Cursor): OrderFinding | undefined {
  for (const particle of particles) {
    if (!exists(particle, cursor.scope)) continue;
    const found = "choice" in particle ? matchChoice(particle, cursor) : matchElement(particle, cursor);
    if (found !== undefined) return found;
  }
  return undefined;
}

function matchElement(particle: ElementParticle, cursor: Cursor): OrderFinding | undefined {
  const limit = timesOf(particle);
  let times = 0;
  while (cursor.children[cursor.index]?.name === particle.name && times < limit) {
    cursor.index++;
    times++;
  }
  if (times === 0 && particle.min !== 0) return missing([particle.name], cursor);
  cursor.passed.add(particle.name);
  return undefined;
}

function matchChoice(particle: ChoiceParticle, cursor: Cursor): OrderFinding | undefined {
  const limit = timesOf(particle);
  let times = 0;
  for (; times < limit; times++) {
    const next = cursor.children[cursor.index]?.name;
    const alternative =
      next === undefined ? undefined : particle.choice.find((part) => stepsTo(part, next).length > 0);
    const before = cursor.index;
    const found = alternative && matchList(alternative, cursor);
    if (found !== undefined) return found;
    if (cursor.index === before) break;
  }
  if (times === 0 && particle.min !== 0 && !canBeEmpty(particle, cursor.scope)) {
    return missing(namesIn(particle, cursor.scope), cursor);
  }
  for (const name of namesIn(particle)) cursor.passed.add(name);
  return undefined;
}

/** True when an alternative has nothing but optional elements, and when the edition has none of the alternatives. */
function canBeEmpty(particle: ChoiceParticle, scope: SchemaScope): boolean {
  if (namesIn(particle, scope).length === 0) return true;
  return particle.choice.some((alternative) => {
    const left = alternative.filter((part) => exists(part, scope));
    return left.length > 0 && left.every((part) => part.min === 0);
  });
}

function namesIn(particle: Particle, scope?: SchemaScope): string[] {
  if (scope !== undefined && !exists(particle, scope)) return [];
  return "choice" in particle
    ? particle.choice.flat().flatMap((part) => namesIn(part, scope))
    : [particle.name];
}

/** A required element is not at the cursor: it is missing, or what stands there is in the wrong place. */
function missing(names: readonly string[], cursor: Cursor): OrderFinding {
  const next = cursor.children[cursor.index];
  const later = cursor.children.slice(cursor.index).some(({ name }) => names.includes(name));
  if (next !== undefined && (later || cursor.passed.has(next.name))) return misplaced(cursor);
  const wanted = names.length === 1 ? `needs the element ${names[0]}` : `needs one of ${names.join(", ")}`;
  return finding(cursor.path, "missingElement", `${last(cursor.path)} ${wanted}`);
}

/** The element at the cursor is known, but may not stand there. */
function misplaced(cursor: Cursor): OrderFinding {
  const { name } = cursor.children[cursor.index] as QBXMLElement;
  const before = cursor.children.slice(0, cursor.index).map((element) => element.name);
  const path = `${cursor.path}/${name}`;
  if (before.includes(name) && before.at(-1) === name)
    return finding(path, "tooMany", `too many elements ${name}`);
  const rival = rivalOf(name, before, cursor.content);
  if (rival !== undefined)
    return finding(path, "mixedChoice", `${name} cannot stand beside ${rival}; choose one of them`);
  const neighbour = before.at(-1);
  const where = neighbour === undefined ? "cannot stand first" : `cannot stand after ${neighbour}`;
  return finding(path, "wrongOrder", `${name} ${where} in ${last(cursor.path)}`);
}

/** An element before it that belongs to another alternative of the same choice. */
function rivalOf(name: string, before: readonly string[], content: readonly Particle[]): string | undefined {
  for (const step of stepsTo(content, name)) {
    if (!("choice" in step) || step.max !== undefined) continue;
    const others = step.choice.filter((alternative) => stepsTo(alternative, name).length === 0);
    const rival = before.find((other) =>
      others.some((alternative) => stepsTo(alternative, other).length > 0),
    );
    if (rival !== undefined) return rival;
  }
  return undefined;
}

function checkChildren({ children, content, scope, path }: Cursor): OrderFinding | undefined {
  const paths = pathsOf(children, path);
  for (const [index, element] of children.entries()) {
    const found = checkChild(element, paths[index] ?? path, findParticle(content, element.name), scope);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkChild(
  element: QBXMLElement,
  path: string,
  particle: ElementParticle | undefined,
  scope: SchemaScope,
): OrderFinding | undefined {
  const type = particle?.ref;
  if (type !== undefined) {
    return (
      checkAttributes(element, path, structureOf(type).attributes) ??
      checkContent(element, path, contentOf(type), scope)
    );
  }
  if (element.children.length > 0)
    return finding(path, "content", `${element.name} holds text, not elements`);
  const attribute = Object.keys(element.attributes).find(
    (key) => key !== "useMacro" || particle?.macro !== true,
  );
  return attribute === undefined ? undefined : unknownAttribute(path, attribute);
}

function checkAttributes(
  element: QBXMLElement,
  path: string,
  keys: readonly string[] = [],
): OrderFinding | undefined {
  const { attributes, enums } = schemaFacts();
  for (const [name, value] of Object.entries(element.attributes)) {
    const fact = keys.map((key) => attributes[key]).find((candidate) => candidate?.name === name);
    if (fact === undefined) return unknownAttribute(path, name);
    const values = fact.enum === undefined ? undefined : enums[fact.enum];
    if (values !== undefined && !values.includes(value)) {
      return finding(path, "attributeValue", `${name}="${value}" is not one of ${values.join(", ")}`);
    }
  }
  return undefined;
}

function unknownAttribute(path: string, name: string): OrderFinding {
  return finding(path, "unknownAttribute", `${last(path)} has no attribute ${name}`);
}

function doesNotExist(path: string, fact: { readonly since?: number }, scope: SchemaScope): OrderFinding {
  if (!isTooNew(fact, scope))
    return finding(path, "unknownElement", `${last(path)} does not exist in this edition`);
  const since = (fact.since ?? 0).toFixed(1);
  return finding(
    path,
    "tooNew",
    `${last(path)} came with qbXML ${since}; the message set declares ${scope.version.toFixed(1)}`,
  );
}

function timesOf(particle: Particle): number {
  return particle.max === "unbounded" ? Infinity : (particle.max ?? 1);
}

/** The paths of all children; repeated elements are told apart by their number, as in `InvoiceLineAdd[2]`. */
export function pathsOf(children: readonly QBXMLElement[], parentPath: string): string[] {
  const totals = new Map<string, number>();
  for (const { name } of children) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return children.map(({ name }) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${parentPath}/${name}${totals.get(name) === 1 ? "" : `[${number}]`}`;
  });
}

function last(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function finding(path: string, rule: OrderRule, message: string): OrderFinding {
  return Object.freeze({ path, rule, message });
}
