import type { QBXMLElement } from "../../qbxml/reader.js";
import { checkValues, scalarsOf, type ValueFinding } from "../../qbxml/schema/value-check.js";
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
  const finding = checkValues(request, "QBD");
  if (finding !== undefined) throw failureOf(finding);
  for (const { particle, element } of scalarsOf(request)) {
    const { name, text } = element;
    if (particle.type === "AMTTYPE" && /^[+-]?\d+$/.test(text)) throw notConverted("AMTTYPE", text, name);
    if (particle.type === "IDTYPE" && text !== "" && !OBJECT_ID.test(text)) throw invalidObjectId(text, name);
  }
}

function failureOf({ rule, type, field, value }: ValueFinding): RequestFailure {
  if (type === "IDTYPE") return invalidObjectId(value, field);
  if (rule === "enum")
    return new RequestFailure(3110, `The enumerated value "${value}" in the field "${field}" is unknown.`);
  if (rule === "maxLength")
    return new RequestFailure(3070, `The string "${value}" in the field "${field}" is too long.`);
  return notConverted(type, value, field);
}

function notConverted(type: string, value: string, field: string): RequestFailure {
  const [code, what] = BY_TYPE[type] ?? [3080, "string"];
  return new RequestFailure(
    code,
    `There was an error when converting the ${what} value "${value}" in the field "${field}".`,
  );
}
