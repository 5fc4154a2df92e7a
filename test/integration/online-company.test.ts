import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService } from "../support/online/data-service.js";
import { failureOf } from "../support/online/failure.js";

describe("a company", () => {
  it("tells who it is", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    assert.equal((await data.companyInfo()).CompanyName, "Sandbox Company");
    assert.equal(service.requests[0]?.path, `companyinfo/${service.companyId}`);
  });

  it("gives reports as they are", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const report = await data.report("ProfitAndLoss", {
      start_date: "2026-01-01",
      columns: ["a", "b"],
      minorversion: "3",
      none: undefined,
    });
    const header = report["Header"] as { ReportName: string; Option: { Name: string; Value: string }[] };
    assert.equal(header.ReportName, "ProfitAndLoss");
    assert.deepEqual(header.Option, [
      { Name: "start_date", Value: "2026-01-01" },
      { Name: "columns", Value: "a,b" },
      { Name: "minorversion", Value: "75" },
    ]);
    assert.equal((await failureOf(data.report("Nothing"))).code, "QB_ONLINE_FORBIDDEN");
    assert.equal((await failureOf(data.report("../x"))).code, "QB_INVALID_ARGUMENT");
  });

  it("previews what a full update would drop", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const Line = [
      { Id: "1", Amount: 10, DetailType: "SalesItemLineDetail" },
      { Id: "2", Amount: 5, DetailType: "SalesItemLineDetail" },
      { Amount: 15, DetailType: "SubTotalLineDetail" },
    ];
    const customer = { CustomerRef: { value: "1" } };
    const invoice = service.books.insert("Invoice", { ...customer, Line, PrivateNote: "n", TotalAmt: 15 });
    const change = { Id: invoice.Id, SyncToken: "0", ...customer, Line: [{ ...Line[0] }] } as const;
    const preview = await data.previewFullUpdate("Invoice", change as never);
    assert.deepEqual(preview.droppedFields, ["PrivateNote"]);
    assert.deepEqual(preview.droppedLines, [Line[1]]);
    assert.equal(preview.isCurrent, true);
    assert.deepEqual(service.books.applied, []);
    const updated = await data.update("Invoice", change as never, { mode: "full" });
    assert.equal(updated.PrivateNote, undefined);
    assert.equal(updated.Line.length, 1);
    assert.equal((await data.previewFullUpdate("Invoice", change as never)).isCurrent, false);
  });

  it("shows what a full update would drop inside of a field", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const whole = {
      BillAddr: { Id: "7", Line1: "1 Bay", City: "Bath" },
      ParentRef: { value: "4", name: "Amy" },
      MetaData: { CreateTime: "2026-01-01T00:00:00Z" },
    };
    const { Id, SyncToken } = service.books.insert("Customer", { DisplayName: "Bob", ...whole });
    const change = {
      ...{ Id, SyncToken, DisplayName: "Bob", MetaData: {} },
      ...{ BillAddr: { Id: "7", Line1: "2 Bay" }, ParentRef: { value: "4" } },
    };
    const { droppedFields } = await data.previewFullUpdate("Customer", change as never);
    assert.deepEqual(droppedFields, ["BillAddr.City"]);
  });
});
