import { onOneLine } from "./table.js";

const WIDEST = 40;

/** A table of objects that come bit by bit: the first of them decide the columns and their widths. */
export class RowTable {
  readonly #columns: readonly string[];
  readonly #widths: readonly number[];

  constructor(first: readonly unknown[]) {
    const names = new Set(first.flatMap((row) => Object.keys(Object(row) as object)));
    this.#columns = [...names].filter((name) => first.some((row) => cell(row, name) !== undefined));
    this.#widths = this.#columns.map((name) =>
      Math.min(WIDEST, Math.max(name.length, ...first.map((row) => (cell(row, name) ?? "").length))),
    );
  }

  heading(): string {
    return this.#line(this.#columns) + this.#line(this.#widths.map((width) => "-".repeat(width)));
  }

  line(row: unknown): string {
    return this.#line(this.#columns.map((name) => cell(row, name) ?? ""));
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((text, column) => {
      const width = this.#widths[column] ?? 0;
      return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
    });
    return `${padded.join("  ").trimEnd()}\n`;
  }
}

/** What fits into a cell: text, numbers, and the name of what is referred to. */
function cell(row: unknown, name: string): string | undefined {
  const value = (row as Record<string, unknown>)[name];
  if (typeof value === "object" && value !== null) {
    const { name: title, value: id } = value as { name?: unknown; value?: unknown };
    const shown = title ?? id;
    return typeof shown === "string" ? onOneLine(shown) : undefined;
  }
  if (value === undefined || value === null) return undefined;
  return onOneLine(typeof value === "string" ? value : JSON.stringify(value));
}
