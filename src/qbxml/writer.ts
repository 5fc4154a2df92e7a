import { CodePage } from "./code-page.js";
import type { QBXMLElement } from "./reader.js";

export type WritableElement = Pick<QBXMLElement, "name"> & Partial<QBXMLElement>;

/**
 * Writes one element, each on its own line without indentation, as QuickBooks does.
 * Characters above ASCII become decimal references; empty elements close themselves.
 */
export function writeElement(element: WritableElement): string {
  const { name, attributes = {}, children = [], text = "" } = element;
  let tag = `<${name}`;
  for (const key of Object.keys(attributes))
    tag += ` ${key}="${page.attribute(attributes[key] ?? "", keep)}"`;
  if (children.length > 0) return `${tag}>\n${children.map(writeElement).join("\n")}\n</${name}>`;
  return text === "" ? `${tag}/>` : `${tag}>${page.text(text, keep)}</${name}>`;
}

/** Writes a document with its XML declaration; with `version` also the qbxml instruction that requests need. */
export function writeDocument(root: WritableElement, version?: string): string {
  const instruction = version === undefined ? "" : `<?qbxml version="${version}"?>\n`;
  return `<?xml version="1.0" ?>\n${instruction}${writeElement(root)}\n`;
}

/** The gate knows what QuickBooks can store; here every character has a reference. */
const page = CodePage.of(65001);
const keep = (): string => "\uFFFD";
