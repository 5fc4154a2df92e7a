import { readFileSync } from "node:fs";

/** The facts table as it stands in its file, read without the product. */
export interface Quantity {
  readonly min?: 0 | 1;
  readonly max?: number | "unbounded";
  readonly since?: number;
  readonly notIn?: readonly string[];
}

export interface ElementFact extends Quantity {
  readonly choice?: never;
  readonly name: string;
  readonly type?: string;
  readonly ref?: string;
  readonly maxLength?: number | Readonly<Record<string, number>>;
  readonly maxLengthQBOE?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly enum?: string;
  readonly macro?: boolean;
}

export interface ChoiceFact extends Quantity {
  readonly name?: never;
  readonly choice: readonly Content[];
}

export type Content = readonly (ElementFact | ChoiceFact)[];

export interface Structure {
  readonly content: Content;
  readonly attributes?: readonly string[];
}

export interface Message extends Structure, Quantity {
  readonly set: string;
  readonly operation: string;
}

interface Facts {
  readonly editions: readonly Edition[];
  readonly scalars: Record<string, { kind: string; pattern?: string; maxLength?: number }>;
  readonly attributes: Record<string, { name: string; type: string; required?: boolean; enum?: string }>;
  readonly enums: Record<string, readonly string[]>;
  readonly valueSince: Record<string, Record<string, number>>;
  readonly messageSets: Record<string, { attributes?: readonly string[] }>;
  readonly messages: Record<string, Message>;
  readonly types: Record<string, Structure & { readonly sameAs?: string }>;
}

export type Edition = "QBD" | "QBCA" | "QBUK" | "QBAU" | "QBOE";

/** The language as one QuickBooks understands it. */
export interface Scope {
  readonly version: number;
  readonly edition: Edition;
}

const file = new URL("../../src/qbxml/schema/qbxml-16.0.json", import.meta.url);

export const facts = JSON.parse(readFileSync(file, "utf8")) as Facts;

/** Every version that a message set may declare. */
export const VERSIONS = [1, 1.1, 2, 2.1, 3, 4, 4.1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

export const messageNames: readonly string[] = Object.keys(facts.messages);

export const isRequest = (message: string): boolean => message.endsWith("Rq");

export function messageOf(name: string): Message {
  const message = facts.messages[name];
  if (message === undefined) throw new Error(`the facts have no message ${name}`);
  return message;
}

export function structureOf(ref: string): Structure {
  const type = facts.types[ref];
  const target = type?.sameAs === undefined ? type : facts.types[type.sameAs];
  if (target === undefined) throw new Error(`the facts have no type ${ref}`);
  return target;
}

export function isIn(fact: Quantity, { version, edition }: Scope): boolean {
  return (fact.since ?? 0) <= version && fact.notIn?.includes(edition) !== true;
}

/** The alternatives of a choice that have anything left in the scope. */
export function alternativesIn(choice: ChoiceFact, scope: Scope): readonly Content[] {
  return choice.choice.filter((alternative) => alternative.some((fact) => isLeft(fact, scope)));
}

function isLeft(fact: ElementFact | ChoiceFact, scope: Scope): boolean {
  if (!isIn(fact, scope)) return false;
  return fact.choice === undefined || alternativesIn(fact, scope).length > 0;
}

/** Every element of a content list, those of choices included, with the choices that it stands in. */
export function* elementsOf(
  content: Content,
  choices: readonly ChoiceFact[] = [],
): Generator<{ readonly fact: ElementFact; readonly choices: readonly ChoiceFact[] }> {
  for (const fact of content) {
    if (fact.choice === undefined) yield { fact, choices };
    else for (const alternative of fact.choice) yield* elementsOf(alternative, [...choices, fact]);
  }
}

export function elementNamed(content: Content, name: string): ElementFact | undefined {
  for (const { fact } of elementsOf(content)) if (fact.name === name) return fact;
  return undefined;
}

/** The greatest number of characters that an element takes. */
export function lengthLimit(fact: ElementFact, edition: Edition): number {
  const ofType = facts.scalars[fact.type ?? ""]?.maxLength ?? Infinity;
  const { maxLength = Infinity, maxLengthQBOE = Infinity } = fact;
  if (edition === "QBOE") return Math.min(ofType, maxLengthQBOE);
  return Math.min(ofType, typeof maxLength === "number" ? maxLength : (maxLength[edition] ?? Infinity));
}

/** The values of an enum that exist in a version. */
export function valuesOf(name: string, version: number): readonly string[] {
  const since = facts.valueSince[name] ?? {};
  return (facts.enums[name] ?? []).filter((value) => (since[value] ?? 0) <= version);
}
