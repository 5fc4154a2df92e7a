import type { QBXMLElement } from "../reader.js";
import type { AttributeRule } from "./attribute-rule.js";
import { oneOf, shown } from "./finding.js";
import { report, type Run, type Verdict } from "./mistake.js";
import { nearestName } from "./nearest-name.js";
import type { Place } from "./place.js";
import type { ScalarRule } from "./scalar-rule.js";
import type { StructurePlan } from "./structure-plan.js";

const INTEGER = /^[+-]?[0-9]+$/;

/** The attributes of an element that holds elements. */
export function checkAttributes(place: Place, { attributes: rules }: StructurePlan, run: Run): void {
  const { element } = place;
  const meant = new Set<string | undefined>();
  for (const name in element.attributes) {
    const rule = rules.get(name);
    if (rule === undefined) meant.add(nearestName(name, rules.keys()));
    const verdict =
      rule === undefined
        ? unknownAttribute(element, name, [...rules.keys()])
        : attributeVerdict(rule, element.attributes[name] as string);
    if (verdict !== undefined) report(run, "structure", element, place.path, verdict, { attribute: name });
  }
  for (const rule of rules.values())
    if (rule.required && !meant.has(rule.name)) checkPresence(place, rule, run);
  const { defMacro } = element.attributes;
  if (defMacro !== undefined) defineMacro(place, defMacro, run);
}

function defineMacro({ element, path }: Place, name: string, run: Run): void {
  if (run.macros?.has(name) === true) {
    const message = `the macro ${shown("", name)} is defined twice in the message set`;
    report(run, "use", element, path, { rule: "macro", message }, { attribute: "defMacro" });
  }
  run.macros?.add(name);
}

function checkPresence({ element, path }: Place, rule: AttributeRule, run: Run): void {
  if (element.attributes[rule.name] !== undefined) return;
  const allowed = rule.values === undefined ? {} : { allowed: [...rule.values] };
  const repair = `add ${rule.name}${rule.name === "onError" ? '="stopOnError"' : ""}`;
  const message = `${element.name} needs the attribute ${rule.name}`;
  report(run, "structure", element, path, { rule: "missingAttribute", message, ...allowed, repair });
}

function attributeVerdict({ name, type, values }: AttributeRule, value: string): Verdict | undefined {
  const given = shown(name, value);
  if (values !== undefined && !values.has(value)) {
    const near = nearestName(value, values);
    const message = `${name}="${given}" is not one of ${oneOf([...values])}`;
    const repair = near === undefined ? {} : { repair: `${name}="${near}"` };
    return { rule: "attributeValue", message, given, allowed: [...values], ...repair };
  }
  if (type === "INTTYPE" && !INTEGER.test(value))
    return { rule: "attributeValue", message: `${name}="${given}" is not a whole number`, given };
  return undefined;
}

/** True when the element stands for a macro, and so needs no text. */
export function standsForMacro(place: Place, index: number, scalar: ScalarRule, run: Run): boolean {
  const child = place.element.children[index] as QBXMLElement;
  let macro = false;
  for (const attribute in child.attributes) {
    if (attribute === "useMacro" && scalar.macro) macro = true;
    else {
      const verdict = unknownAttribute(child, attribute, scalar.macro ? ["useMacro"] : []);
      report(run, "structure", child, place.pathOf(index), verdict, { attribute });
    }
  }
  if (macro) checkMacro(place, index, child, run);
  return macro;
}

function checkMacro(place: Place, index: number, child: QBXMLElement, run: Run): void {
  const name = child.attributes["useMacro"] as string;
  const message =
    child.text === ""
      ? run.macros?.has(name) === false && `the macro ${shown("", name)} is not defined before this place`
      : `${child.name} has the attribute useMacro, so it must be empty`;
  if (message !== false && message !== undefined)
    report(run, "use", child, place.pathOf(index), { rule: "macro", message }, { attribute: "useMacro" });
}

function unknownAttribute({ name }: QBXMLElement, attribute: string, known: readonly string[]): Verdict {
  const near = nearestName(attribute, known);
  const has = known.length === 0 ? "takes no attributes" : `takes ${oneOf(known)}`;
  return {
    rule: "unknownAttribute",
    message: `${name} has no attribute ${shown("", attribute)}; it ${has}`,
    given: shown("", attribute),
    ...(known.length === 0 ? {} : { allowed: known }),
    repair: near === undefined ? `leave ${shown("", attribute)} out` : `write ${near}`,
  };
}
