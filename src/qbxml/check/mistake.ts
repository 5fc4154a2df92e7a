import type { QBXMLElement } from "../reader.js";
import type { ScalarRule } from "./scalar-rule.js";
import type { CheckScope, Finding, FindingRule } from "./finding.js";

/** A finding without its place. */
export type Verdict = Omit<Finding, "path" | "severity"> & { readonly rule: FindingRule };

/** A finding, the element that it is about, and what of the element. */
export interface Mistake {
  readonly finding: Finding;
  readonly element: QBXMLElement;
  /**
   * `structure` is what fails QuickBooks' parser: elements, their order and number, attributes. `value` is the text of an
   * element; `use` is how requests fit each other and their attributes.
   */
  readonly kind: "structure" | "value" | "use";
  readonly attribute?: string;
  /** What the schema says of a value. */
  readonly scalar?: ScalarRule;
}

/** One checking of one tree. */
export interface Run {
  readonly scope: CheckScope;
  /** Of responses some may be missing, and values are open. */
  readonly response: boolean;
  /** Defined so far in the message set; undefined when only a part of the set is checked. */
  readonly macros: Set<string> | undefined;
  readonly mistakes: Mistake[];
  /** Requests of which it is still guessed what was meant: a guess takes longer than all the rest of a check. */
  guesses: number;
}

export function report(
  run: Run,
  kind: Mistake["kind"],
  element: QBXMLElement,
  path: string,
  verdict: Verdict & { readonly severity?: Finding["severity"] },
  more: { readonly attribute?: string; readonly scalar?: ScalarRule } = {},
): void {
  const { rule, severity = "error", ...rest } = verdict;
  run.mistakes.push({ finding: { rule, severity, path, ...rest }, element, kind, ...more });
}
