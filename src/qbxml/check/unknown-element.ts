import { oneOf, type CheckScope } from "./finding.js";
import type { Verdict } from "./mistake.js";
import { nearestName } from "./nearest-name.js";
import type { Place } from "./place.js";
import { isAvailable, planOf, type StructurePlan } from "./structure-plan.js";

/** What is said of an element whose name does not belong here, and which element of the structure was probably meant. */
export function unknownElement(
  place: Place,
  plan: StructurePlan,
  name: string,
  scope: CheckScope,
  expected: readonly string[],
): { readonly verdict: Verdict; readonly meant: string | undefined } {
  const home = homeOf(name, place, plan, scope);
  const near = nearestName(name, namesOf(plan, scope));
  const typo = near !== undefined && (home.length === 0 || near.toLowerCase() === name.toLowerCase());
  const meant = typo ? near : undefined;
  const hint =
    meant === undefined ? elsewhere(home) : { words: `; did you mean ${meant}?`, repair: `write ${meant}` };
  const verdict: Verdict = {
    rule: "unknownElement",
    message: `${name} is not an element of ${place.element.name}${hint.words}`,
    given: name,
    ...(expected.length === 0 ? {} : { expected }),
    ...(hint.repair === undefined ? {} : { repair: hint.repair }),
  };
  return { verdict, meant };
}

function elsewhere(home: readonly string[]): { readonly words: string; readonly repair?: string } {
  if (home.length === 0) return { words: "" };
  return { words: `; it belongs in ${oneOf(home)}`, repair: `move it into ${oneOf(home)}` };
}

/** The structures around or directly below that have an element of this name. */
function homeOf(name: string, place: Place, plan: StructurePlan, scope: CheckScope): string[] {
  for (let around = place.parent; around !== undefined; around = around.parent) {
    if (around.plan?.elements.has(name) === true) return [around.element.name];
  }
  const below = plan.list.filter((rule) => {
    const inside = rule.structure === undefined ? undefined : planOf(rule.structure).elements.get(name);
    return inside !== undefined && isAvailable(inside, scope) && isAvailable(rule, scope);
  });
  return below.map((rule) => rule.name);
}

function namesOf(plan: StructurePlan, scope: CheckScope): string[] {
  return plan.list.filter((rule) => isAvailable(rule, scope)).map((rule) => rule.name);
}
