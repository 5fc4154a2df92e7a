import { QBError } from "../../errors.js";
import type { JsonObject } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";

/** `{ start_date: "2026-01-01", columns: ["name", "total"] }`: the names are Intuit's. */
export type ReportParameters = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** A report with Header, Columns and Rows as QuickBooks Online gives them. */
export async function readReport(
  api: CompanyApi,
  name: string,
  parameters: ReportParameters,
  options: CallOptions,
): Promise<JsonObject> {
  if (!/^[A-Za-z]+$/.test(name))
    throw new QBError("QB_INVALID_ARGUMENT", "name: that of a report, such as ProfitAndLoss");
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const texts = given.map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : String(value)]);
  return api.get(`reports/${name}`, Object.fromEntries(texts) as Record<string, string>, options);
}
