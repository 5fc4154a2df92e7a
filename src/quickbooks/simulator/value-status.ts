import type { QBXMLElement } from "../../qbxml/reader.js";
import { mistakesInRequest } from "../../qbxml/check/check.js";
import type { Mistake } from "../../qbxml/check/mistake.js";
import { planOf, type StructurePlan } from "../../qbxml/check/structure-plan.js";
import { invalidObjectId, RequestFailure } from "./request-failure.js";

/** Codes 3010 to 3040 are documented or seen, the others are guesses; so are the sentences. */
const BY_TYPE: Readonly<Record<string, readonly [code: number, what: string]>> = {
  BOOLTYPE: [3010, "boolean"],
  DATETYPE: [3020, "date"],
  DATETIMETYPE: [3020, "date"],
  TIMEINTERVALTYPE: [3035, "time interval"],
  AMTTYPE: [3040, "amount"],
  PRICETYPE: [3045, "price"],
  PERCENTTYPE: [3050, "percent"],
  QUANTYPE: [3060, "quantity"],
  GUIDTYPE: [3065, "GUID"],
  INTTYPE: [3085, "number"],
  FLOATTYPE: [3085, "number"],
};
const OBJECT_ID = /^[0-9A-F]{1,8}-\d{1,10}$/i;

/**
 * Refuses the values that QuickBooks answers with a status of the request.
 *
 * That a value never fails the whole set is a guess: the codes exist, and so does a bad enum among the reasons for 0x80040400.
 */
export function refuseBadValues(request: QBXMLElement): void {
  const mistake = mistakesInRequest(request, { version: 16, edition: "QBD" }).find(
    ({ kind }) => kind === "value",
  );
  if (mistake !== undefined) throw failureOf(mistake);
  for (const { type, element } of scalarsIn(request, planOf(request.name))) {
    const { name, text } = element;
    if (type === "AMTTYPE" && /^[+-]?\d+$/.test(text)) throw notConverted("AMTTYPE", text, name);
    if (type === "IDTYPE" && text !== "" && !OBJECT_ID.test(text)) throw invalidObjectId(text, name);
  }
}

function* scalarsIn(
  parent: QBXMLElement,
  plan: StructurePlan,
): Generator<{ readonly type: string | undefined; readonly element: QBXMLElement }> {
  for (const element of parent.children) {
    const rule = plan.elements.get(element.name);
    if (rule?.structure === undefined) yield { type: rule?.scalar?.type, element };
    else yield* scalarsIn(element, planOf(rule.structure));
  }
}

function failureOf({ finding, scalar, element }: Mistake): RequestFailure {
  const { name, text } = element;
  const type = scalar?.type ?? "";
  if (type === "IDTYPE") return invalidObjectId(text, name);
  if (finding.rule === "enum")
    return new RequestFailure(3110, `The enumerated value "${text}" in the field "${name}" is unknown.`);
  if (finding.rule === "maxLength")
    return new RequestFailure(3070, `The string "${text}" in the field "${name}" is too long.`);
  return notConverted(type, text, name);
}

function notConverted(type: string, value: string, field: string): RequestFailure {
  const [code, what] = BY_TYPE[type] ?? [3080, "string"];
  return new RequestFailure(
    code,
    `There was an error when converting the ${what} value "${value}" in the field "${field}".`,
  );
}
