import type { QBXMLElement } from "../../qbxml/reader.js";

/** An element with text, or with children. */
export function element(name: string, content: string | readonly QBXMLElement[]): QBXMLElement {
  return typeof content === "string"
    ? { name, attributes: {}, children: [], text: content }
    : { name, attributes: {}, children: content, text: "" };
}

/** The texts of all children with this name. */
export function textsOf(parent: QBXMLElement, name: string): string[] {
  return parent.children.filter((child) => child.name === name).map(({ text }) => text);
}

export function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}

/** Elements by name; in qbXML those of one name always stand together. */
export type Fields = ReadonlyMap<string, readonly QBXMLElement[]>;

export function byName(elements: readonly QBXMLElement[]): Map<string, QBXMLElement[]> {
  const fields = new Map<string, QBXMLElement[]>();
  for (const one of elements) {
    const same = fields.get(one.name);
    if (same === undefined) fields.set(one.name, [one]);
    else same.push(one);
  }
  return fields;
}

export function textOf(fields: Fields, name: string): string | undefined {
  return fields.get(name)?.[0]?.text;
}

/** The ListID that a reference holds, in a path of names such as `SalesOrPurchase`, `AccountRef`. */
export function referenceIn(fields: Fields, ...path: string[]): string | undefined {
  const [first = "", ...rest] = path;
  let current = fields.get(first)?.[0];
  for (const name of [...rest, "ListID"]) current = current?.children.find((child) => child.name === name);
  return current?.text;
}
