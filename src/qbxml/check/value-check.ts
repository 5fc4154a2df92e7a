import { formatVersion, oneOf, shown, type Finding } from "./finding.js";
import type { Run, Verdict } from "./mistake.js";
import { likelyValue } from "./likely-value.js";
import { nearestName } from "./nearest-name.js";
import { greatestLength, type ScalarRule } from "./scalar-rule.js";
import { sameValue } from "./same-value.js";

/** The form of each type, in words. */
const FORMS: Readonly<Record<string, string>> = {
  BOOLTYPE: "true or false (or 1 or 0)",
  INTTYPE: "a whole number",
  AMTTYPE: "an amount: at most 13 digits, then nothing or a point and exactly two decimals, as 97.50",
  PRICETYPE: "a price: at most 10 digits, then nothing or a point and one to five decimals, as 12.345",
  QUANTYPE: "a quantity: at most 10 digits, then nothing or a point and one to five decimals, as 2.5",
  PERCENTTYPE: "a percentage: at most 10 digits, then nothing or a point and one to five decimals, as 8.25",
  FLOATTYPE: "a number, as 1.5",
  DATETYPE: "a date of the form YYYY-MM-DD",
  DATETIMETYPE:
    "a date of the form YYYY-MM-DD, with or without THH:MM:SS, and after that an offset as -08:00; Z is not understood",
  TIMEINTERVALTYPE: "a duration in hours, minutes and seconds, as PT1H30M",
  GUIDTYPE: "0, or a GUID in braces: {8 hex digits-4-4-4-12}",
};

/** What is wrong with the text of an element; its own mistake decides, the first in the order form, value, length, range. */
export function valueVerdict(
  rule: ScalarRule,
  value: string,
  run: Run,
): (Verdict & Pick<Finding, "severity">) | undefined {
  if (rule.pattern !== undefined && !rule.pattern.test(value)) return badForm(rule, value);
  if (rule.values !== undefined) return valueNotListed(rule, rule.values, value, run);
  if (value === "") return undefined;
  if ((rule.kind === "date" || rule.kind === "datetime") && !isOnCalendar(value))
    return notOnCalendar(rule, value);
  const limit = greatestLength(rule, run.scope);
  if (value.length > limit) return tooLong(rule, value, limit);
  if (!isInRange(rule, value)) return outOfRange(rule, value);
  return run.response ? undefined : wholeAmount(rule, value);
}

function badForm(rule: ScalarRule, value: string): Verdict & Pick<Finding, "severity"> {
  const form = FORMS[rule.type] ?? `text that fits ${String(rule.pattern?.source)}`;
  const message =
    value === ""
      ? `${rule.element} is empty; it takes ${form}`
      : `"${shown(rule.element, value)}" is not ${form}`;
  return { rule: "form", severity: "error", message, ...facts(rule, value, form) };
}

function notOnCalendar(rule: ScalarRule, value: string): Verdict & Pick<Finding, "severity"> {
  const allowed = FORMS[rule.type] ?? "a date";
  const what = rule.kind === "date" ? "a day of the calendar" : "a time of the calendar";
  const message = `"${shown(rule.element, value)}" is not ${what}`;
  return { rule: "form", severity: "error", message, given: shown(rule.element, value), allowed };
}

/** The schema allows them, QuickBooks has been seen to refuse them with status 3040. */
function wholeAmount(rule: ScalarRule, value: string): (Verdict & Pick<Finding, "severity">) | undefined {
  if (rule.type !== "AMTTYPE" || value.includes(".")) return undefined;
  const message = `${rule.element} has no decimals; QuickBooks may refuse amounts without two of them`;
  return { rule: "form", severity: "warning", message, ...facts(rule, value, FORMS["AMTTYPE"] as string) };
}

function valueNotListed(
  rule: ScalarRule,
  values: ReadonlySet<string>,
  value: string,
  run: Run,
): (Verdict & Pick<Finding, "severity">) | undefined {
  if (values.has(value)) return tooNewValue(rule, value, run);
  const near = sameValue(rule, value) ?? nearestName(value, values);
  const given = shown(rule.element, value);
  return {
    rule: "enum",
    severity: valueSeverity(run),
    message:
      value === ""
        ? `${rule.element} is empty; it takes ${oneOf([...values])}`
        : `"${given}" is not a value of ${rule.element}: ${oneOf([...values])}`,
    given,
    allowed: [...values],
    ...(near === undefined ? {} : { repair: `write ${near}` }),
  };
}

function tooNewValue(
  { element, valueSince }: ScalarRule,
  value: string,
  run: Run,
): (Verdict & Pick<Finding, "severity">) | undefined {
  const since = valueSince?.[value] ?? 0;
  const { version } = run.scope;
  if (since <= version) return undefined;
  const message = `the value ${value} of ${element} came with qbXML ${formatVersion(since)}; the set declares ${formatVersion(version)}`;
  const repair = `declare version ${formatVersion(since)} if your QuickBooks has it`;
  const severity = valueSeverity(run);
  return { rule: "tooNew", severity, message, given: value, since: formatVersion(since), repair };
}

/** Real QuickBooks answers with values that no list has. */
function valueSeverity({ response }: Run): Finding["severity"] {
  return response ? "warning" : "error";
}

function tooLong(rule: ScalarRule, value: string, limit: number): Verdict & Pick<Finding, "severity"> {
  return {
    rule: "maxLength",
    severity: "error",
    message: `${rule.element} has ${value.length} characters; it takes ${limit}`,
    given: shown(rule.element, value),
    allowed: `at most ${limit} characters`,
    repair: `shorten it by ${value.length - limit}`,
  };
}

function outOfRange(rule: ScalarRule, value: string): Verdict & Pick<Finding, "severity"> {
  const { minValue, maxValue, element } = rule;
  const least = minValue === -Infinity ? "" : `at least ${minValue}`;
  const most = maxValue === Infinity ? "" : `at most ${maxValue}`;
  const allowed = [least, most].filter((part) => part !== "").join(" and ");
  const message = `${element} must be ${allowed}`;
  return { rule: "range", severity: "error", message, given: shown(element, value), allowed };
}

function facts(rule: ScalarRule, value: string, allowed: string): Partial<Verdict> {
  const same = sameValue(rule, value) ?? likelyValue(rule, value);
  return {
    given: shown(rule.element, value),
    allowed,
    ...(same === undefined ? {} : { repair: `write ${shown(rule.element, same)}` }),
  };
}

export function isOnCalendar(value: string): boolean {
  const [day = "", time] = value.split("T");
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const found = new Date(Date.UTC(2000, month - 1, date));
  found.setUTCFullYear(year, month - 1, date);
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === date && isOnClock(time);
}

function isOnClock(time: string | undefined): boolean {
  const [hour = 0, minute = 0, second = 0] = (time?.split(/[+-]/)[0] ?? "").split(":").map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function isInRange({ minValue, maxValue }: ScalarRule, value: string): boolean {
  if (minValue === -Infinity && maxValue === Infinity) return true;
  const number = Number(value);
  return Number.isNaN(number) || (number >= minValue && number <= maxValue);
}
