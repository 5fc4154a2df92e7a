import type { QBXMLElement } from "../reader.js";
import { checkAttributes, standsForMacro } from "./attribute-check.js";
import { demandsNotMet, NOTHING_WRONG, type Unmet } from "./demands.js";
import { oneOf } from "./finding.js";
import { report, type Run } from "./mistake.js";
import { Place } from "./place.js";
import { diagnose } from "./structure-diagnosis.js";
import { isAvailable, planOf, type ElementRule, type StructurePlan } from "./structure-plan.js";
import { checkReturned } from "./use-check.js";
import { valueVerdict } from "./value-check.js";

const NOT_LAYOUT = /[^ \t\r\n]/;

/**
 * Everything inside an element that holds elements: attributes, what stands in it and in which order, and so on down.
 * @param partial Any of its elements may be missing, because the request asked for certain ones.
 */
export function checkStructure(place: Place, plan: StructurePlan, run: Run, partial = false): void {
  const { element } = place;
  checkAttributes(place, plan, run);
  const hasText = element.text !== "" && NOT_LAYOUT.test(element.text);
  if (hasText) reportText(place, plan, run);
  const counts = new Uint32Array(plan.list.length);
  const inOrder = countInOrder(element.children, plan, run, counts);
  const unmet = demandsNotMet(plan.demands, counts, run.scope);
  if (inOrder && unmet === NOTHING_WRONG) return checkChildren(place, plan, run, () => true);
  // Where text stands instead of elements, that they are missing goes without saying.
  const mayLack = partial || (hasText && element.children.length === 0);
  checkDisorder(place, plan, run, counts, mayLack ? { ...unmet, missing: [] } : unmet);
}

/** True when every child is known, available, not too often there and not before its place. */
function countInOrder(
  children: readonly QBXMLElement[],
  plan: StructurePlan,
  { scope }: Run,
  counts: Uint32Array,
): boolean {
  let rank = 0;
  let inOrder = true;
  for (const { name } of children) {
    const rule = plan.elements.get(name);
    if (rule === undefined) {
      inOrder = false;
      continue;
    }
    const count = (counts[rule.index] ?? 0) + 1;
    counts[rule.index] = count;
    if (rule.rank < rank || count > rule.max || !isAvailable(rule, scope)) inOrder = false;
    else rank = rule.rank;
  }
  return inOrder;
}

function checkDisorder(place: Place, plan: StructurePlan, run: Run, counts: Uint32Array, unmet: Unmet): void {
  const { element } = place;
  const diagnosis = diagnose(place, plan, run.scope, counts, unmet);
  for (const verdict of diagnosis.own) report(run, "structure", element, place.path, verdict);
  checkChildren(place, plan, run, (index, child) => {
    const verdict = diagnosis.children[index];
    if (verdict !== undefined) report(run, "structure", child, place.pathOf(index), verdict);
    return verdict?.rule !== "notInCountry";
  });
}

/** @param enter Called before each child; false when its content is not looked at. */
function checkChildren(
  place: Place,
  plan: StructurePlan,
  run: Run,
  enter: (index: number, child: QBXMLElement) => boolean,
): void {
  for (const [index, child] of place.element.children.entries()) {
    const goOn = enter(index, child);
    const rule = plan.elements.get(child.name);
    if (goOn && rule !== undefined) checkChild(place, index, child, rule, run);
  }
}

function checkChild(place: Place, index: number, child: QBXMLElement, rule: ElementRule, run: Run): void {
  if (rule.structure === undefined) return checkScalar(place, index, child, rule, run);
  const plan = planOf(rule.structure);
  const partial = run.response && mayBePartial(place.element.name);
  checkStructure(new Place(child, plan, place, index), plan, run, partial);
}

/** Whether the request of this response can ask for certain elements of the objects that it returns. */
function mayBePartial(name: string): boolean {
  return name.endsWith("Rs") && planOf(name.replace(/Rs$/, "Rq")).elements.has("IncludeRetElement");
}

function checkScalar(place: Place, index: number, child: QBXMLElement, rule: ElementRule, run: Run): void {
  if (child.children.length > 0) {
    const [first] = child.children;
    report(run, "structure", child, place.pathOf(index), {
      rule: "content",
      message: `${child.name} holds text, not elements such as ${first?.name ?? ""}`,
    });
    return;
  }
  const { scalar } = rule;
  if (scalar === undefined || standsForMacro(place, index, scalar, run)) return;
  const verdict = valueVerdict(scalar, child.text, run);
  if (verdict !== undefined) report(run, "value", child, place.pathOf(index), verdict, { scalar });
  if (child.name === "IncludeRetElement") checkReturned(place, index, child, run);
}

function reportText({ element, path }: Place, plan: StructurePlan, run: Run): void {
  const expected = plan.list.filter((rule) => isAvailable(rule, run.scope)).map(({ name }) => name);
  const words =
    element.children.length > 0 ? "text stands beside the elements of" : "text stands directly in";
  report(run, "structure", element, path, {
    rule: "content",
    message: `${words} ${element.name}, which holds elements: ${oneOf(expected)}`,
    expected: expected.slice(0, 8),
    ...(expected.includes("FullName") && element.children.length === 0
      ? { repair: `put the text into <FullName> inside ${element.name}` }
      : {}),
  });
}
