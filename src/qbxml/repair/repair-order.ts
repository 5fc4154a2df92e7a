import type { SourceElement } from "../lint/element-source.js";
import type { Mistake } from "../check/mistake.js";
import { planOf, planOfMessage, type StructurePlan } from "../check/structure-plan.js";
import type { SourceEdit } from "./source-edits.js";

/** What puts elements into schema order, each with the white space and comments before it. */
export function repairOrder(
  source: string,
  root: SourceElement,
  mistakes: readonly Mistake[],
): readonly SourceEdit[] {
  const misplaced = new Set<unknown>(
    mistakes.filter(({ finding }) => finding.rule === "wrongOrder").map(({ element }) => element),
  );
  return misplaced.size === 0 ? [] : new Reordering(source, misplaced).editsIn(root, undefined);
}

class Reordering {
  readonly #source: string;
  readonly #misplaced: ReadonlySet<unknown>;

  constructor(source: string, misplaced: ReadonlySet<unknown>) {
    this.#source = source;
    this.#misplaced = misplaced;
  }

  /** One edit for each outermost element in which something moves. */
  editsIn(element: SourceElement, plan: StructurePlan | undefined): readonly SourceEdit[] {
    if (!this.#isDisordered(element, plan))
      return element.children.flatMap((child) => this.editsIn(child, planOfChild(child, plan)));
    const { contentStart: start, contentEnd: end } = element;
    return [{ start, end, replacement: this.#content(element, plan), rule: "wrongOrder" }];
  }

  /** Text between elements has its own finding; whether it would belong to one of them cannot be known. */
  #isDisordered({ children, text }: SourceElement, plan: StructurePlan | undefined): boolean {
    return plan !== undefined && text === "" && children.some((child) => this.#misplaced.has(child));
  }

  #content(element: SourceElement, plan: StructurePlan | undefined): string {
    const { children, contentStart, contentEnd } = element;
    const chunks: { readonly text: string; readonly rank: number }[] = [];
    let from = contentStart;
    let rank = -1;
    for (const child of children) {
      // Elements that are unknown stay behind the one before them.
      rank = plan?.elements.get(child.name)?.rank ?? rank;
      const end = this.#chunkEnd(child, contentEnd);
      chunks.push({ text: this.#chunk(child, plan, from, end), rank });
      from = end;
    }
    if (this.#isDisordered(element, plan)) chunks.sort((left, right) => left.rank - right.rank);
    return chunks.map(({ text }) => text).join("") + this.#source.slice(from, contentEnd);
  }

  #chunk(child: SourceElement, plan: StructurePlan | undefined, from: number, end: number): string {
    const content = this.#content(child, planOfChild(child, plan));
    return this.#source.slice(from, child.contentStart) + content + this.#source.slice(child.contentEnd, end);
  }

  /** A comment on the same line belongs to the element before it. */
  #chunkEnd(child: SourceElement, limit: number): number {
    const comment = /^[ \t]*<!--[^]*?-->(?=[ \t]*\r?\n)/.exec(this.#source.slice(child.end, limit));
    return child.end + (comment?.[0].length ?? 0);
  }
}

function planOfChild(child: SourceElement, parent: StructurePlan | undefined): StructurePlan | undefined {
  const structure = parent?.elements.get(child.name)?.structure;
  if (structure !== undefined) return planOf(structure);
  return parent === undefined ? planOfMessage(child.name) : undefined;
}
