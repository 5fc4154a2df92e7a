import type { JsonObject } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { read, versionOf } from "./objects.js";

/** What a full update would drop of an object as it is now. */
export interface FullUpdatePreview {
  readonly current: JsonObject;
  /** False when somebody changed the object since it was read: the update would be refused. */
  readonly isCurrent: boolean;
  /** Fields with a value that the new object does not have. */
  readonly droppedFields: readonly string[];
  /** Lines whose Id the new object does not have. */
  readonly droppedLines: readonly JsonObject[];
}

/** QuickBooks Online makes these itself. */
const ITS_OWN: ReadonlySet<string> = new Set([
  ..."Id SyncToken MetaData domain sparse status FullyQualifiedName Level SubAccount TotalAmt HomeTotalAmt".split(
    " ",
  ),
  ..."Balance BalanceWithJobs HomeBalance CurrentBalance CurrentBalanceWithSubAccounts".split(" "),
]);

export async function previewFullUpdate(
  api: CompanyApi,
  entity: string,
  object: object,
  options: CallOptions,
): Promise<FullUpdatePreview> {
  const { Id, SyncToken } = versionOf(object);
  const current = await read(api, entity, Id, options);
  const kept = new Set(linesOf(object).map((line) => line["Id"]));
  const lines = linesOf(current).filter((line) => line["Id"] !== undefined && !kept.has(line["Id"]));
  const given = object as JsonObject;
  return {
    current,
    isCurrent: current["SyncToken"] === SyncToken,
    droppedFields: Object.keys(current).filter((name) => !ITS_OWN.has(name) && given[name] === undefined),
    droppedLines: lines,
  };
}

function linesOf(object: object): readonly JsonObject[] {
  const { Line } = object as { Line?: unknown };
  return Array.isArray(Line) ? (Line as readonly JsonObject[]) : [];
}
