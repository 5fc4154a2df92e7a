import type { SourceElement } from "./element-source.js";
import { mistakesInMessageSet, mistakesInRequest } from "../check/check.js";
import { planOfMessage } from "../check/structure-plan.js";
import { shown, type CheckScope } from "../check/finding.js";
import type { Mistake } from "../check/mistake.js";
import { nearestName } from "../check/nearest-name.js";

const SETS = [
  "QBXMLMsgsRq",
  "QBXMLSubscriptionMsgsRq",
  "QBXMLMsgsRs",
  "QBXMLSubscriptionMsgsRs",
  "QBXMLEvents",
];

/** Everything from the root element down, in the order of the document. */
export function mistakesInDocument(root: SourceElement, scope: CheckScope): Mistake[] {
  if (root.name !== "QBXML") return mistakesWithoutRoot(root, scope);
  const mistakes = Object.keys(root.attributes).map((name) =>
    envelope(root, "QBXML", `QBXML takes no attributes, so not ${shown("", name)}`, "leave it out"),
  );
  if (/[^ \t\r\n]/.test(root.text)) mistakes.push(looseText(root));
  if (root.children.length === 0)
    mistakes.push(
      envelope(root, "QBXML", "the QBXML element holds no message set", "put QBXMLMsgsRq into it"),
    );
  return [...mistakes, ...mistakesInSets(root.children, scope)];
}

function mistakesWithoutRoot(root: SourceElement, scope: CheckScope): Mistake[] {
  const name = shown("", root.name);
  const written = name.toUpperCase() === "QBXML" ? "write QBXML" : undefined;
  const around = SETS.includes(root.name) ? `put <QBXML> around ${name}` : written;
  const message = `the root element is ${name}, not QBXML`;
  return [envelope(root, root.name, message, around), ...contentOf(root, scope)];
}

function mistakesInSets(children: readonly SourceElement[], scope: CheckScope): Mistake[] {
  let before: SourceElement | undefined;
  let bare = false;
  return children.flatMap((child) => {
    if (SETS.includes(child.name)) {
      const second = before !== undefined;
      before = child;
      return [...(second ? [twoSets(child)] : []), ...contentOf(child, scope)];
    }
    // Several requests without their set are one mistake.
    if (bare && isMessage(child.name)) return contentOf(child, scope);
    bare ||= isMessage(child.name);
    return [notASet(child), ...contentOf(child, scope)];
  });
}

function contentOf(element: SourceElement, scope: CheckScope): Mistake[] {
  if (SETS.includes(element.name)) return mistakesInMessageSet(element, scope);
  return isMessage(element.name) && element.name.endsWith("Rq") ? mistakesInRequest(element, scope) : [];
}

function isMessage(name: string): boolean {
  return planOfMessage(name) !== undefined;
}

function twoSets(set: SourceElement): Mistake {
  return envelope(
    set,
    set.name,
    "there are two message sets; send one at a time",
    "put all requests into one",
  );
}

function notASet(element: SourceElement): Mistake {
  const name = shown("", element.name);
  if (isMessage(element.name)) {
    const set = element.name.endsWith("Rq") ? "QBXMLMsgsRq" : "QBXMLMsgsRs";
    return envelope(
      element,
      element.name,
      `${name} must stand inside a message set`,
      `put <${set}> around it`,
    );
  }
  const near = nearestName(element.name, SETS);
  const message = `${name} is not a message set${near === undefined ? "" : `; did you mean ${near}?`}`;
  return envelope(element, element.name, message, near === undefined ? undefined : `write ${near}`);
}

function looseText(element: SourceElement): Mistake {
  const message = "text stands directly in QBXML, which holds message sets";
  return {
    element,
    kind: "structure",
    finding: { rule: "content", severity: "error", path: "QBXML", message },
  };
}

function envelope(element: SourceElement, path: string, message: string, repair?: string): Mistake {
  const finding = { rule: "envelope", severity: "error", path, message } as const;
  return { element, kind: "structure", finding: repair === undefined ? finding : { ...finding, repair } };
}
