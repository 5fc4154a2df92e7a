import type { SourceElement } from "../lint/element-source.js";
import { shown } from "../check/finding.js";
import type { Mistake } from "../check/mistake.js";
import { sameValue } from "../check/same-value.js";
import type { SourceEdit } from "./source-edits.js";

/** What writes values in the form that QuickBooks takes, where that is certain. */
export function repairValues(source: string, mistakes: readonly Mistake[]): readonly SourceEdit[] {
  return mistakes.flatMap((mistake) => {
    if (mistake.finding.rule === "missingAttribute") return addOnError(mistake);
    if (mistake.finding.rule === "attributeValue") return repairAttribute(source, mistake);
    if (mistake.finding.rule === "unknownAttribute") return repairAttributeName(source, mistake);
    return mistake.kind === "value" ? repairText(source, mistake) : [];
  });
}

function repairText(source: string, { element, finding, scalar }: Mistake): readonly SourceEdit[] {
  const { contentStart: start, contentEnd: end, text, name } = element as SourceElement;
  const same = scalar === undefined ? undefined : sameValue(scalar, text);
  // Comments and CDATA stay what they are.
  if (same === undefined || source.slice(start, end).includes("<")) return [];
  const { rule, path } = finding;
  return [
    {
      start,
      end,
      replacement: same,
      rule,
      path,
      what: `${name}: "${shown(name, text)}" became "${shown(name, same)}"`,
    },
  ];
}

/** A set without it is refused as a whole, so nothing can have counted on another value. */
function addOnError({ element, finding }: Mistake): readonly SourceEdit[] {
  const { start, name } = element as SourceElement;
  if (name !== "QBXMLMsgsRq") return [];
  const at = start + 1 + name.length;
  const { rule, path } = finding;
  return [
    {
      start: at,
      end: at,
      replacement: ' onError="stopOnError"',
      rule,
      path,
      what: 'added onError="stopOnError"',
    },
  ];
}

function repairAttribute(
  source: string,
  { element, finding, attribute = "" }: Mistake,
): readonly SourceEdit[] {
  const { start, contentStart } = element as SourceElement;
  const given = element.attributes[attribute] ?? "";
  const right = rightCase(finding.allowed, given);
  const found = new RegExp(`\\s${attribute}\\s*=\\s*(["'])`).exec(source.slice(start, contentStart));
  if (right === undefined || found === null) return [];
  const at = start + found.index + found[0].length;
  const { rule, path } = finding;
  const what = `${attribute}: "${shown(attribute, given)}" became "${right}"`;
  const end = source.indexOf(found[1] as string, at);
  return [{ start: at, end, replacement: right, rule, path, what }];
}

function repairAttributeName(
  source: string,
  { element, finding, attribute = "" }: Mistake,
): readonly SourceEdit[] {
  const { start, contentStart } = element as SourceElement;
  const right = rightCase(finding.allowed, attribute);
  const found = new RegExp(`\\s${attribute}\\s*=`).exec(source.slice(start, contentStart));
  if (right === undefined || found === null || Object.hasOwn(element.attributes, right)) return [];
  const at = start + found.index + 1;
  const { rule, path } = finding;
  const what = `the attribute ${attribute} became ${right}`;
  return [{ start: at, end: at + attribute.length, replacement: right, rule, path, what }];
}

function rightCase(allowed: string | readonly string[] | undefined, given: string): string | undefined {
  if (allowed === undefined || typeof allowed === "string") return undefined;
  return allowed.find((value) => value !== given && value.toLowerCase() === given.trim().toLowerCase());
}
