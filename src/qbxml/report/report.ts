import { ReportRow, type ReportCell, type ReportColumn, type ReportValue } from "./report-row.js";
import { nest, type ReportNode } from "./report-tree.js";

export { type ReportCell, type ReportColumn, type ReportRow, type ReportValue } from "./report-row.js";
export { rowsOf, type ReportNode, type ReportSection } from "./report-tree.js";

/** A report as QuickBooks gives it; in its fields, what `readReport` looks at. */
export interface ReportRetFields {
  readonly ReportTitle?: string | undefined;
  readonly ReportSubtitle?: string | undefined;
  readonly ReportBasis?: string | undefined;
  readonly ColDesc?: readonly ColDescFields[] | undefined;
  readonly ReportData?: ReportDataFields | undefined;
}

interface ColDescFields {
  readonly colID: number | string;
  readonly dataType: string;
  readonly ColTitle?:
    readonly { readonly titleRow: number | string; readonly value?: string | undefined }[] | undefined;
  readonly ColType?: string | undefined;
}

interface ReportDataFields {
  readonly TextRow?: readonly TextRowFields[] | undefined;
  readonly DataRow?: readonly ReportRowFields[] | undefined;
  readonly SubtotalRow?: readonly ReportRowFields[] | undefined;
  readonly TotalRow?: readonly ReportRowFields[] | undefined;
  readonly $order?: readonly string[] | undefined;
}

interface TextRowFields {
  readonly rowNumber: number | string;
  readonly value?: string | undefined;
}

interface ReportRowFields {
  readonly rowNumber: number | string;
  readonly RowData?:
    { readonly rowType?: string | undefined; readonly value?: string | undefined } | undefined;
  readonly ColData?: readonly ColDataFields[] | undefined;
}

interface ColDataFields {
  readonly colID: number | string;
  readonly value?: string | undefined;
  readonly dataType?: string | undefined;
}

export interface Report {
  readonly title: string;
  readonly subtitle: string;
  /** `Accrual`, `Cash` or `None`; undefined when the report says nothing. */
  readonly basis: string | undefined;
  readonly columns: readonly ReportColumn[];
  /** The rows as a tree. `rowsOf(report)` gives them flat. */
  readonly rows: readonly ReportNode[];
  /** The last total of the report as a whole, which is in `rows`, too. */
  readonly total: ReportRow | undefined;
}

/** Reads a report: typed columns, and its rows as a tree. */
export function readReport(report: ReportRetFields): Report {
  const columns = (report.ColDesc ?? []).map(columnOf);
  const byId = new Map(columns.map((column) => [column.id, column]));
  const nodes = nest(inOrder(report.ReportData ?? {}).map((row) => rowOf(row, byId)));
  return Object.freeze({
    title: report.ReportTitle ?? "",
    subtitle: report.ReportSubtitle ?? "",
    basis: report.ReportBasis,
    columns: Object.freeze(columns),
    rows: nodes,
    total: nodes.findLast((node): node is ReportRow => node.kind === "total"),
  });
}

function columnOf({ colID, dataType, ColTitle = [], ColType = "" }: ColDescFields): ReportColumn {
  const ordered = [...ColTitle].sort((left, right) => Number(left.titleRow) - Number(right.titleRow));
  const titles = Object.freeze(ordered.map(({ value = "" }) => value));
  const title = titles.filter((part) => part !== "").join(" ");
  return Object.freeze({ id: Number(colID), type: ColType, dataType, titles, title });
}

type FlatRow = readonly [kind: ReportRow["kind"], row: TextRowFields | ReportRowFields];

const KINDS = { TextRow: "text", DataRow: "data", SubtotalRow: "subtotal", TotalRow: "total" } as const;
type RowName = keyof typeof KINDS;

/** By row number; where these do not say it, by the order of the document. */
function inOrder(data: ReportDataFields): readonly FlatRow[] {
  const rows = inDocumentOrder(data);
  const numbers = rows.map(([, { rowNumber }]) => Number(rowNumber));
  const isNumbered = numbers.every(Number.isInteger) && new Set(numbers).size === numbers.length;
  return isNumbered
    ? rows.sort(([, left], [, right]) => Number(left.rowNumber) - Number(right.rowNumber))
    : rows;
}

/** Names that `$order` leaves out, or that it does not need, follow one after the other. */
function inDocumentOrder(data: ReportDataFields): FlatRow[] {
  const names = Object.keys(KINDS) as RowName[];
  const left = new Map(names.map((name) => [name, [...(data[name] ?? [])].reverse()] as const));
  const order = [...(data.$order ?? []), ...names.flatMap((name) => (data[name] ?? []).map(() => name))];
  return order.flatMap((name) => {
    const row = left.get(name as RowName)?.pop();
    return row === undefined ? [] : [[KINDS[name as RowName], row] as const];
  });
}

type Columns = ReadonlyMap<number, ReportColumn>;

function rowOf([kind, row]: FlatRow, columns: Columns): ReportRow {
  const number = Number(row.rowNumber);
  if (kind === "text") {
    const { value: label = "" } = row as TextRowFields;
    return new ReportRow({ kind, number, label, rowType: undefined, name: undefined, cells: [] });
  }
  const { RowData, ColData = [] } = row as ReportRowFields;
  const cells = ColData.flatMap((cell) => cellOf(cell, columns));
  const [first] = columns.keys();
  const front = cells.find(({ column, dataType }) => column.id === first && dataType === "STRTYPE");
  const label = String(front?.value ?? "");
  return new ReportRow({ kind, number, label, rowType: RowData?.rowType, name: RowData?.value, cells });
}

function cellOf({ colID, value = "", dataType: own }: ColDataFields, columns: Columns): ReportCell[] {
  if (value === "") return [];
  const column = columns.get(Number(colID)) ?? columnOf({ colID, dataType: own ?? "STRTYPE" });
  const dataType = own ?? column.dataType;
  return [Object.freeze({ column, dataType, value: valueOf(value, dataType) })];
}

function valueOf(text: string, dataType: string): ReportValue {
  if (dataType === "BOOLTYPE" && /^(?:true|1)$/.test(text)) return true;
  if (dataType === "BOOLTYPE" && /^(?:false|0)$/.test(text)) return false;
  if (dataType === "INTTYPE" && /^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return text;
}
