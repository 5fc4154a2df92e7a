import type { ReportRow } from "./report-row.js";
import { findClosers, isHeading, type Closers } from "./report-totals.js";

/** A row, or a section of rows. */
export type ReportNode = ReportRow | ReportSection;

/** What stands between a heading and its total. */
export interface ReportSection {
  readonly kind: "section";
  readonly title: string;
  readonly heading: ReportRow;
  /** What is in it, without heading and total. */
  readonly rows: readonly ReportNode[];
  /** Undefined when the report does not close the section. */
  readonly total: ReportRow | undefined;
}

/** Every row in the order of the report, headings and totals among them. */
export function* rowsOf(
  part: ReportSection | { readonly rows: readonly ReportNode[] },
): Generator<ReportRow, void> {
  const pending: ReportNode[] = "kind" in part ? [part] : part.rows.toReversed();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind !== "section") {
      yield node;
      continue;
    }
    yield node.heading;
    if (node.total !== undefined) pending.push(node.total);
    for (const row of node.rows.toReversed()) pending.push(row);
  }
}

/**
 * Rebuilds the tree of which QuickBooks writes only the rows. A heading opens a section; "Total" with its text closes it, and with it
 * the sections within that have no total. Other totals close what they are most likely meant for, or stay plain rows. A
 * section without total ends where the one around it ends, at the next heading without total once it has rows, or before a
 * total of the whole report.
 */
export function nest(rows: readonly ReportRow[]): readonly ReportNode[] {
  const builder = new TreeBuilder(findClosers(rows));
  for (const [place, row] of rows.entries()) builder.add(place, row);
  return builder.end();
}

interface SectionInMaking extends ReportSection {
  readonly rows: ReportNode[];
  total: ReportRow | undefined;
}

interface OpenSection {
  readonly section: SectionInMaking;
  readonly place: number;
  /** It has rows, or sections with a total. */
  isFilled: boolean;
}

class TreeBuilder {
  readonly #closers: Closers;
  readonly #closing: ReadonlySet<number>;
  readonly #root: ReportNode[] = [];
  readonly #sections: SectionInMaking[] = [];
  readonly #open: OpenSection[] = [];

  constructor(closers: Closers) {
    this.#closers = closers;
    this.#closing = new Set(closers.values());
  }

  add(place: number, row: ReportRow): void {
    if (isHeading(row)) this.#openSection(place, row);
    else if (this.#closing.has(place)) this.#closeSection(place, row);
    else {
      if (row.kind === "total") this.#leaveWithoutTotal(() => true);
      this.#append(row, true);
    }
  }

  end(): readonly ReportNode[] {
    for (const { rows } of this.#sections) Object.freeze(rows);
    return Object.freeze(this.#root);
  }

  #openSection(place: number, heading: ReportRow): void {
    const hasTotal = this.#closers.has(place);
    if (!hasTotal) this.#leaveWithoutTotal(({ isFilled }) => isFilled);
    const title = heading.label;
    const section: SectionInMaking = { kind: "section", title, heading, rows: [], total: undefined };
    this.#append(section, hasTotal);
    this.#sections.push(section);
    this.#open.push({ section, place, isFilled: false });
  }

  #closeSection(place: number, total: ReportRow): void {
    let last = this.#open.pop();
    while (last !== undefined && this.#closers.get(last.place) !== place) last = this.#open.pop();
    if (last !== undefined) last.section.total = total;
  }

  #leaveWithoutTotal(isOver: (section: OpenSection) => boolean): void {
    for (let last = this.#open.at(-1); last !== undefined; last = this.#open.at(-1)) {
      if (this.#closers.has(last.place) || !isOver(last)) return;
      this.#open.pop();
    }
  }

  #append(node: ReportNode, fills: boolean): void {
    const around = this.#open.at(-1);
    (around?.section.rows ?? this.#root).push(node);
    if (around !== undefined && fills) around.isFilled = true;
  }
}
