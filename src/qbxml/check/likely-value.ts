import type { ScalarRule } from "./scalar-rule.js";

/** What was probably meant by a value of another form: a suggestion, not sure enough to be made without asking. */
export function likelyValue({ kind, pattern }: ScalarRule, value: string): string | undefined {
  const found = LIKELY[kind]?.(value.trim());
  return found !== undefined && pattern?.test(found) !== false ? found : undefined;
}

const LIKELY: Readonly<Record<string, (value: string) => string | undefined>> = {
  boolean: (value) => BOOLEANS.get(value.toLowerCase()),
  decimal: plainNumber,
  date: isoDate,
  datetime: plainDateTime,
};

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

/** `2024-01-31T10:00:00+00:00` of `2024-01-31T10:00:00.123Z`, as programs write date-times by themselves. */
function plainDateTime(value: string): string | undefined {
  const [, date, time, zone = ""] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i.exec(value) ?? [];
  if (date === undefined || time === undefined) return isoDate(value);
  const offset = /^z$/i.test(zone) ? "+00:00" : zone.replace(/(\d\d)(\d\d)$/, "$1:$2");
  return `${date}T${time}${offset}`;
}
