// The query of a data service that has 10,000 invoices ready as pages of 1,000, each after so many milliseconds.
import { createServer } from "node:http";
import { report } from "./report.mjs";

const [rows, pageSize, waitMs] = process.argv.slice(2).map(Number);
const pages = Array.from({ length: rows / pageSize }, (_, page) => pageOf(page * pageSize));
const nothing = Buffer.from('{"QueryResponse":{}}');

createServer((request, response) => {
  const { searchParams } = new URL(request.url, "http://localhost");
  const start = Number(/STARTPOSITION (\d+)/.exec(searchParams.get("query"))?.[1] ?? 1);
  const body = pages[(start - 1) / pageSize] ?? nothing;
  const answer = () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  };
  if (waitMs > 0) setTimeout(answer, waitMs);
  else answer();
}).listen(0, "127.0.0.1", function () {
  report(this.address().port);
});

function pageOf(start) {
  const Invoice = Array.from({ length: pageSize }, (_, index) => invoice(start + index + 1));
  const QueryResponse = { Invoice, startPosition: start + 1, maxResults: pageSize };
  return Buffer.from(JSON.stringify({ QueryResponse, time: "2026-01-31T12:00:00.000-08:00" }));
}

function invoice(number) {
  const line = (id) => ({
    Id: String(id),
    LineNum: id,
    Description: "Rock Fountain",
    Amount: 275.5,
    DetailType: "SalesItemLineDetail",
    SalesItemLineDetail: {
      ItemRef: { value: "5", name: "Rock Fountain" },
      UnitPrice: 275.5,
      Qty: 1,
      TaxCodeRef: { value: "TAX" },
    },
  });
  return {
    Id: String(number),
    SyncToken: "0",
    domain: "QBO",
    sparse: false,
    MetaData: { CreateTime: "2026-01-31T12:00:00-08:00", LastUpdatedTime: "2026-01-31T12:00:00-08:00" },
    DocNumber: String(1000 + number),
    TxnDate: "2026-01-31",
    CustomerRef: { value: "1", name: "Amy's Bird Sanctuary" },
    Line: [line(1), line(2), { Amount: 551, DetailType: "SubTotalLineDetail", SubTotalLineDetail: {} }],
    TotalAmt: 551,
    Balance: number % 2 === 0 ? 0 : 551,
  };
}
