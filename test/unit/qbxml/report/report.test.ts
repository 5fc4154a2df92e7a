import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readReport, rowsOf, sumDecimals, type ReportNode, type ReportRetFields } from "qbconnector/qbxml";
import { reportFixture } from "../../../support/report-ret.js";

/** A tree in short: a row by its label, a section as its title, its rows, and the label of its total. */
type Outline = string | readonly [title: string, rows: readonly Outline[], total: string | undefined];

function outline(nodes: readonly ReportNode[]): Outline[] {
  return nodes.map((node) =>
    node.kind === "section" ? [node.title, outline(node.rows), node.total?.label] : node.label,
  );
}

type RowName = "TextRow" | "DataRow" | "SubtotalRow" | "TotalRow";

/** A report of rows with a label each; unless told otherwise their numbers say the order. */
function reportOf(
  rows: readonly (readonly [name: RowName, label: string])[],
  numbered = true,
): ReportRetFields {
  const at = (wanted: RowName): number[] => rows.flatMap(([name], index) => (name === wanted ? [index] : []));
  const rowNumber = (index: number): number => (numbered ? index + 1 : index < 2 ? 2 : 1);
  const full = (index: number): object => ({
    rowNumber: rowNumber(index),
    ColData: [{ colID: 1, value: rows[index]?.[1] ?? "" }],
  });
  return {
    ColDesc: [{ colID: 1, dataType: "STRTYPE", ColTitle: [{ titleRow: 1 }], ColType: "Label" }],
    ReportData: {
      TextRow: at("TextRow").map((index) => ({ rowNumber: rowNumber(index), value: rows[index]?.[1] ?? "" })),
      DataRow: at("DataRow").map(full) as never,
      SubtotalRow: at("SubtotalRow").map(full) as never,
      TotalRow: at("TotalRow").map(full) as never,
      $order: rows.map(([name]) => name),
    },
  };
}

const treeOf = (...rows: (readonly [RowName, string])[]): Outline[] =>
  outline(readReport(reportOf(rows)).rows);

describe("reports of QuickBooks", () => {
  it("a balance sheet: sections within sections, accounts with sub accounts", () => {
    const { rows, total } = readReport(reportFixture("report_balance_sheet"));
    assert.deepEqual(outline(rows), [
      [
        "ASSETS",
        [
          [
            "Current Assets",
            [["Checking/Savings", ["Fjord Bank 1881"], "Total Checking/Savings"]],
            "Total Current Assets",
          ],
        ],
        "TOTAL ASSETS",
      ],
      [
        "LIABILITIES & EQUITY",
        [
          [
            "Liabilities",
            [
              [
                "Credit Cards",
                [["Skipper Card", ["Deck", "Skipper Card - Other"], "Total Skipper Card"]],
                "Total Credit Cards",
              ],
            ],
            "Total Liabilities",
          ],
          ["Equity", ["Retained Earnings", "Net Income"], "Total Equity"],
        ],
        "TOTAL LIABILITIES & EQUITY",
      ],
    ]);
    assert.equal(total, undefined);
  });

  it("a profit and loss statement: totals that do not name their heading, subtotals of several sections", () => {
    const { rows, total } = readReport(reportFixture("report_profit_and_loss"));
    assert.deepEqual(outline(rows), [
      [
        "Ordinary Income/Expense",
        [
          ["Income", ["Boat Rental", "Repairs"], "Total Income"],
          ["Cost of Goods Sold", ["Materials"], "Total COGS"],
          "Gross Profit",
          ["Expense", [["Harbour", ["Berth", "Harbour - Other"], "Total Harbour"]], "Total Expense"],
        ],
        "Net Ordinary Income",
      ],
      ["Other Income/Expense", [["Other Income", ["Interest"], "Total Other Income"]], "Net Other Income"],
      "Net Income",
    ]);
    assert.equal(total?.value("TOTAL"), "1863.32");
  });

  it("a stock status: sections that are not closed", () => {
    const { rows } = readReport(reportFixture("report_stock_status"));
    assert.deepEqual(outline(rows), [
      ["Inventory", ["Anchor", ["Rope", ["Nylon", "Rope - Other"], "Total Rope"], "Winch"], undefined],
      ["Assembly", ["Mooring Kit"], undefined],
    ]);
  });

  it("a list of transactions: customers with jobs, and a total of all", () => {
    const { rows, total } = readReport(reportFixture("report_customer_balance_detail"));
    assert.deepEqual(outline(rows), [
      [
        "Nordlys Tours",
        [
          ["Pier 3", ["", ""], "Total Pier 3"],
          ["Nordlys Tours - Other", [""], "Total Nordlys Tours - Other"],
        ],
        "Total Nordlys Tours",
      ],
      ["Ødegård & Sønn", [""], "Total Ødegård & Sønn"],
      "TOTAL",
    ]);
    assert.equal(total?.value("Balance"), "385.10");
  });

  /** A column of numbers, and how many sections have a total that is a sum. */
  const sums: readonly (readonly [name: string, column: number, sections: number])[] = [
    ["balance_sheet", 2, 8],
    ["profit_and_loss", 4, 5],
    ["stock_status", 4, 1],
    ["customer_balance_detail", 5, 4],
  ];
  for (const [name, column, sections] of sums) {
    it(`${name}: every row is there, in order`, () => {
      const fields = reportFixture(`report_${name}`);
      const { TextRow = [], DataRow = [], SubtotalRow = [], TotalRow = [] } = fields.ReportData ?? {};
      const count = TextRow.length + DataRow.length + SubtotalRow.length + TotalRow.length;
      assert.ok(count > 8);
      assert.deepEqual(
        [...rowsOf(readReport(fields))].map(({ number }) => number),
        Array.from({ length: count }, (_, index) => index + 1),
      );
    });

    it(`${name}: the total of a section is the sum of what it holds`, () => {
      const number = (node: ReportNode): string =>
        String((node.kind === "section" ? node.total : node)?.value(column) ?? "0");
      let checked = 0;
      const check = (nodes: readonly ReportNode[]): void => {
        for (const node of nodes) {
          if (node.kind !== "section") continue;
          check(node.rows);
          if (node.total?.label.startsWith("Net ") ?? true) continue;
          assert.equal(sumDecimals(node.rows.map(number)), number(node), node.title);
          checked++;
        }
      };
      check(readReport(reportFixture(`report_${name}`)).rows);
      assert.equal(checked, sections);
    });
  }
});

