/** A column of a report. */
export interface ReportColumn {
  readonly id: number;
  /** What the column holds: `Account`, `Amount`, `Quantity` ... */
  readonly type: string;
  /** `AMTTYPE`, `STRTYPE` ... */
  readonly dataType: string;
  /** The title's parts, by title row; an empty part is `""`. */
  readonly titles: readonly string[];
  /** The parts that say something, with a space between. */
  readonly title: string;
}

/** Booleans and whole numbers are read; decimals, dates and all else stay the text that QuickBooks wrote. */
export type ReportValue = string | number | boolean;

export interface ReportCell {
  readonly column: ReportColumn;
  /** That of the column, unless the cell has one of its own. */
  readonly dataType: string;
  readonly value: ReportValue;
}

type Content = Pick<ReportRow, "kind" | "number" | "label" | "rowType" | "name" | "cells">;

/** A row of a report, as QuickBooks wrote it. */
export class ReportRow {
  readonly kind: "text" | "data" | "subtotal" | "total";
  readonly number: number;
  /** What stands in front: the text of a heading, else the cell of the first column when that holds text, else `""`. */
  readonly label: string;
  /** What `name` names: `account`, `customer`, `item` ... */
  readonly rowType: string | undefined;
  /** Full name of the account, customer, item ... that the row is about. */
  readonly name: string | undefined;
  /** By column; empty ones are left out. */
  readonly cells: readonly ReportCell[];

  /** @internal */
  constructor({ kind, number, label, rowType, name, cells }: Content) {
    this.kind = kind;
    this.number = number;
    this.label = label;
    this.rowType = rowType;
    this.name = name;
    this.cells = Object.freeze([...cells]);
    Object.freeze(this);
  }

  /** The value in a column, by the column's id or title; of columns with the same title, the first that has a value here. */
  value(column: number | string): ReportValue | undefined {
    const key = typeof column === "number" ? "id" : "title";
    return this.cells.find((cell) => cell.column[key] === column)?.value;
  }
}
