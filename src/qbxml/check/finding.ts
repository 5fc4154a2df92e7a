import { isConfidential } from "../schema/confidential.js";

export type Severity = "error" | "warning";

/** Every rule of the checker and of lint, with what it says. `docs/reference/lint.md` is the same table. */
export const FINDING_RULES = Object.freeze({
  malformed: "The document is not well-formed XML, or uses more of XML than qbXML does.",
  prolog:
    "The XML declaration or the qbxml instruction is missing, twice there, misplaced, or names no known version.",
  envelope: "There is not exactly one QBXML element with one message set in it.",
  characters: "QuickBooks cannot store the character, or takes it only as a reference.",
  unknownRequest: "qbXML has no request, or no response, of this name.",
  wrongMessageSet: "The request belongs in the other message set.",
  unknownElement: "An element of this name does not belong here, in any version.",
  tooNew: "The request, element or value came with a later version than the one declared.",
  notInCountry: "The QuickBooks of this country does not have the request or element.",
  wrongOrder: "The element is right, but stands in the wrong place.",
  missingElement: "A required element is missing.",
  tooMany: "The element stands there more often than it may.",
  mixedChoice: "Two elements stand there of which only one may.",
  content: "Text stands where elements belong, or elements where text belongs.",
  unknownAttribute: "The element does not have this attribute.",
  missingAttribute: "A required attribute is missing.",
  attributeValue: "The attribute does not take this value.",
  form: "The text does not have the form of its type: amount, date, boolean, GUID ...",
  type: "The value of a field is of another kind than the field.",
  enum: "The value is not one of those that the element takes.",
  maxLength: "The text is too long.",
  range: "The number is too small or too great.",
  order: "`$order` does not fit the fields beside it.",
  iterator: "The attributes of the iterator do not fit each other or the request.",
  macro: "A macro is used before it is defined, defined twice, or stands beside text.",
  includeRetElement: "IncludeRetElement names an element that the answer does not have.",
});

export type FindingRule = keyof typeof FINDING_RULES;

/** One mistake. */
export interface Finding {
  readonly rule: FindingRule;
  readonly severity: Severity;
  /** Names of elements, repeated ones with their number, for example `QBXMLMsgsRq/CustomerAddRq[2]/CustomerAdd/Phone`. */
  readonly path: string;
  readonly message: string;
  /** At most 60 characters; `(hidden)` for card numbers, tax ids and the like. */
  readonly given?: string;
  readonly allowed?: string | readonly string[];
  /** What may stand in this place. */
  readonly expected?: readonly string[];
  /** The version that introduced it, for example `14.0`. */
  readonly since?: string;
  /** A suggestion, in words. */
  readonly repair?: string;
}

/** A mistake in a document. */
export interface LintFinding extends Finding {
  readonly line: number;
  readonly column: number;
}

export type Edition = "QBD" | "QBCA" | "QBUK" | "QBAU" | "QBOE";

/** The language as one QuickBooks understands it. */
export interface CheckScope {
  readonly version: number;
  readonly edition: Edition;
}

const MAX_GIVEN = 60;

/** What a finding may show of an element's text. */
export function shown(element: string, text: string): string {
  if (isConfidential(element)) return "(hidden)";
  const characters = [...text.slice(0, 2 * MAX_GIVEN + 2)];
  return characters.length <= MAX_GIVEN ? text : `${characters.slice(0, MAX_GIVEN - 3).join("")}...`;
}

/** `14.0` of 14. */
export function formatVersion(version: number): string {
  return version.toFixed(1);
}

/** Most names that a sentence lists. */
const MAX_LISTED = 8;

/** "A, B or C", cut when there are many. */
export function oneOf(names: readonly string[]): string {
  if (names.length > MAX_LISTED) return `${names.slice(0, MAX_LISTED).join(", ")} ...`;
  return names.length < 2
    ? (names[0] ?? "nothing")
    : `${names.slice(0, -1).join(", ")} or ${names.at(-1) as string}`;
}
