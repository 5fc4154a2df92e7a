import type { QBXMLElement } from "../../qbxml/reader.js";
import type { ElementParticle, Particle } from "../../qbxml/schema/facts.js";
import { contentOf, findParticle } from "../../qbxml/schema/particles.js";
import type { Company } from "./company.js";
import { formatAmount, formatQuantity, formatRate, parseAmount } from "./decimal.js";
import { byName, element, isTrue, type Fields } from "./elements.js";
import { isReference, kindOfReference, resolveReference } from "./references.js";
import { notImitated } from "./request-failure.js";

/** What fields belong to: structures of the request and of what is returned, and names for messages. */
export interface FieldContext {
  readonly company: Company;
  readonly kind: string;
  readonly inObject: string;
  readonly requestType: string;
  readonly retType: string;
}

/**
 * The fields of an object after a request: what is named changes, an empty element clears, the rest stays.
 * That an address keeps the lines that a Mod does not name is a guess.
 */
export function applyFields(
  current: Fields,
  changes: readonly QBXMLElement[],
  context: FieldContext,
): Fields {
  const { requestType, retType } = context;
  return apply(current, changes, contentOf(requestType), contentOf(retType), context);
}

function apply(
  current: Fields,
  changes: readonly QBXMLElement[],
  asked: readonly Particle[],
  returned: readonly Particle[],
  context: FieldContext,
): Fields {
  const result = new Map(current);
  for (const [name, occurrences] of byName(changes)) {
    const particle = findParticle(asked, name);
    const kept = findParticle(returned, name);
    if (particle === undefined || kept === undefined) throw notImitated(`${name} in the ${context.inObject}`);
    const before = particle.max === undefined ? current.get(name)?.[0] : undefined;
    const values = occurrences.flatMap((change) => valueOf(change, before, particle, kept, context));
    if (values.length > 0) result.set(name, values);
    else result.delete(name);
  }
  return result;
}

/** The element to keep, or nothing. */
function valueOf(
  change: QBXMLElement,
  before: QBXMLElement | undefined,
  particle: ElementParticle,
  kept: ElementParticle,
  context: FieldContext,
): QBXMLElement[] {
  const { name } = change;
  if (particle.ref === undefined)
    return change.text === "" ? [] : [element(name, canonical(change.text, particle))];
  if (isReference(particle)) return referenceTo(change, context);
  if (change.children.length === 0) return [];
  const current = byName(before?.children ?? []);
  const fields = apply(current, change.children, contentOf(particle.ref), contentOf(kept.ref ?? ""), context);
  return fields.size === 0 ? [] : [element(name, [...fields.values()].flat())];
}

/** References are kept by ListID alone, so that a new name shows everywhere. */
function referenceTo(reference: QBXMLElement, { company, kind, inObject }: FieldContext): QBXMLElement[] {
  const target = resolveReference(company, reference, kindOfReference(reference.name, kind), inObject);
  return target === undefined ? [] : [element(reference.name, [element("ListID", target.id)])];
}

/** The form in which QuickBooks gives a value back. */
function canonical(text: string, { type }: ElementParticle): string {
  if (type === "BOOLTYPE") return String(isTrue(text));
  if (type === "AMTTYPE") return formatAmount(parseAmount(text));
  if (type === "PRICETYPE") return formatRate(text);
  if (type === "QUANTYPE" || type === "PERCENTTYPE") return formatQuantity(text);
  return text;
}