describe("columns and cells", () => {
  const report = readReport(reportFixture("report_profit_and_loss"));
  const stock = readReport(reportFixture("report_stock_status"));

  it("title, subtitle and basis", () => {
    assert.deepEqual(
      [report.title, report.subtitle, report.basis],
      ["Profit & Loss", "January through February 2025", "Accrual"],
    );
    assert.equal(readReport(reportFixture("report_customer_balance_detail")).basis, undefined);
  });

  it("columns with their titles by title row", () => {
    assert.deepEqual(report.columns, [
      { id: 1, type: "Label", dataType: "STRTYPE", titles: ["", ""], title: "" },
      { id: 2, type: "Amount", dataType: "AMTTYPE", titles: ["Jan 25", "Actual"], title: "Jan 25 Actual" },
      { id: 3, type: "Amount", dataType: "AMTTYPE", titles: ["Feb 25", "Actual"], title: "Feb 25 Actual" },
      { id: 4, type: "Total", dataType: "AMTTYPE", titles: ["", "TOTAL"], title: "TOTAL" },
    ]);
  });

  it("cells by column id and by title; empty ones are absent", () => {
    const repairs = [...rowsOf(report)].find(({ label }) => label === "Repairs");
    assert.deepEqual([repairs?.value(2), repairs?.value("Jan 25 Actual")], ["310.50", "310.50"]);
    assert.deepEqual([repairs?.value(3), repairs?.value("Feb 25 Actual")], [undefined, undefined]);
    assert.deepEqual(
      repairs?.cells.map(({ column }) => column.id),
      [1, 2, 4],
    );
    assert.deepEqual([repairs?.rowType, repairs?.name], ["account", "Repairs"]);
    for (const other of [0, 99, "Mar 25", "__proto__", "toString"])
      assert.equal(repairs?.value(other), undefined);
  });

  it("booleans are read, decimals and dates stay text", () => {
    const winch = [...rowsOf(stock)].find(({ name }) => name === "Winch");
    assert.deepEqual(
      winch?.cells.map(({ value }) => value),
      ["Winch", "1", "0", true, "2025-02-14", "1"],
    );
    const anchor = [...rowsOf(stock)].find(({ name }) => name === "Anchor");
    assert.deepEqual([anchor?.value("Order"), anchor?.value("On Hand")], [false, "35"]);
  });

  it("a cell's own data type goes before that of the column", () => {
    const rows = [...rowsOf(readReport(reportFixture("report_customer_balance_detail")))];
    const payment = rows.find((row) => row.value("Type") === "Payment");
    assert.equal(payment?.value("Num"), 7);
    assert.equal(rows.find((row) => row.value("Type") === "Invoice")?.value("Num"), "0042");
  });

  it("what does not fit its type stays text", () => {
    const odd = readReport({
      ColDesc: [
        { colID: 1, dataType: "BOOLTYPE" },
        { colID: 2, dataType: "INTTYPE" },
      ],
      ReportData: {
        DataRow: [
          {
            rowNumber: 1,
            ColData: [
              { colID: 1, value: "maybe" },
              { colID: 2, value: "12345678901234567890" },
              { colID: 7, value: "nobody's" },
              { colID: 2, value: "5" },
            ],
          },
        ],
      },
    });
    const [row] = [...rowsOf(odd)];
    assert.deepEqual(
      [row?.value(1), row?.value(2), row?.value(7)],
      ["maybe", "12345678901234567890", "nobody's"],
    );
    assert.equal(row?.cells.length, 4);
    assert.equal(row?.label, "");
  });

  it("a cell without value is absent", () => {
    const ColData = [{ colID: 1, value: "" }, { colID: 2 }, { colID: 3, value: "x" }];
    const [row] = [...rowsOf(readReport({ ReportData: { DataRow: [{ rowNumber: 1, ColData }] } }))];
    assert.deepEqual(
      row?.cells.map(({ column }) => column.id),
      [3],
    );
    assert.deepEqual([row?.value(1), row?.value(2)], [undefined, undefined]);
  });

  it("a report may be empty", () => {
    assert.deepEqual(readReport({}), {
      title: "",
      subtitle: "",
      basis: undefined,
      columns: [],
      rows: [],
      total: undefined,
    });
    assert.deepEqual([...rowsOf(readReport({ ReportTitle: "Nothing", ReportData: {} }))], []);
  });
});

