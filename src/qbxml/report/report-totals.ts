import type { ReportRow } from "./report-row.js";

/** Which heading is closed by which total: from the place of the one to that of the other in the list of all rows. */
export type Closers = ReadonlyMap<number, number>;

const TOTAL = "total ";
const NET = "net ";
/** Reports nest less deep. */
const DEEPEST = 50;

/** A row that opens a section. A text row without text only separates. */
export function isHeading(row: ReportRow): boolean {
  return row.kind === "text" && keyOf(row.label) !== "";
}

function isTotal(row: ReportRow): boolean {
  return row.kind === "subtotal" || row.kind === "total";
}

function keyOf(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

/** Finds for each heading the total that closes it, if there is one. Sections never overlap. */
export function findClosers(rows: readonly ReportRow[]): Closers {
  const exact = findExact(rows);
  return new Map([...exact, ...findLoose(rows, exact)]);
}

/** Headings whose section is not closed yet. */
class OpenHeadings {
  readonly #open: { readonly place: number; readonly title: string }[] = [];
  /** Positions in `#open`. */
  readonly #byTitle = new Map<string, number[]>();

  add(place: number, title: string): void {
    const same = this.#byTitle.get(title);
    if (same === undefined) this.#byTitle.set(title, [this.#open.length]);
    else same.push(this.#open.length);
    this.#open.push({ place, title });
  }

  /** Closes the innermost section of this title, with all within it; gives the place of its heading. */
  close(title: string): number | undefined {
    const position = this.#byTitle.get(title)?.at(-1);
    if (position === undefined) return undefined;
    const place = this.#open[position]?.place;
    while (this.#open.length > position) this.#byTitle.get(this.#open.pop()?.title ?? "")?.pop();
    return place;
  }
}

/** "Total X" closes the innermost open section X. */
function findExact(rows: readonly ReportRow[]): Map<number, number> {
  const closers = new Map<number, number>();
  const open = new OpenHeadings();
  for (const [place, row] of rows.entries()) {
    if (isHeading(row)) open.add(place, keyOf(row.label));
    for (const title of isTotal(row) ? titlesIn(row) : []) {
      const heading = open.close(title);
      if (heading === undefined) continue;
      closers.set(heading, place);
      break;
    }
  }
  return closers;
}

/** A total without text is known by the full name that it carries. */
function titlesIn({ label, name = "" }: ReportRow): readonly string[] {
  const text = keyOf(label);
  if (text.startsWith(TOTAL)) return [text.slice(TOTAL.length)];
  return text === "" && name !== "" ? [keyOf(name), keyOf(name.slice(name.lastIndexOf(":") + 1))] : [];
}

/** What totals close that name no heading: "Total COGS" below "Cost of Goods Sold", "Net Ordinary Income". */
function findLoose(rows: readonly ReportRow[], exact: Closers): Map<number, number> {
  const closers = new Map<number, number>();
  const headings = new Map([...exact].map(([heading, closer]) => [closer, heading]));
  const open: number[] = [];
  for (const [place, row] of rows.entries()) {
    if (isHeading(row)) open.push(place);
    if (!isTotal(row)) continue;
    const heading = headings.get(place) ?? looselyClosed(rows, place, { open, exact });
    if (heading === undefined) continue;
    if (!headings.has(place)) closers.set(heading, place);
    open.splice(open.lastIndexOf(heading));
  }
  return closers;
}

interface Standing {
  readonly open: readonly number[];
  readonly exact: Closers;
}

/** The place of the heading; never one that another total names, nor one around such a heading. */
function looselyClosed(
  rows: readonly ReportRow[],
  place: number,
  { open, exact }: Standing,
): number | undefined {
  const total = rows[place] as ReportRow;
  const text = keyOf(total.label);
  const innermost = open.at(-1);
  if (innermost === undefined || exact.has(innermost)) return undefined;
  if (text.startsWith(TOTAL) && total.kind === "subtotal")
    return place - innermost > 1 ? innermost : undefined;
  if (!text.startsWith(NET)) return undefined;
  const candidates = open.slice(-DEEPEST).reverse();
  const barrier = candidates.findIndex((heading) => exact.has(heading));
  const free = barrier < 0 ? candidates : candidates.slice(0, barrier);
  return free.find((heading) => isNetOf(text, keyOf((rows[heading] as ReportRow).label)));
}

/** "Net Ordinary Income" of "Ordinary Income/Expense", "Net cash provided by Operating Activities" of "OPERATING ACTIVITIES". */
function isNetOf(text: string, title: string): boolean {
  return title.startsWith(text.slice(NET.length)) || text.endsWith(` ${title}`);
}
