import type { Random } from "./random.js";

/**
 * The same value as a program might have made it: keys in any order, keys without a value, and single values where a list
 * of one would do.
 */
export function shuffled(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffled(item, random));
    return items.length === 1 && random.below(2) === 0 ? items[0] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] =>
    key === "$order" ? [key, inner] : [key, shuffled(inner, random)],
  );
  const takesMore = !("TxnDate" in value) && !("useMacro" in value);
  if (takesMore && random.below(3) === 0) entries.push(["TxnDate", undefined]);
  return Object.fromEntries(random.shuffled(entries));
}
