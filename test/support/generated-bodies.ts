import { readFileSync } from "node:fs";

/** A particle of the facts table, read here without the product's help. */
export interface Fact {
  readonly name?: string;
  readonly type?: string;
  readonly ref?: string;
  readonly min?: number;
  readonly max?: number | "unbounded";
  readonly enum?: string;
  readonly macro?: boolean;
  readonly notIn?: readonly string[];
  readonly choice?: readonly (readonly Fact[])[];
}

interface Message {
  readonly set: string;
  readonly notIn?: readonly string[];
  readonly attributes?: readonly string[];
  readonly content: readonly Fact[];
}

interface Structure {
  readonly sameAs?: string;
  readonly attributes?: readonly string[];
  readonly content: readonly Fact[];
}

export const FACTS = JSON.parse(readFileSync("src/qbxml/schema/qbxml-16.0.json", "utf8")) as {
  readonly messages: Readonly<Record<string, Message>>;
  readonly types: Readonly<Record<string, Structure>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly scalars: Readonly<Record<string, { readonly kind: string }>>;
  readonly attributes: Readonly<
    Record<string, { name: string; type: string; required?: boolean; enum?: string }>
  >;
};

export const REQUEST_NAMES: readonly string[] = Object.keys(FACTS.messages)
  .filter((name) => name.endsWith("Rq"))
  .map((name) => name.slice(0, -2));

/** An element in its place, as the document has to have it. */
export interface Expected {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Expected[];
  readonly text: string;
}

/** An object with its keys in any order, and the elements that it stands for, in theirs. */
export interface Generated {
  readonly fields: Record<string, unknown>;
  readonly attributes: Record<string, string>;
  readonly children: Expected[];
}

/** How much of what is optional is there: nothing, everything, or as chance has it. */
export type Amount = "minimal" | "maximal" | "random";

const TEXTS = [
  "",
  "plain",
  "Smith & Sons",
  "a < b",
  "a > b",
  "quote \" and '",
  "Åse Ærø",
  "日本 😀",
  " spaces ",
  "two\nlines",
  "a\tb\rc",
];
const DECIMALS = ["0.00", "-12.50", "1234567.89"];
const TEXT_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  AMTTYPE: DECIMALS,
  PRICETYPE: DECIMALS,
  QUANTYPE: DECIMALS,
  PERCENTTYPE: DECIMALS,
  FLOATTYPE: DECIMALS,
  DATETYPE: ["2026-02-28"],
  DATETIMETYPE: ["2026-02-28T12:30:00", "2026-02-28T12:30:00-08:00"],
  TIMEINTERVALTYPE: ["PT1H30M0S"],
  GUIDTYPE: ["0", "{01234567-89ab-cdef-0123-456789abcdef}"],
  IDTYPE: ["80000001-1234567890"],
};

/** Makes objects of qbXML structures, with what the document must then hold, from nothing but the facts. */
export class BodyGenerator {
  readonly #edition: string;
  readonly #amount: Amount;
  #state: number;

  constructor(seed: number, amount: Amount, edition = "QBD") {
    this.#state = seed;
    this.#amount = amount;
    this.#edition = edition;
  }

  content(content: readonly Fact[], attributes: readonly string[] = []): Generated {
    const made: Generated = { fields: {}, attributes: {}, children: [] };
    for (const key of attributes) this.#attribute(key, made);
    for (const fact of content) this.#particle(fact, made);
    return { ...made, fields: this.#shuffled(made.fields) };
  }

  chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  exists(fact: { readonly notIn?: readonly string[] }): boolean {
    return fact.notIn?.includes(this.#edition) !== true;
  }

  #particle(fact: Fact, made: Generated): void {
    if (!this.exists(fact) || (fact.min === 0 && !this.#takes())) return;
    if (fact.choice === undefined) this.#element(fact, made);
    else if (fact.max === undefined) {
      const alternatives = fact.choice.filter((facts) => facts.some((inner) => this.exists(inner)));
      if (alternatives.length > 0) for (const inner of this.#oneOf(alternatives)) this.#particle(inner, made);
    } else this.#alternating(fact.choice, made);
  }

  #element(fact: Fact, made: Generated): void {
    const name = fact.name as string;
    const times = fact.max === undefined ? 1 : this.#times();
    const values = Array.from({ length: times }, () => this.#one(fact, made));
    made.fields[name] = fact.max !== undefined && (times > 1 || this.chance() < 0.5) ? values : values[0];
  }

  /** Several elements of a repeated choice, in the order in which chance draws them. */
  #alternating(choice: readonly (readonly Fact[])[], made: Generated): void {
    const alternatives = choice.map(([only]) => only as Fact).filter((fact) => this.exists(fact));
    const drawn = Array.from({ length: this.#times() + 1 }, () => this.#oneOf(alternatives));
    const lists = new Map<string, unknown[]>();
    for (const fact of drawn) {
      const name = fact.name as string;
      lists.set(name, [...(lists.get(name) ?? []), this.#one(fact, made)]);
    }
    for (const [name, list] of lists) made.fields[name] = list;
    if (lists.size > 1) made.fields["$order"] = drawn.map((fact) => fact.name);
  }

  /** One element; gives its value as an object has it. */
  #one(fact: Fact, made: Generated): unknown {
    const name = fact.name as string;
    if (fact.ref !== undefined) {
      const type = FACTS.types[fact.ref] as Structure;
      const { content, attributes } =
        type.sameAs === undefined ? type : (FACTS.types[type.sameAs] as Structure);
      const inner = this.content(content, attributes);
      made.children.push({ name, attributes: inner.attributes, children: inner.children, text: "" });
      return inner.fields;
    }
    if (fact.macro === true && this.chance() < 0.3) {
      made.children.push({ name, attributes: { useMacro: "TxnID:a" }, children: [], text: "" });
      return { useMacro: "TxnID:a" };
    }
    const value = this.#scalar(fact.type as string, fact.enum);
    made.children.push({ name, attributes: {}, children: [], text: String(value) });
    return value;
  }

  #scalar(type: string, values: string | undefined): string | number | boolean {
    if (values !== undefined) return this.#oneOf(FACTS.enums[values] as readonly string[]);
    const kind = FACTS.scalars[type]?.kind;
    if (kind === "boolean") return this.chance() < 0.5;
    if (kind === "integer") return Math.floor(this.chance() * 1000);
    return this.#oneOf(TEXT_BY_TYPE[type] ?? TEXTS);
  }

  #attribute(key: string, made: Generated): void {
    const { name, type, required, enum: values } = FACTS.attributes[key] as (typeof FACTS.attributes)[string];
    if (required !== true && !this.#takes()) return;
    made.fields[name] = this.#scalar(type, values);
    made.attributes[name] = String(made.fields[name]);
  }

  #takes(): boolean {
    return this.#amount === "maximal" || (this.#amount === "random" && this.chance() < 0.3);
  }

  #times(): number {
    return this.#amount === "minimal" ? 1 : 1 + Math.floor(this.chance() * 2.5);
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.chance() * items.length)] as Item;
  }

  #shuffled(fields: Record<string, unknown>): Record<string, unknown> {
    const entries = Object.entries(fields).map((entry) => [this.chance(), entry] as const);
    return Object.fromEntries(entries.sort(([one], [other]) => one - other).map(([, entry]) => entry));
  }
}
