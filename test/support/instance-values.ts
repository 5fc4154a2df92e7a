import { facts, lengthLimit, valuesOf, type ElementFact, type Scope } from "./qbxml-facts.js";
import type { Random } from "./random.js";

/** Text as people write it: all that XML escapes, and letters of code page 1252. */
const TEXTS = [
  "Acme & Sons",
  "Blåbærhagen 7, Sør",
  'The "Old" Mill',
  "<none>",
  "O'Neil, 5 > 4",
  "Zürich – Straße 12",
  "€ 25 à payer",
  "Señora Ñandú",
  "plain",
];

const LONG = 'Dvořák\'s & Co. – <façade> "no. 7" '.replace("ř", "r");

/** Values of each scalar type that its pattern, and the calendar, allow. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  IDTYPE: ["80000001-1767225600", "1A2B-1767225600", "400-9"],
  GUIDTYPE: ["0", "{5D2C1B0A-1234-4ABC-8DEF-0123456789AB}"],
  BOOLTYPE: ["true", "false"],
  INTTYPE: ["7", "1", "12"],
  AMTTYPE: ["97.50", "-12.05", "0.00", "100.00", "1234567890123.45"],
  PRICETYPE: ["19.99", "0.12345", "100", "-5.5"],
  QUANTYPE: ["3", "2.5", "0.33333", "-1"],
  PERCENTTYPE: ["8.25", "100.00", "0"],
  FLOATTYPE: ["1.25", "0.0000125", ".5", "2"],
  DATETYPE: ["2026-02-28", "2024-02-29", "1999-12-31"],
  DATETIMETYPE: [
    "2026-03-01T12:30:45-08:00",
    "2026-03-01T12:30:45",
    "2026-03-01",
    "2026-11-02T00:00:00+01:00",
  ],
  TIMEINTERVALTYPE: ["PT1H30M", "PT0H15M0S", "PT45M"],
  UUIDTYPE: ["42", "{0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0}"],
  MACROTYPE: ["TxnID:Made1", "TxnID:Made2"],
};

/** One value that the element may have. */
export function plainValue(fact: ElementFact, scope: Scope, random: Random): string {
  if (fact.enum !== undefined) return random.of(valuesOf(fact.enum, scope.version));
  const limit = lengthLimit(fact, scope.edition);
  const candidates = VALUES[fact.type ?? ""]?.filter((value) => inRange(fact, value));
  const value = random.of(candidates ?? TEXTS);
  return cut(value, limit);
}

/** The longest or the greatest value that the element may have. */
export function greatestValue(fact: ElementFact, scope: Scope, random: Random): string {
  const limit = lengthLimit(fact, scope.edition);
  if (fact.maxValue !== undefined) return String(fact.maxValue);
  if (fact.type === "STRTYPE" && limit < Infinity) {
    return cut(LONG.repeat(Math.ceil(limit / LONG.length)), limit);
  }
  if (fact.type === "IDTYPE") return "8".repeat(limit);
  return GREATEST[fact.type ?? ""] ?? plainValue(fact, scope, random);
}

const GREATEST: Readonly<Record<string, string>> = {
  AMTTYPE: "-9999999999999.99",
  PRICETYPE: "-9999999999.99999",
  QUANTYPE: "+9999999999.99999",
  PERCENTTYPE: "9999999999.99999",
  INTTYPE: "2147483647",
};

/** Text that is `limit` characters long neither begins nor ends with a blank. */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text.trim() : text.slice(0, limit).replace(/^ | $/g, "x");
}

function inRange({ minValue = -Infinity, maxValue = Infinity }: ElementFact, value: string): boolean {
  return Number.isNaN(Number(value)) || (Number(value) >= minValue && Number(value) <= maxValue);
}

/** The attributes of a message as QuickBooks and its callers use them. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  requestID: "42 & more",
  iterator: "Continue",
  iteratorID: "{0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0}",
  statusCode: "0",
  statusSeverity: "Info",
  statusMessage: "Status OK",
  retCount: "2",
  iteratorRemainingCount: "17",
};

/** The attributes of a structure: those that it must have, or all. */
export function attributesOf(
  keys: readonly string[],
  withOptional: boolean,
  random: Random,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const key of keys) {
    const fact = facts.attributes[key];
    if (fact === undefined || (!withOptional && fact.required !== true)) continue;
    const values = fact.enum === undefined ? (VALUES[fact.type] ?? TEXTS) : (facts.enums[fact.enum] ?? []);
    result[fact.name] = ATTRIBUTES[fact.name] ?? random.of(values);
  }
  return result;
}
