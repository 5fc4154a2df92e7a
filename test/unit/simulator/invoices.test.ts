import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { textAt, type QBXMLElement } from "qbconnector/qbxml";
import { response, statusOf } from "../../support/quickbooks-requests.js";
import {
  addCustomer,
  addJob,
  column,
  done,
  fieldOf,
  invoiceAdd,
  invoiceLine,
  openCompany,
} from "../../support/simulated-company.js";

function txnDel(id: string | undefined): string {
  return `<TxnDelRq><TxnDelType>Invoice</TxnDelType><TxnID>${id}</TxnID></TxnDelRq>`;
}

function linesOf(invoice: QBXMLElement): QBXMLElement[] {
  return invoice.children.filter(({ name }) => name === "InvoiceLineRet");
}

describe("a simulated invoice", () => {
  const figures: readonly (readonly [string, string, Record<string, string | undefined>])[] = [
    [
      "takes the rate of the item",
      "<Quantity>1.5</Quantity>",
      { Quantity: "1.5", Rate: "100.00", Amount: "150.00" },
    ],
    ["takes one of the item", "", { Quantity: undefined, Rate: "100.00", Amount: "100.00" }],
    ["multiplies exactly", "<Quantity>3</Quantity><Rate>0.335</Rate>", { Rate: "0.335", Amount: "1.01" }],
    ["rounds half away from zero", "<Quantity>-1</Quantity><Rate>0.125</Rate>", { Amount: "-0.13" }],
    [
      "does not lose cents of large numbers",
      "<Quantity>1</Quantity><Rate>9007199254.99</Rate>",
      { Amount: "9007199254.99" },
    ],
    [
      "takes the amount as given",
      "<Quantity>3</Quantity><Amount>100.00</Amount>",
      { Rate: "33.33333", Amount: "100.00" },
    ],
    [
      "shortens the quantity",
      "<Quantity>2.500</Quantity><Rate>2</Rate>",
      { Quantity: "2.5", Rate: "2.00", Amount: "5.00" },
    ],
  ];
  for (const [what, content, expected] of figures) {
    it(what, async () => {
      const session = await openCompany();
      await addCustomer(session, "Elm");
      const [line] = linesOf(await done(session, invoiceAdd("Elm", invoiceLine(content))));
      for (const [name, text] of Object.entries(expected))
        assert.equal(line && textAt(line, name), text, name);
    });
  }

  it("has totals, numbers, dates, and the address of its customer", async () => {
    const session = await openCompany({
      timeZone: "America/New_York",
      clock: () => new Date("2026-07-01T02:00:00Z"),
    });
    await addCustomer(session, "Elm", "<BillAddress><Addr1>1 Elm Street</Addr1></BillAddress>");
    const lines =
      invoiceLine("<Quantity>2</Quantity>") + invoiceLine("<Amount>0.10</Amount>", "Installation");
    const invoice = await done(
      session,
      invoiceAdd("Elm", `${lines}<InvoiceLineAdd><Desc>Thank you</Desc></InvoiceLineAdd>`),
    );
    const expected = {
      TxnNumber: "1",
      RefNumber: "1",
      TxnDate: "2026-06-30",
      DueDate: "2026-06-30",
      Subtotal: "200.10",
      SalesTaxTotal: "0.00",
      AppliedAmount: "0.00",
      BalanceRemaining: "200.10",
      IsPaid: "false",
    };
    for (const [name, text] of Object.entries(expected)) assert.equal(textAt(invoice, name), text, name);
    assert.equal(textAt(invoice, "BillAddress", "Addr1"), "1 Elm Street");
    assert.equal(textAt(invoice, "ARAccountRef", "FullName"), "Accounts Receivable");
    assert.equal(linesOf(invoice).length, 3);
    assert.equal(textAt(linesOf(invoice)[0] as QBXMLElement, "Desc"), "Consulting, per hour");
  });

  it("counts on from the last RefNumber", async () => {
    const session = await openCompany();
    await addCustomer(session, "Elm");
    const numbers = [];
    for (const head of ["", "<RefNumber>A-099</RefNumber>", ""]) {
      numbers.push(textAt(await done(session, invoiceAdd("Elm", invoiceLine(""), head)), "RefNumber"));
    }
    assert.deepEqual(numbers, ["1", "A-099", "A-100"]);
  });

  it("raises the balances of its customer, of those above, of both accounts; deleted, it takes them back", async () => {
    const session = await openCompany();
    await addCustomer(session, "Elm");
    await addJob(session, "Elm", "Kitchen");
    const balances = async (): Promise<unknown[]> => [
      await fieldOf(session, "Customer", "Elm", "Balance"),
      await fieldOf(session, "Customer", "Elm", "TotalBalance"),
      await fieldOf(session, "Customer", "Elm:Kitchen", "Balance"),
      await fieldOf(session, "Account", "Accounts Receivable", "Balance"),
      await fieldOf(session, "Account", "Service Income", "Balance"),
      await fieldOf(session, "Account", "Sales", "Balance"),
    ];
    const override = "<OverrideItemAccountRef><FullName>Sales</FullName></OverrideItemAccountRef>";
    const lines = invoiceLine("<Amount>10.00</Amount>") + invoiceLine(`<Amount>2.50</Amount>${override}`);
    const invoice = await done(session, invoiceAdd("Elm:Kitchen", lines));
    assert.deepEqual(await balances(), ["0.00", "12.50", "12.50", "12.50", "10.00", "2.50"]);
    const deleted = await response(session, txnDel(textAt(invoice, "TxnID")));
    assert.deepEqual(
      deleted.children.map(({ name }) => name),
      ["TxnDelType", "TxnID", "TimeDeleted", "RefNumber"],
    );
    assert.deepEqual(await balances(), ["0.00", "0.00", "0.00", "0.00", "0.00", "0.00"]);
    assert.deepEqual(statusOf(await response(session, txnDel(textAt(invoice, "TxnID")))), ["3120", "Error"]);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["3140", "a customer that does not exist", invoiceAdd("Oak", "")],
    ["3140", "an item that does not exist", invoiceAdd("Elm", invoiceLine("", "Nothing"))],
    [
      "3140",
      "a class, of which the company has none",
      invoiceAdd("Elm", "", "<ClassRef><FullName>West</FullName></ClassRef>"),
    ],
    [
      "3140",
      "an account that is not for receivables",
      invoiceAdd("Elm", "", "<ARAccountRef><FullName>Sales</FullName></ARAccountRef>"),
    ],
    [
      "3150",
      "figures without an item",
      invoiceAdd("Elm", "<InvoiceLineAdd><Amount>1.00</Amount></InvoiceLineAdd>"),
    ],
    [
      "3101",
      "an amount with too many digits",
      invoiceAdd("Elm", invoiceLine("<Quantity>9999999999</Quantity><Rate>9999999999</Rate>")),
    ],
    ["1030", "a pending invoice", invoiceAdd("Elm", "", "<IsPending>true</IsPending>")],
    [
      "1030",
      "a price level",
      invoiceAdd("Elm", invoiceLine("<PriceLevelRef><FullName>x</FullName></PriceLevelRef>")),
    ],
  ];
  for (const [code, what, request] of refused) {
    it(`is refused with ${code} for ${what}, and changes nothing`, async () => {
      const session = await openCompany();
      await addCustomer(session, "Elm");
      const result = await response(session, request);
      assert.deepEqual(statusOf(result), [code, "Error"], result.attributes["statusMessage"]);
      assert.deepEqual(statusOf(await response(session, "<InvoiceQueryRq/>")), ["1", "Info"]);
      assert.equal(await fieldOf(session, "Account", "Accounts Receivable", "Balance"), "0.00");
    });
  }

  it("words a bad reference as QuickBooks does", async () => {
    const result = await response(await openCompany(), invoiceAdd("Oak", ""));
    assert.equal(
      result.attributes["statusMessage"],
      'There is an invalid reference to QuickBooks Customer "Oak" in the Invoice.',
    );
  });
});

describe("a simulated invoice query", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["all, oldest first", "", ["B1", "A1", "A2"]],
    ["by number", "<RefNumber>a2</RefNumber>", ["A2"]],
    [
      "by date",
      "<TxnDateRangeFilter><FromTxnDate>2026-02-01</FromTxnDate><ToTxnDate>2026-02-28</ToTxnDate></TxnDateRangeFilter>",
      ["A1"],
    ],
    [
      "by time of change",
      "<ModifiedDateRangeFilter><FromModifiedDate>2026-06-01T00:00:00</FromModifiedDate></ModifiedDateRangeFilter>",
      ["B1", "A1", "A2"],
    ],
    ["by customer", "<EntityFilter><FullName>Elm</FullName></EntityFilter>", ["A1"]],
    [
      "by customer and jobs",
      "<EntityFilter><FullNameWithChildren>Elm</FullNameWithChildren></EntityFilter>",
      ["A1", "A2"],
    ],
    [
      "by part of the number",
      "<RefNumberFilter><MatchCriterion>StartsWith</MatchCriterion><RefNumber>A</RefNumber></RefNumberFilter>",
      ["A1", "A2"],
    ],
    ["unpaid", "<PaidStatus>NotPaidOnly</PaidStatus>", ["B1", "A1", "A2"]],
  ];
  async function threeInvoices(): ReturnType<typeof openCompany> {
    const session = await openCompany({ timeZone: "UTC", clock: () => new Date("2026-06-01T00:00:00Z") });
    await addCustomer(session, "Beech");
    await addCustomer(session, "Elm");
    await addJob(session, "Elm", "Kitchen");
    const rows = [
      ["Elm:Kitchen", "2026-03-01", "A2"],
      ["Elm", "2026-02-01", "A1"],
      ["Beech", "2026-01-01", "B1"],
    ] as const;
    for (const [customer, date, number] of rows) {
      const head = `<TxnDate>${date}</TxnDate><RefNumber>${number}</RefNumber>`;
      await done(session, invoiceAdd(customer, invoiceLine(""), head));
    }
    return session;
  }
  for (const [what, filter, numbers] of cases) {
    it(`finds ${what}`, async () => {
      const result = await response(await threeInvoices(), `<InvoiceQueryRq>${filter}</InvoiceQueryRq>`);
      assert.deepEqual(column(result, "RefNumber"), numbers);
    });
  }

  it("gives lines only when asked", async () => {
    const session = await threeInvoices();
    const withLines = await done(
      session,
      "<InvoiceQueryRq><IncludeLineItems>true</IncludeLineItems></InvoiceQueryRq>",
    );
    assert.equal(linesOf(withLines).length, 1);
    assert.equal(linesOf(await done(session, "<InvoiceQueryRq/>")).length, 0);
    const id = textAt(withLines, "TxnID");
    assert.equal(
      textAt(await done(session, `<InvoiceQueryRq><TxnID>${id}</TxnID></InvoiceQueryRq>`), "RefNumber"),
      "B1",
    );
  });

  it("iterates and counts", async () => {
    const session = await threeInvoices();
    const first = await response(
      session,
      '<InvoiceQueryRq iterator="Start" metaData="MetaDataAndResponseData"><MaxReturned>2</MaxReturned></InvoiceQueryRq>',
    );
    assert.deepEqual([first.attributes["retCount"], first.attributes["iteratorRemainingCount"]], ["3", "1"]);
  });

  it("refuses filters that the simulator does not imitate, rather than ignoring them", async () => {
    const session = await threeInvoices();
    for (const filter of [
      "<TxnDateRangeFilter><DateMacro>Today</DateMacro></TxnDateRangeFilter>",
      "<AccountFilter><FullName>Sales</FullName></AccountFilter>",
    ]) {
      assert.deepEqual(statusOf(await response(session, `<InvoiceQueryRq>${filter}</InvoiceQueryRq>`)), [
        "1030",
        "Error",
      ]);
    }
  });
});

