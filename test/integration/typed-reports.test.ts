import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { QBStatusError } from "qbconnector";
import { rowsOf } from "qbconnector/qbxml";
import { scriptedAnswers } from "../support/typed-client.js";

function fixture(name: string): string {
  return readFileSync(`test/fixtures/responses/${name}.xml`, "utf8");
}

it("a report comes with its columns and its rows as a tree", async (t) => {
  const { client, server } = await scriptedAnswers(t, fixture("report_profit_and_loss"));
  const report = await client.report("GeneralSummary", {
    ReportPeriod: { FromReportDate: "2026-01-01", ToReportDate: "2026-01-31" },
    GeneralSummaryReportType: "ProfitAndLossStandard",
  });
  assert.match(report.title, /Profit/);
  assert.ok(report.columns.length > 1);
  assert.ok([...rowsOf(report)].length > 3);
  const sent = server.requests[0]?.body ?? "";
  assert.match(
    sent,
    /<GeneralSummaryReportQueryRq requestID="1">\s*<GeneralSummaryReportType>[^<]*<\/GeneralSummaryReportType>\s*<ReportPeriod>/,
  );
});

it("a report that is refused is a QBStatusError, whatever its code", async (t) => {
  for (const code of [1, 500, 3120]) {
    const { client } = await scriptedAnswers(
      t,
      `<QBXML><QBXMLMsgsRs><AgingReportQueryRs requestID="1" statusCode="${code}" statusSeverity="Error" statusMessage="no"/></QBXMLMsgsRs></QBXML>`,
    );
    await assert.rejects(client.report("Aging", { AgingReportType: "APAgingSummary" }), (error: unknown) => {
      assert.ok(error instanceof QBStatusError);
      assert.deepEqual([error.statusCode, error.outcome], [code, "not_applied"]);
      return true;
    });
  }
});

it("an answer without a report cannot be used", async (t) => {
  const { client } = await scriptedAnswers(
    t,
    '<QBXML><QBXMLMsgsRs><AgingReportQueryRs requestID="1" statusCode="0"/></QBXMLMsgsRs></QBXML>',
  );
  await assert.rejects(client.report("Aging", { AgingReportType: "APAgingSummary" }), {
    code: "QB_RESPONSE",
    outcome: "not_applied",
  });
});
