import { QBError } from "../../errors.js";

export type QueryValue = string | number | bigint | boolean | Date | readonly QueryValue[];

/**
 * A query with values that come from elsewhere, each quoted and escaped:
 * queryText`select * from Customer where DisplayName = ${name} and Id in ${ids}`.
 */
export function queryText(text: TemplateStringsArray, ...values: readonly QueryValue[]): string {
  return text.raw.reduce((query, part, index) => query + literal(values[index - 1] as QueryValue) + part);
}

function literal(value: QueryValue): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return `'${value.toISOString()}'`;
  if (Array.isArray(value) && value.length > 0)
    return `(${value.map((item) => literal(item as QueryValue)).join(", ")})`;
  if (typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value)) return String(value);
  if (typeof value === "string") return `'${value.replace(/[\\']/g, "\\$&")}'`;
  const message =
    "a value of a query is a text, a finite number, a boolean, a valid date, or a list of these";
  throw new QBError("QB_INVALID_ARGUMENT", message);
}

/** What paging needs to know of a query. */
export interface QueryPlan {
  /** Without STARTPOSITION and MAXRESULTS. */
  readonly base: string;
  readonly start: number;
  /** Infinity when the query has no MAXRESULTS. */
  readonly most: number;
  readonly counts: boolean;
  readonly isOrdered: boolean;
  readonly entity: string;
}

const LITERAL = /'(?:\\[^]|[^'\\])*'/g;

export function planQuery(text: string): QueryPlan {
  // Clauses are looked for outside of literals, which are covered up.
  const bare = text.replace(LITERAL, (literal) => "\0".repeat(literal.length));
  const entity = /^\s*select\s[^]*?\sfrom\s+([a-z]\w*)/i.exec(bare)?.[1];
  if (entity === undefined || bare.includes("'"))
    throw new QBError("QB_INVALID_ARGUMENT", "a query begins with select ... from, and closes its quotes");
  const end = clausesAt(bare);
  const clauses = bare.slice(end);
  return {
    base: text.slice(0, end).trimEnd(),
    start: numberAfter("startposition", clauses) ?? 1,
    most: numberAfter("maxresults", clauses) ?? Infinity,
    counts: /^\s*select\s+count\s*\(\s*\*\s*\)/i.test(bare),
    isOrdered: /\border\s*by\b/i.test(bare),
    entity,
  };
}

/** Where STARTPOSITION and MAXRESULTS begin, which end a query. */
function clausesAt(bare: string): number {
  return /(?:\s+(?:startposition|maxresults)\s+\d+)*\s*;?\s*$/i.exec(bare)?.index ?? bare.length;
}

function numberAfter(word: string, clauses: string): number | undefined {
  const digits = new RegExp(`\\b${word}\\s+(\\d+)`, "i").exec(clauses)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
