import type { QBXMLElement } from "../reader.js";
import type { StructurePlan } from "./structure-plan.js";

/** An element that holds elements, on the way down. Its path is made only when a finding needs it. */
export class Place {
  readonly element: QBXMLElement;
  readonly plan: StructurePlan | undefined;
  readonly parent: Place | undefined;
  readonly #index: number;
  #path: string | undefined;
  #childPaths: readonly string[] | undefined;

  constructor(element: QBXMLElement, plan?: StructurePlan, parent?: Place, index = 0) {
    this.element = element;
    this.plan = plan;
    this.parent = parent;
    this.#index = index;
  }

  get path(): string {
    this.#path ??= this.parent?.pathOf(this.#index) ?? this.element.name;
    return this.#path;
  }

  /** The path of a child; repeated elements are told apart by their number, as in `InvoiceLineAdd[2]`. */
  pathOf(index: number): string {
    this.#childPaths ??= pathsOf(this.element.children, this.path);
    return this.#childPaths[index] as string;
  }
}

function pathsOf(children: readonly QBXMLElement[], parentPath: string): string[] {
  const totals = new Map<string, number>();
  for (const { name } of children) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return children.map(({ name }) => {
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${parentPath}/${name}${totals.get(name) === 1 ? "" : `[${number}]`}`;
  });
}