describe("the tree", () => {
  it("follows the row numbers, not the order of the kinds", () => {
    const fields = reportOf([
      ["TextRow", "Bank"],
      ["DataRow", "Till"],
      ["SubtotalRow", "Total Bank"],
      ["TextRow", "Cards"],
      ["DataRow", "Blue"],
      ["SubtotalRow", "Total Cards"],
    ]);
    const { $order: _, ...data } = fields.ReportData ?? {};
    assert.deepEqual(outline(readReport({ ...fields, ReportData: data }).rows), [
      ["Bank", ["Till"], "Total Bank"],
      ["Cards", ["Blue"], "Total Cards"],
    ]);
  });

  it("follows $order where row numbers are of no use", () => {
    const rows: readonly (readonly [RowName, string])[] = [
      ["DataRow", "Till"],
      ["TextRow", "Cards"],
      ["DataRow", "Blue"],
      ["SubtotalRow", "Total Cards"],
    ];
    assert.deepEqual(outline(readReport(reportOf(rows, false)).rows), [
      "Till",
      ["Cards", ["Blue"], "Total Cards"],
    ]);
  });

  it("a total closes what within its section has none", () => {
    assert.deepEqual(
      treeOf(
        ["TextRow", "OPERATING ACTIVITIES"],
        ["DataRow", "Net Income"],
        ["TextRow", "Adjustments to reconcile Net Income"],
        ["TextRow", "to net cash provided by operations:"],
        ["DataRow", "Receivables"],
        ["SubtotalRow", "Net cash provided by Operating Activities"],
        ["TextRow", "FINANCING ACTIVITIES"],
        ["DataRow", "Equity"],
        ["SubtotalRow", "Net cash provided by Financing Activities"],
        ["SubtotalRow", "Net cash increase for period"],
        ["DataRow", "Cash at beginning of period"],
        ["TotalRow", "Cash at end of period"],
      ),
      [
        [
          "OPERATING ACTIVITIES",
          [
            "Net Income",
            [
              "Adjustments to reconcile Net Income",
              [["to net cash provided by operations:", ["Receivables"], undefined]],
              undefined,
            ],
          ],
          "Net cash provided by Operating Activities",
        ],
        ["FINANCING ACTIVITIES", ["Equity"], "Net cash provided by Financing Activities"],
        "Net cash increase for period",
        "Cash at beginning of period",
        "Cash at end of period",
      ],
    );
  });

  it("sections of the same name end with the innermost first", () => {
    assert.deepEqual(
      treeOf(
        ["TextRow", "Other"],
        ["TextRow", "Other"],
        ["DataRow", "a"],
        ["SubtotalRow", "Total Other"],
        ["DataRow", "b"],
        ["SubtotalRow", "Total Other"],
      ),
      [["Other", [["Other", ["a"], "Total Other"], "b"], "Total Other"]],
    );
  });

  it("a total that names nothing open does not close what another total names", () => {
    assert.deepEqual(
      treeOf(
        ["TextRow", "Bank"],
        ["DataRow", "a"],
        ["SubtotalRow", "Total of something"],
        ["SubtotalRow", "Net Bank"],
        ["DataRow", "b"],
        ["SubtotalRow", "Total Bank"],
      ),
      [["Bank", ["a", "Total of something", "Net Bank", "b"], "Total Bank"]],
    );
  });

  it("a total does not close what lies around a section that another total names", () => {
    assert.deepEqual(
      treeOf(
        ["TextRow", "Bank"],
        ["TextRow", "Cards"],
        ["TextRow", "Blue"],
        ["DataRow", "a"],
        ["SubtotalRow", "Net Bank"],
        ["DataRow", "b"],
        ["SubtotalRow", "Total Cards"],
      ),
      [["Bank", [["Cards", [["Blue", ["a", "Net Bank", "b"], undefined]], "Total Cards"]], undefined]],
    );
  });

  it("a total of the whole report stands outside of sections that are not closed", () => {
    assert.deepEqual(treeOf(["TextRow", "Bank"], ["DataRow", "a"], ["TotalRow", "TOTAL"], ["DataRow", "b"]), [
      ["Bank", ["a"], undefined],
      "TOTAL",
      "b",
    ]);
  });

  it("has sections of nothing but what their type says", () => {
    const report = readReport(
      reportOf([
        ["TextRow", "Income"],
        ["DataRow", "Sales"],
        ["SubtotalRow", "Total Income"],
      ]),
    );
    const [section] = report.rows;
    assert.deepEqual(Object.keys(section ?? {}), ["kind", "title", "heading", "rows", "total"]);
  });

  it("totals without headings are rows", () => {
    assert.deepEqual(treeOf(["SubtotalRow", "Total Bank"], ["TotalRow", "TOTAL"]), ["Total Bank", "TOTAL"]);
  });

  it("a text row without text separates, and opens nothing", () => {
    assert.deepEqual(treeOf(["TextRow", ""], ["DataRow", "a"], ["TextRow", " "], ["DataRow", "b"]), [
      "",
      "a",
      " ",
      "b",
    ]);
  });

  it("a total without text is known by its name", () => {
    const fields = reportOf([
      ["TextRow", "Deck"],
      ["DataRow", "a"],
    ]);
    const SubtotalRow = [{ rowNumber: 3, RowData: { rowType: "account", value: "Skipper Card:Deck" } }];
    const { rows } = readReport({ ...fields, ReportData: { ...fields.ReportData, SubtotalRow } });
    assert.deepEqual(outline(rows), [["Deck", ["a"], ""]]);
  });

  it("loses nothing, whatever the rows and their order", () => {
    const labels = [
      "Bank",
      "Total Bank",
      "Cards",
      "Total Cards",
      "Net Bank",
      "Net Cards and more",
      "TOTAL",
      "",
      "__proto__",
      "Total __proto__",
    ];
    const names: readonly RowName[] = ["TextRow", "DataRow", "SubtotalRow", "TotalRow"];
    const rows = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...labels)), { maxLength: 40 });
    fc.assert(
      fc.property(rows, fc.boolean(), (given, numbered) => {
        const report = readReport(reportOf(given, numbered));
        const kinds = { text: "TextRow", data: "DataRow", subtotal: "SubtotalRow", total: "TotalRow" };
        assert.deepEqual(
          [...rowsOf(report)].map(({ kind, label }) => [kinds[kind], label]),
          given,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("takes 50,000 headings, one within the other, and as many that are not closed", () => {
    const many = Array.from({ length: 50_000 }, (_, index) => index);
    const nested = [
      ...many.map((index) => ["TextRow", `s${index}`] as const),
      ...many.reverse().map((index) => ["SubtotalRow", `Total s${index}`] as const),
    ];
    const report = readReport(reportOf(nested));
    assert.equal(report.rows.length, 1);
    assert.equal([...rowsOf(report)].length, 100_000);
    const open = many.flatMap((index) => [["TextRow", `s${index}`] as const, ["DataRow", "a"] as const]);
    assert.equal(readReport(reportOf(open)).rows.length, 50_000);
    const unknown = many.flatMap((index) => [
      ["TextRow", `s${index}`] as const,
      ["SubtotalRow", "Net x"] as const,
    ]);
    assert.equal([...rowsOf(readReport(reportOf(unknown)))].length, 100_000);
  });
});
