import type { QBXMLElement } from "../reader.js";
import { oneOf, type CheckScope } from "./finding.js";
import type { Verdict } from "./mistake.js";
import { nearestName } from "./nearest-name.js";
import { otherWord } from "./other-words.js";
import type { Place } from "./place.js";
import { isAvailable, planOf, type ElementRule, type StructurePlan } from "./structure-plan.js";

interface Hint {
  readonly words: string;
  readonly repair?: string;
  /** Elements of the structure that were probably meant. */
  readonly meant: readonly string[];
}

/** What is said of a child whose name does not belong here, and which elements of the structure were probably meant. */
export function unknownElement(
  place: Place,
  plan: StructurePlan,
  index: number,
  scope: CheckScope,
  expected: readonly string[],
): { readonly verdict: Verdict; readonly meant: readonly string[] } {
  const element = place.element.children[index] as QBXMLElement;
  const { name } = element;
  const { words, repair, meant } = wrapper(element, place, plan, scope) ?? hintOf(name, place, plan, scope);
  const verdict: Verdict = {
    rule: "unknownElement",
    message: `${name} is not an element of ${place.element.name}${words}`,
    given: name,
    ...(expected.length === 0 ? {} : { expected }),
    ...(repair === undefined ? {} : { repair }),
  };
  return { verdict, meant };
}

/** An element of no use around others that belong here themselves. */
function wrapper(
  { name, children }: QBXMLElement,
  { element }: Place,
  plan: StructurePlan,
  scope: CheckScope,
): Hint | undefined {
  const inside = [...new Set(children.map((child) => child.name))];
  const belongs = (child: string): boolean => {
    const rule = plan.elements.get(child);
    return rule !== undefined && isAvailable(rule, scope);
  };
  if (inside.length === 0 || !inside.every(belongs)) return undefined;
  const [listed, verb] = [inside.join(", "), inside.length === 1 ? "stands" : "stand"];
  return {
    words: `; ${listed} ${verb} directly in ${element.name}`,
    repair: `leave <${name}> out, but not what is in it`,
    meant: inside,
  };
}

function hintOf(name: string, place: Place, plan: StructurePlan, scope: CheckScope): Hint {
  const home = homeOf(name, place, plan, scope);
  const names = namesOf(plan, scope);
  const near = nearestName(name, names) ?? otherWord(name, names) ?? onlyEndingWith(name, names);
  const typo = near !== undefined && (home.length === 0 || near.toLowerCase() === name.toLowerCase());
  if (typo) return { words: `; did you mean ${near}?`, repair: `write ${near}`, meant: [near] };
  if (home.length === 0) return { words: "", meant: [] };
  return { words: `; it belongs in ${oneOf(home)}`, repair: `move it into ${oneOf(home)}`, meant: [] };
}

/** `FullName` for `Name`, `ListID` for `ID`. */
function onlyEndingWith(name: string, candidates: readonly string[]): string | undefined {
  const found = candidates.filter((candidate) => candidate.toLowerCase().endsWith(name.toLowerCase()));
  return found.length === 1 ? found[0] : undefined;
}

/** The structures around that have room for an element of this name, or else those directly below that know it. */
function homeOf(name: string, place: Place, plan: StructurePlan, scope: CheckScope): string[] {
  for (let around = place.parent; around !== undefined; around = around.parent) {
    const rule = around.plan?.elements.get(name);
    if (rule !== undefined && hasRoom(around, rule)) return [around.element.name];
  }
  const below = plan.list.filter((rule) => {
    const inside = rule.structure === undefined ? undefined : planOf(rule.structure).elements.get(name);
    return inside !== undefined && isAvailable(inside, scope) && isAvailable(rule, scope);
  });
  return below.map((rule) => rule.name);
}

function hasRoom({ element }: Place, { name, max }: ElementRule): boolean {
  return element.children.filter((child) => child.name === name).length < max;
}

function namesOf(plan: StructurePlan, scope: CheckScope): string[] {
  return plan.list.filter((rule) => isAvailable(rule, scope)).map((rule) => rule.name);
}
