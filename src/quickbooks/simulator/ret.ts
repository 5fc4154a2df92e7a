import { child, type QBXMLElement } from "../../qbxml/reader.js";
import type { ElementParticle } from "../../qbxml/schema/facts.js";
import { contentOf, elementsOf, type SchemaScope } from "../../qbxml/schema/particles.js";
import type { Company } from "./company.js";
import { element, textsOf, type Fields } from "./elements.js";
import { isReference, kindOfReference, listOf } from "./references.js";

export interface RetContext {
  readonly company: Company;
  readonly scope: SchemaScope;
}

/**
 * The returned object: its fields in schema order, without what the declared version does not know, references with their
 * full names, and nothing empty.
 * @param only The elements that `IncludeRetElement` asks for; none means all.
 */
export function buildRet(
  type: string,
  kind: string,
  fields: Fields,
  context: RetContext,
  only: readonly string[] = [],
): QBXMLElement {
  const children = order(type, fields, kind, context);
  return element(type, only.length === 0 ? children : children.filter(({ name }) => only.includes(name)));
}

/** The elements that a request wants back. */
export function includedElements(request: QBXMLElement): string[] {
  return textsOf(request, "IncludeRetElement");
}

function order(type: string, fields: Fields, kind: string, context: RetContext): QBXMLElement[] {
  return particlesOf(type, context.scope).flatMap((particle) =>
    (fields.get(particle.name) ?? []).flatMap((value) => written(value, particle, kind, context)),
  );
}

const orders = new Map<string, readonly ElementParticle[]>();

function particlesOf(type: string, scope: SchemaScope): readonly ElementParticle[] {
  const key = `${type} ${scope.edition} ${scope.version}`;
  let particles = orders.get(key);
  if (particles === undefined) orders.set(key, (particles = elementsOf(contentOf(type), scope)));
  return particles;
}

function written(
  value: QBXMLElement,
  particle: ElementParticle,
  kind: string,
  context: RetContext,
): QBXMLElement[] {
  if (particle.ref === undefined) return value.text === "" ? [] : [value];
  if (isReference(particle)) return withFullName(value, kind, context);
  const fields = new Map(
    value.children.map(({ name }) => [name, value.children.filter((part) => part.name === name)]),
  );
  const children = order(particle.ref, fields, kind, context);
  return children.length === 0 ? [] : [element(value.name, children)];
}

function withFullName(reference: QBXMLElement, kind: string, { company }: RetContext): QBXMLElement[] {
  const id = child(reference, "ListID")?.text ?? "";
  const list = listOf(company, kindOfReference(reference.name, kind));
  const target = list?.byID(id);
  if (list === undefined || target === undefined) return [];
  return [element(reference.name, [element("ListID", id), element("FullName", list.fullNameOf(target))])];
}
