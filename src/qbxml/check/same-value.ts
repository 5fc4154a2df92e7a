import type { ScalarRule } from "./scalar-rule.js";

/**
 * The same value in the form that QuickBooks takes, or undefined when there is none that is certain: without white space around it,
 * with the right case of letters, with two decimals in an amount.
 */
export function sameValue(rule: ScalarRule, value: string): string | undefined {
  if (rule.pattern === undefined && rule.values === undefined) return undefined;
  const trimmed = value.trim();
  if (trimmed === "") return undefined;
  return [trimmed, inRightCase(rule, trimmed), withTwoDecimals(rule, trimmed)].find(
    (candidate) => candidate !== undefined && candidate !== value && fits(rule, candidate),
  );
}

function fits({ pattern, values }: ScalarRule, value: string): boolean {
  return pattern?.test(value) !== false && values?.has(value) !== false;
}

function inRightCase({ kind, values }: ScalarRule, value: string): string | undefined {
  const wanted = value.toLowerCase();
  if (kind === "boolean") return wanted;
  const found = [...(values ?? [])].filter((candidate) => candidate.toLowerCase() === wanted);
  return found.length === 1 ? found[0] : undefined;
}

/** `97` and `97.5` are `97.00` and `97.50`, and `97.5000` is, too; other places would be money. */
function withTwoDecimals({ type }: ScalarRule, value: string): string | undefined {
  const [, whole, decimals = ""] = /^([+-]?\d+)(?:\.(\d{1,20}))?$/.exec(value) ?? [];
  if (type !== "AMTTYPE" || whole === undefined) return undefined;
  return /^0*$/.test(decimals.slice(2)) ? `${whole}.${decimals.slice(0, 2).padEnd(2, "0")}` : undefined;
}
