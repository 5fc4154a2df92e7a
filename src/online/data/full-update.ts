import type { JsonObject } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { read, versionOf } from "./objects.js";

/** What a full update would drop of an object as it is now. */
export interface FullUpdatePreview {
  readonly current: JsonObject;
  /** False when somebody changed the object since it was read: the update would be refused. */
  readonly isCurrent: boolean;
  /** Fields with a value that the new object does not have; those inside of others as `BillAddr.City`. */
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
    droppedFields: droppedOf(current, given).filter((path) => !ITS_OWN.has(path.split(".")[0] ?? "")),
    droppedLines: lines,
  };
}

/** Lists are compared as a whole; the name in a reference follows from its value. */
function droppedOf(current: JsonObject, given: JsonObject): string[] {
  return Object.entries(current).flatMap(([name, value]) => {
    const other = given[name];
    if (other === undefined) return [name];
    if (!isObject(value) || !isObject(other)) return [];
    const inside = droppedOf(value, other).filter((part) => part !== "name" || !name.endsWith("Ref"));
    return inside.map((part) => `${name}.${part}`);
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function linesOf(object: object): readonly JsonObject[] {
  const { Line } = object as { Line?: unknown };
  return Array.isArray(Line) ? (Line as readonly JsonObject[]) : [];
}