describe("the simulated books", () => {
  const anyStep = fc.oneof(
    fc.record({ add: fc.constantFrom("Elm", "Elm:Kitchen"), cents: fc.integer({ min: 0, max: 9_999_999 }) }),
    fc.record({ drop: fc.nat() }),
  );

  it("balance after any adds and deletions", async () => {
    const property = fc.asyncProperty(fc.array(anyStep, { maxLength: 15 }), async (steps) => {
      const session = await openCompany();
      await addCustomer(session, "Elm");
      await addJob(session, "Elm", "Kitchen");
      const open: { id: string | undefined; cents: number }[] = [];
      for (const step of steps) {
        if ("add" in step) {
          const amount = `<Amount>${(step.cents / 100).toFixed(2)}</Amount>`;
          const invoice = await done(session, invoiceAdd(step.add, invoiceLine(amount)));
          open.push({ id: textAt(invoice, "TxnID"), cents: step.cents });
        } else if (open.length > 0) {
          const [dropped] = open.splice(step.drop % open.length, 1);
          await done(session, txnDel(dropped?.id));
        }
      }
      const total = (open.reduce((sum, { cents }) => sum + cents, 0) / 100).toFixed(2);
      assert.equal(await fieldOf(session, "Customer", "Elm", "TotalBalance"), total);
      assert.equal(await fieldOf(session, "Account", "Accounts Receivable", "Balance"), total);
      assert.equal(await fieldOf(session, "Account", "Service Income", "Balance"), total);
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
