/** An element with its content: either children or text. */
export interface Tree {
  name: string;
  attributes: Record<string, string>;
  children: Tree[];
  text: string;
}

export interface WrittenTree {
  readonly text: string;
  /** The line, from 1, on which each element begins, and that on which it ends. */
  readonly lines: ReadonlyMap<Tree, { readonly first: number; readonly last: number }>;
}

export function leaf(name: string, text: string, attributes: Record<string, string> = {}): Tree {
  return { name, attributes, children: [], text };
}

export function branch(name: string, children: Tree[], attributes: Record<string, string> = {}): Tree {
  return { name, attributes, children, text: "" };
}

export function copyOf(tree: Tree): Tree {
  return { ...tree, attributes: { ...tree.attributes }, children: tree.children.map(copyOf) };
}

/** Every element of a tree with its parents, the root first. */
export function* nodesOf(
  tree: Tree,
  parents: readonly Tree[] = [],
): Generator<{ readonly node: Tree; readonly parents: readonly Tree[] }> {
  yield { node: tree, parents };
  for (const child of tree.children) yield* nodesOf(child, [...parents, tree]);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\n": "&#10;",
};

/** Above ASCII as decimal references, as QuickBooks takes it from everybody. */
const escaped = (text: string): string =>
  text.replace(
    /[&<>"'\n\u0080-\uffff]/g,
    (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`,
  );

/** The document with one element on each line. */
export function writeTree(root: Tree, version?: number): WrittenTree {
  const out = ['<?xml version="1.0" encoding="utf-8"?>'];
  if (version !== undefined) out.push(`<?qbxml version="${version.toFixed(1)}"?>`);
  const lines = new Map<Tree, { first: number; last: number }>();
  writeElement(root, out, lines);
  return { text: `${out.join("\n")}\n`, lines };
}

function writeElement(tree: Tree, out: string[], lines: Map<Tree, { first: number; last: number }>): void {
  const attributes = Object.entries(tree.attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const tag = `<${tree.name}${attributes.join("")}`;
  const first = out.length + 1;
  if (tree.children.length === 0) {
    out.push(tree.text === "" ? `${tag}/>` : `${tag}>${escaped(tree.text)}</${tree.name}>`);
  } else {
    out.push(`${tag}>${escaped(tree.text)}`);
    for (const child of tree.children) writeElement(child, out, lines);
    out.push(`</${tree.name}>`);
  }
  lines.set(tree, { first, last: out.length });
}
