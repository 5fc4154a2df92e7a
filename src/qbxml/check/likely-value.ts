import type { ScalarRule } from "../check/scalar-rule.js";

/** What was probably meant by a value of another form: a suggestion, not sure enough to be made without asking. */
export function likelyValue({ type, kind, pattern }: ScalarRule, value: string): string | undefined {
  const trimmed = value.trim();
  const likely = type === "BOOLTYPE" ? BOOLEANS.get(trimmed.toLowerCase()) : undefined;
  const found =
    likely ??
    (kind === "decimal" ? plainNumber(trimmed) : type === "DATETYPE" ? isoDate(trimmed) : undefined);
  return found !== undefined && pattern?.test(found) !== false ? found : undefined;
}

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ["yes", "true"],
  ["y", "true"],
  ["no", "false"],
  ["n", "false"],
]);

/** `1200.00` of `$1,200.00`. */
function plainNumber(value: string): string | undefined {
  const [, sign, digits] = /^([+-]?)\$?(\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)%?$/.exec(value) ?? [];
  return digits === undefined ? undefined : `${sign}${digits.replaceAll(",", "")}`;
}

/** `2024-01-31` of `01/31/2024`, where it is certain which number is the month, and of `2024-01-31T00:00:00`. */
function isoDate(value: string): string | undefined {
  const [, date] = /^(\d{4}-\d\d-\d\d)[T ]/.exec(value) ?? [];
  if (date !== undefined) return date;
  const [, first = "", second = "", year] = /^(\d\d?)[/.](\d\d?)[/.](\d{4})$/.exec(value) ?? [];
  if (year === undefined || Number(first) > 12 === Number(second) > 12) return undefined;
  const [month, day] = Number(first) > 12 ? [second, first] : [first, second];
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}
