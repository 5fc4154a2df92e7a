import type { Tree } from "./element-tree.js";
import {
  elementNamed,
  elementsOf,
  facts,
  messageOf,
  structureOf,
  type Content,
  type ElementFact,
  type Structure,
} from "./qbxml-facts.js";
import { attributeType, isMixed, repeats } from "./sites.js";

export type Fields = Record<string, unknown>;

export interface RequestObject extends Fields {
  readonly name: string;
  readonly body: Fields;
}

/** The object of a request: its name, its body, and the attributes beside it. */
export function requestObjectOf(tree: Tree): RequestObject {
  const name = tree.name.slice(0, -2);
  const message = messageOf(tree.name);
  const all = fieldsOf(tree, message);
  const own = Object.fromEntries(Object.keys(tree.attributes).map((key) => [key, all[key]]));
  const body = Object.fromEntries(Object.entries(all).filter(([key]) => !(key in own)));
  if (!isOnlyStructure(name, message)) return { name, body, ...own };
  const { IncludeRetElement, [name]: fields } = body;
  const beside = IncludeRetElement === undefined ? {} : { IncludeRetElement };
  return { name, body: fields as Fields, ...own, ...beside };
}

/** Whether a request is nothing but one required structure with its own name. */
function isOnlyStructure(name: string, { content }: Structure): boolean {
  const rest = content.filter((fact) => fact.choice !== undefined || fact.name !== "IncludeRetElement");
  const [only] = rest;
  return (
    rest.length === 1 &&
    only?.choice === undefined &&
    only?.name === name &&
    only.ref !== undefined &&
    only.min !== 0
  );
}

/** A response: the name of its request, its status, and what a caller gets for it. */
export function responseObjectOf(tree: Tree): Fields {
  const fields = fieldsOf(tree, messageOf(tree.name));
  const own = ["ErrorRecovery", ...Object.keys(tree.attributes)].filter((key) => key in fields);
  const answer = answerObjectOf(tree);
  return {
    name: tree.name.slice(0, -2),
    ...Object.fromEntries(own.map((key) => [key, fields[key]])),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** What a caller gets for a response: the object that it returns, the list of them, or the fields of the response. */
export function answerObjectOf(tree: Tree): unknown {
  const message = messageOf(tree.name);
  const content = answerContent(tree.name);
  const [only] = content;
  if (only === undefined) return undefined;
  const { ErrorRecovery: _, ...fields } = fieldsOf({ ...tree, attributes: {} }, message);
  if (content.length > 1) return Object.keys(fields).length === 0 ? undefined : fields;
  if (only.choice !== undefined) {
    const records = tree.children.filter(({ name }) => name !== "ErrorRecovery");
    const kinds = records.map((child) => ({ ...childFields(child, message), $element: child.name }));
    return only.max === undefined ? kinds[0] : kinds;
  }
  return fields[only.name] ?? (only.max === undefined ? undefined : []);
}

/** Whether the answer to a request is a list. */
export function isListAnswer(request: string): boolean {
  const content = answerContent(`${request}Rs`);
  return content.length === 1 && content[0]?.max !== undefined;
}

function answerContent(message: string): Content {
  return messageOf(message).content.filter((fact) => fact.name !== "ErrorRecovery");
}

function childFields(child: Tree, message: Structure): Fields {
  const fact = elementNamed(message.content, child.name) as ElementFact;
  return fieldsOf(child, structureOf(fact.ref ?? ""));
}

/** The fields of one element, named as in qbXML. */
export function fieldsOf(tree: Tree, structure: Structure): Fields {
  const result: Fields = {};
  for (const [name, value] of Object.entries(tree.attributes)) {
    const isNumber = attributeType(structure.attributes ?? [], name) === "INTTYPE";
    result[name] = isNumber ? Number(value) : value;
  }
  for (const place of elementsOf(structure.content)) {
    const values = tree.children
      .filter(({ name }) => name === place.fact.name)
      .map((child) => valueOf(child, place.fact));
    if (values.length > 0) result[place.fact.name] = repeats(place) ? values : values[0];
  }
  const order = orderOf(tree, structure);
  return order === undefined ? result : { ...result, $order: order };
}

function valueOf(child: Tree, fact: ElementFact): unknown {
  if (fact.ref !== undefined) return fieldsOf(child, structureOf(fact.ref));
  const { useMacro } = child.attributes;
  if (useMacro !== undefined) return { useMacro };
  const kind = facts.scalars[fact.type ?? ""]?.kind;
  if (kind === "integer") return Number(child.text);
  return kind === "boolean" ? child.text === "true" : child.text;
}

/** The names of a repeated choice in document order, unless that is the order of the facts. */
function orderOf(tree: Tree, { content }: Structure): string[] | undefined {
  const mixed = [...elementsOf(content)]
    .filter(({ choices }) => isMixed(choices))
    .map(({ fact }) => fact.name);
  const names = tree.children.map(({ name }) => name).filter((name) => mixed.includes(name));
  const sorted = names.toSorted((one, other) => mixed.indexOf(one) - mixed.indexOf(other));
  return names.every((name, at) => name === sorted[at]) ? undefined : names;
}
