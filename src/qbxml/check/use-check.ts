import { textAt, type QBXMLElement } from "../reader.js";
import { oneOf, shown } from "./finding.js";
import { report, type Run, type Verdict } from "./mistake.js";
import { nearestName } from "./nearest-name.js";
import type { Place } from "./place.js";
import { planOf, type StructurePlan } from "./structure-plan.js";

const GREATEST_REQUEST_ID = 50;

/** What the schema does not say of a request: the length of its id, and how an iterator is used. */
export function checkUse(place: Place, plan: StructurePlan, run: Run): void {
  const { element, path } = place;
  const id = element.attributes["requestID"];
  if (id !== undefined && id.length > GREATEST_REQUEST_ID)
    report(run, "use", element, path, longAttribute("requestID", id, GREATEST_REQUEST_ID), {
      attribute: "requestID",
    });
  if (plan.attributes.has("iterator")) checkIterator(place, plan, run);
}

export function longAttribute(name: string, value: string, limit: number): Verdict {
  return {
    rule: "maxLength",
    message: `${name} has ${value.length} characters; it takes ${limit}`,
    given: shown(name, value),
    allowed: `at most ${limit} characters`,
  };
}

/** Elements that look objects up by what names them; QuickBooks iterates only over what a filter finds. */
const LOOK_UPS = ["ListID", "TxnID", "FullName", "RefNumber", "RefNumberCaseSensitive"];

function checkIterator(place: Place, plan: StructurePlan, run: Run): void {
  const { element, path } = place;
  const { iterator, iteratorID } = element.attributes;
  const tell = (message: string, repair: string, attribute: string): void =>
    report(run, "use", element, path, { rule: "iterator", message, repair }, { attribute });
  if (iterator === undefined) {
    if (iteratorID !== undefined)
      tell("iteratorID has no meaning without iterator", 'add iterator="Continue"', "iteratorID");
    return;
  }
  if (iterator === "Start" && iteratorID !== undefined)
    tell(
      'iterator="Start" makes a new iterator and takes no iteratorID',
      "leave iteratorID out",
      "iteratorID",
    );
  if ((iterator === "Continue" || iterator === "Stop") && !iteratorID)
    tell(`iterator="${iterator}" needs the iteratorID of the last answer`, "add iteratorID", "iterator");
  const lookUp = LOOK_UPS.find((name) => textAt(element, name) !== undefined);
  if (lookUp !== undefined)
    return tell(`an iterator does not go with ${lookUp}`, `leave out iterator or ${lookUp}`, "iterator");
  const counted = plan.elements.has("MaxReturned") && textAt(element, "MaxReturned") === undefined;
  if (counted && (iterator === "Start" || iterator === "Continue"))
    tell(
      `iterator="${iterator}" needs MaxReturned, the number of objects in each answer`,
      "add MaxReturned",
      "iterator",
    );
}

/** An element that the request wants in its answer. */
export function checkReturned(place: Place, index: number, child: QBXMLElement, run: Run): void {
  const { element } = place;
  const known = returnedElements(element.name);
  if (child.text === "" || known.size === 0 || known.has(child.text)) return;
  report(run, "use", child, place.pathOf(index), notReturned(element, child.text, known));
}

function notReturned(
  { name }: QBXMLElement,
  asked: string,
  known: ReadonlySet<string>,
): Verdict & { severity: "warning" } {
  const near = nearestName(asked, known);
  const given = shown("", asked);
  return {
    rule: "includeRetElement",
    severity: "warning",
    message: `the answer to ${name} has no element ${given} directly in its object`,
    given,
    expected: [...known].slice(0, 8),
    repair: near === undefined ? `leave it out; there are ${oneOf([...known])}` : `write ${near}`,
  };
}

const returned = new Map<string, ReadonlySet<string>>();

/** The elements of the objects that answer a request. */
function returnedElements(request: string): ReadonlySet<string> {
  const known = returned.get(request);
  if (known !== undefined) return known;
  const names = new Set<string>();
  returned.set(request, names);
  for (const { name, structure } of planOf(request.replace(/Rq$/, "Rs")).list) {
    if (structure === undefined || name === "ErrorRecovery") continue;
    for (const element of planOf(structure).elements.keys()) names.add(element);
  }
  return names;
}
