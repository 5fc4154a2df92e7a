import { readFileSync } from "node:fs";

/** One element, or one choice, in the order in which XML must have them. */
export type Particle = ElementParticle | ChoiceParticle;

export interface ElementParticle {
  readonly name: string;
  /** Scalar type, when the element holds text. */
  readonly type?: string;
  /** Structure, when the element holds elements. */
  readonly ref?: string;
  readonly min?: 0 | 1;
  readonly max?: number | "unbounded";
  readonly maxLength?: number | Readonly<Record<string, number>>;
  readonly maxLengthQBOE?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly enum?: string;
  readonly default?: string;
  readonly macro?: boolean;
  readonly since?: number;
  readonly notIn?: readonly string[];
}

export interface ChoiceParticle {
  readonly choice: readonly (readonly Particle[])[];
  readonly min?: 0 | 1;
  readonly max?: number | "unbounded";
  readonly since?: number;
  readonly notIn?: readonly string[];
}

export interface MessageFact {
  readonly set: string;
  readonly entity: string;
  readonly operation: string;
  readonly since?: number;
  readonly notIn?: readonly string[];
  readonly attributes?: readonly string[];
  readonly content: readonly Particle[];
  readonly writes?: boolean;
}

export interface MessageSetFact {
  readonly kind: "request" | "response" | "event";
  readonly attributes?: readonly string[];
  /** Only of events; the others hold their messages. */
  readonly content?: readonly Particle[];
}

export interface TypeFact {
  readonly content?: readonly Particle[];
  readonly attributes?: readonly string[];
  readonly sameAs?: string;
}

export interface SchemaFacts {
  readonly version: string;
  readonly scalars: Readonly<
    Record<string, { readonly kind: string; readonly pattern?: string; readonly maxLength?: number }>
  >;
  readonly attributes: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly type: string;
        readonly required?: boolean;
        readonly enum?: string;
        readonly default?: string;
      }
    >
  >;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Enum, value, and the version that brought the value. */
  readonly valueSince: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly messageSets: Readonly<Record<string, MessageSetFact>>;
  readonly messages: Readonly<Record<string, MessageFact>>;
  readonly types: Readonly<Record<string, TypeFact>>;
}

let facts: SchemaFacts | undefined;

/** The facts of qbXML 16.0; 600 KB, read on first use. */
export function schemaFacts(): SchemaFacts {
  facts ??= JSON.parse(readFileSync(new URL("./qbxml-16.0.json", import.meta.url), "utf8")) as SchemaFacts;
  return facts;
}
