import type { Random } from "./random.js";

/** The same value as another program might have made it: keys in any order, and keys without a value. */
export function shuffled(value: unknown, random: Random): unknown {
  return remade(value, random, (items) => items);
}

/** As `shuffled`; and single values where a list of one would do. */
export function loosened(value: unknown, random: Random): unknown {
  return remade(value, random, (items) => (items.length === 1 && random.below(2) === 0 ? items[0] : items));
}

function remade(value: unknown, random: Random, list: (items: unknown[]) => unknown): unknown {
  if (Array.isArray(value)) return list(value.map((item) => remade(item, random, list)));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] =>
    key === "$order" ? [key, inner] : [key, remade(inner, random, list)],
  );
  const takesMore = !("TxnDate" in value) && !("useMacro" in value);
  if (takesMore && random.below(3) === 0) entries.push(["TxnDate", undefined]);
  return Object.fromEntries(random.shuffled(entries));
}
