import type { TestContext } from "node:test";
import { CompanyApi, type TokenSource } from "../../../dist/online/data/company-api.js";
import { CompanyData } from "../../../dist/online/data/company-data.js";
import { UndiciClient } from "../../../dist/online/http/undici-client.js";
import type { DataService } from "./data-service.js";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export interface ConnectedCompany {
  readonly api: CompanyApi;
  readonly data: CompanyData;
  readonly log: readonly LogLine[];
}

/** The data of a company behind a stand-in; its HTTP client ends with the test. */
export function connectedCompany(
  t: TestContext,
  service: Pick<DataService, "url" | "companyId">,
  tokens: TokenSource = { token: () => Promise.resolve({ value: "access-token" }) },
  companyId: () => Promise<string> = () => Promise.resolve(service.companyId),
): ConnectedCompany {
  const http = new UndiciClient();
  t.after(() => http.close());
  const log: LogLine[] = [];
  const line = (level: LogLine["level"]) => (fields: object, message: string) =>
    void log.push({ level, fields: fields as Record<string, unknown>, message });
  const api = new CompanyApi({
    http,
    tokens,
    serviceURL: new URL(service.url),
    companyId,
    minorVersion: "75",
    logger: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
  });
  return { api, data: new CompanyData(api), log };
}
