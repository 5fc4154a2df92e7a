import { markdownTable } from "./markdown.mjs";

/** What the patterns of the facts mean, with values that fit them. A test holds both together. */
export const VALUE_FORMS = {
  STRTYPE: ["text; most elements limit its length", ["Acme & Sons"]],
  IDTYPE: ["text that only QuickBooks makes and only it understands", ["80000001-1602295767"]],
  GUIDTYPE: ["`0`, or a GUID in braces", ["0", "{6B5D2A0E-3C41-4B7F-9A52-0D1E8C7F4A33}"]],
  ENUMTYPE: ["one word of a list", ["Contains"]],
  BOOLTYPE: ["`true` or `false`; `1` and `0` are read as well", ["true"]],
  INTTYPE: ["a whole number; many elements limit its range", ["-12"]],
  AMTTYPE: ["at most 13 digits, and two decimals or none", ["97.50", "-97"]],
  PRICETYPE: ["at most 10 digits before the point and 5 behind it", ["0.12345"]],
  QUANTYPE: ["at most 10 digits before the point and 5 behind it", ["2.5"]],
  PERCENTTYPE: ["at most 10 digits before the point and 5 behind it; `7.5` is 7.5 percent", ["7.5"]],
  FLOATTYPE: ["digits and a point; no exponent", ["1.25", ".5"]],
  DATETYPE: ["year, month, day, with all their digits", ["2026-02-28"]],
  DATETIMETYPE: [
    "a date; hour, minute, second and offset may be left out from behind; never `Z`",
    ["2026-02-28T17:05:00-08:00", "2026-02-28T17:05"],
  ],
  TIMEINTERVALTYPE: ["hours, minutes, seconds", ["PT1H30M", "PT45M0S"]],
  UUIDTYPE: ["text", ["1"]],
  MACROTYPE: ["text", ["MACRO1"]],
};

const HEADER = ["type", "elements", "in an object", "form", "for example"];
const IN_OBJECTS = { boolean: "boolean", integer: "number", enum: "one of its words" };

/** A row for each value type, those first that most elements have. */
export function valueTypes(facts) {
  const uses = countUses(facts);
  const rows = Object.entries(facts.scalars).map(([type, { kind, maxLength }]) => {
    const [form, examples] = VALUE_FORMS[type];
    const limited = maxLength === undefined ? form : `${form}; at most ${maxLength} characters`;
    const inObject = IN_OBJECTS[kind] ?? (kind === "decimal" ? "decimal string" : "string");
    return [
      `\`${type}\``,
      uses.get(type) ?? 0,
      inObject,
      limited,
      examples.map((text) => `\`${text}\``).join(", "),
    ];
  });
  return markdownTable(
    HEADER,
    rows.sort((a, b) => b[1] - a[1]).map(([type, count, ...rest]) => [type, count || "attributes", ...rest]),
  );
}

function countUses({ messages, types }) {
  const uses = new Map();
  const count = (particle) => {
    if (particle.choice !== undefined) particle.choice.flat().forEach(count);
    else if (particle.type !== undefined) uses.set(particle.type, (uses.get(particle.type) ?? 0) + 1);
  };
  for (const { content = [] } of [...Object.values(messages), ...Object.values(types)])
    content.forEach(count);
  return uses;
}
