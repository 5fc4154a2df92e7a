import type { QBXMLElement } from "../reader.js";
import { checkAttributes } from "./attribute-check.js";
import { schemaFacts } from "../schema/facts.js";
import type { CheckScope, Finding } from "./finding.js";
import { report, type Mistake, type Run, type Verdict } from "./mistake.js";
import { Place } from "./place.js";
import { checkStructure } from "./structure-check.js";
import { notAvailable } from "./structure-diagnosis.js";
import { isAvailable, planOf, planOfMessage, type StructurePlan } from "./structure-plan.js";
import { unknownMessage } from "./unknown-message.js";
import { checkUse, longAttribute } from "./use-check.js";

const GREATEST_SET_ID = 23;
const MOST_GUESSES = 100;
const SET_IDS = ["newMessageSetID", "oldMessageSetID"];

/** Every finding about one request, in the order of the document. */
export function checkRequest(request: QBXMLElement, scope: CheckScope): Finding[] {
  return mistakesInRequest(request, scope).map(({ finding }) => finding);
}

/** Every finding about a message set of requests or of responses, in the order of the document. */
export function checkMessageSet(set: QBXMLElement, scope: CheckScope): Finding[] {
  return mistakesInMessageSet(set, scope).map(({ finding }) => finding);
}

/** As `checkRequest`, with the elements that the findings are about. */
export function mistakesInRequest(request: QBXMLElement, scope: CheckScope): Mistake[] {
  const run = startRun(false, scope);
  checkMessage(request, run);
  return run.mistakes;
}

/** As `checkMessageSet`, with the elements that the findings are about. */
export function mistakesInMessageSet(set: QBXMLElement, scope: CheckScope): Mistake[] {
  const kind = schemaFacts().messageSets[set.name]?.kind;
  const run = startRun(kind !== "request", scope, new Set());
  const plan = planOf(set.name);
  const place = new Place(set, plan);
  if (kind === "event") checkStructure(place, plan, run);
  else checkSet(place, plan, run);
  return run.mistakes;
}

function startRun(response: boolean, scope: CheckScope, macros?: Set<string>): Run {
  return { scope, response, macros, mistakes: [], guesses: MOST_GUESSES };
}

function checkSet(place: Place, plan: StructurePlan, run: Run): void {
  const { element } = place;
  checkAttributes(place, plan, run);
  checkSetAttributes(place, run);
  if (/[^ \t\r\n]/.test(element.text))
    report(run, "structure", element, place.path, {
      rule: "content",
      message: `text stands between the ${run.response ? "responses" : "requests"} of ${element.name}`,
    });
  for (const [index, message] of element.children.entries()) checkMessage(message, run, place, index);
}

function checkSetAttributes({ element, path }: Place, run: Run): void {
  for (const name of SET_IDS) {
    const value = element.attributes[name];
    if (value !== undefined && value.length > GREATEST_SET_ID)
      report(run, "use", element, path, longAttribute(name, value, GREATEST_SET_ID), { attribute: name });
  }
  if (element.attributes["onError"] !== "rollbackOnError") return;
  const message = 'QuickBooks refuses onError="rollbackOnError" (0x80040413)';
  const allowed = ["stopOnError", "continueOnError"];
  report(run, "use", element, path, { rule: "attributeValue", message, allowed }, { attribute: "onError" });
}

function checkMessage(message: QBXMLElement, run: Run, set?: Place, index = 0): void {
  const plan = message.name.endsWith(run.response ? "Rs" : "Rq") ? planOfMessage(message.name) : undefined;
  const path = (): string => set?.pathOf(index) ?? message.name;
  if (plan === undefined)
    return report(
      run,
      "structure",
      message,
      path(),
      unknownMessage(message.name, run.response, run.guesses-- > 0),
    );
  const fact = schemaFacts().messages[message.name];
  const since = { since: fact?.since ?? 0, notIn: fact?.notIn };
  if (!isAvailable(since, run.scope))
    return report(run, "structure", message, path(), notAvailable(message.name, since, run.scope));
  if (set !== undefined && fact?.set !== set.element.name)
    report(
      run,
      "structure",
      message,
      path(),
      wrongMessageSet(message.name, fact?.set ?? "", set.element.name),
    );
  const place = new Place(message, plan, set, index);
  if (!run.response) checkUse(place, plan, run);
  checkStructure(place, plan, run);
}

function wrongMessageSet(name: string, right: string, set: string): Verdict {
  return {
    rule: "wrongMessageSet",
    message: `${name} belongs in ${right}, not in ${set}`,
    allowed: right,
    repair: `send ${name} in a message set ${right} of its own`,
  };
}
