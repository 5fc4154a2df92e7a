import type { CheckScope } from "./finding.js";
import {
  isAvailable,
  type Alternative,
  type Availability,
  type ChoiceDemand,
  type Demand,
  type ElementRule,
} from "./structure-plan.js";

/** What a structure lacks, and choices of which more than one alternative stands there. */
export interface Unmet {
  /** Each is the name of one element, or the names of those of which one is required. */
  readonly missing: readonly (readonly string[])[];
  readonly mixed: readonly ChoiceDemand[];
}

export const NOTHING_WRONG: Unmet = Object.freeze({ missing: [], mixed: [] });

/** @param counts How often each element of the structure is there, by its index. */
export function demandsNotMet(demands: readonly Demand[], counts: Uint32Array, scope: CheckScope): Unmet {
  let unmet = NOTHING_WRONG;
  for (const demand of demands) {
    const found =
      "alternatives" in demand ? choiceUnmet(demand, counts, scope) : elementUnmet(demand, counts, scope);
    if (found !== NOTHING_WRONG) unmet = join(unmet, found);
  }
  return unmet;
}

function join(left: Unmet, right: Unmet): Unmet {
  return { missing: [...left.missing, ...right.missing], mixed: [...left.mixed, ...right.mixed] };
}

function elementUnmet(rule: ElementRule, counts: Uint32Array, scope: CheckScope): Unmet {
  if (counts[rule.index] !== 0 || !isAvailable(rule, scope)) return NOTHING_WRONG;
  return { missing: [[rule.name]], mixed: [] };
}

function choiceUnmet(choice: ChoiceDemand, counts: Uint32Array, scope: CheckScope): Unmet {
  let taken: Alternative | undefined;
  for (const alternative of choice.alternatives) {
    if (!isTaken(alternative, counts)) continue;
    if (taken !== undefined && !choice.repeated) return { missing: [], mixed: [choice] };
    taken = alternative;
  }
  if (taken !== undefined)
    return choice.repeated ? NOTHING_WRONG : demandsNotMet(taken.demands, counts, scope);
  if (!choice.required || !isAvailable(choice, scope)) return NOTHING_WRONG;
  const left = choice.alternatives.filter(({ parts }) => parts.some((part) => isAvailable(part, scope)));
  if (left.length === 0 || left.some((alternative) => canBeEmpty(alternative, scope))) return NOTHING_WRONG;
  return { missing: [left.flatMap(({ elements }) => namesOf(elements, scope))], mixed: [] };
}

export function isTaken({ elements }: Alternative, counts: Uint32Array): boolean {
  for (const { index } of elements) if (counts[index] !== 0) return true;
  return false;
}

function canBeEmpty({ parts }: Alternative, scope: CheckScope): boolean {
  return parts.every(
    (part: Availability & { optional: boolean }) => part.optional || !isAvailable(part, scope),
  );
}

function namesOf(elements: readonly ElementRule[], scope: CheckScope): string[] {
  return elements.filter((rule) => isAvailable(rule, scope)).map(({ name }) => name);
}
