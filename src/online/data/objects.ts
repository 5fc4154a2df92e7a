import { QBError } from "../../errors.js";
import type { JsonObject } from "./answer-failure.js";
import { requestIdOf, type CallOptions, type WriteOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";

/** What names an object in the state in which it was read. */
export interface ObjectVersion {
  readonly Id: string;
  readonly SyncToken: string;
}

export interface UpdateOptions extends WriteOptions {
  /** `sparse` (default) changes the fields that are given; `full` drops those that are not. */
  readonly mode?: "sparse" | "full" | undefined;
}

export function checkEntity(entity: string): string {
  if (/^[A-Za-z]+$/.test(entity)) return entity;
  throw new QBError("QB_INVALID_ARGUMENT", "entity: the name of a kind of objects, such as Customer");
}

export function versionOf(object: object): ObjectVersion {
  const { Id, SyncToken } = object as Partial<ObjectVersion>;
  if (typeof Id === "string" && Id !== "" && typeof SyncToken === "string" && SyncToken !== "")
    return { Id, SyncToken };
  throw new QBError("QB_INVALID_ARGUMENT", "the object needs Id and SyncToken, as it was read");
}

export function checkId(id: string): string {
  if (typeof id === "string" && /^[\w:-]+$/.test(id)) return id;
  throw new QBError("QB_INVALID_ARGUMENT", "id: the Id of an object, as text");
}

/** What is sent for an update. */
export function updateBody(object: object, mode: UpdateOptions["mode"] = "sparse"): JsonObject {
  versionOf(object);
  const { sparse: _, ...fields } = object as JsonObject;
  return mode === "full" ? fields : { ...fields, sparse: true };
}

export async function read(
  api: CompanyApi,
  entity: string,
  id: string,
  options: CallOptions,
): Promise<JsonObject> {
  return objectIn(await api.get(`${pathOf(entity)}/${checkId(id)}`, {}, options), entity);
}

/** Creates, or updates, according to the object. */
export async function write(
  api: CompanyApi,
  entity: string,
  object: object,
  options: WriteOptions,
  parameters: Readonly<Record<string, string>> = {},
): Promise<JsonObject> {
  const { signal, deadlineMs } = options;
  const requestId = requestIdOf(options);
  const request = { path: pathOf(entity), parameters, requestId, signal, deadlineMs };
  return objectIn(await api.post(request, object), entity, requestId);
}

/** With an id alone, its SyncToken is read before. */
export async function remove(
  api: CompanyApi,
  entity: string,
  which: ObjectVersion | string,
  options: WriteOptions,
): Promise<JsonObject> {
  try {
    const version = await versionAt(api, entity, which, options);
    return await write(api, entity, version, options, { operation: "delete" });
  } catch (error) {
    throw typeof which === "string" ? maybeDeleted(error, options) : error;
  }
}

/** Who gives a request id may repeat a call that has deleted the object, and whose answer was lost. */
function maybeDeleted(error: unknown, { requestId }: WriteOptions): unknown {
  const isGone = error instanceof QBError && error.code === "QB_OBJECT_NOT_FOUND";
  if (!isGone || requestId === undefined) return error;
  return new QBError(error.code, error.message, {
    outcome: "unknown",
    advice: "If an earlier call with this requestId was lost, it has deleted the object.",
    details: { ...error.details, requestId },
    cause: error,
  });
}

export async function voidTransaction(
  api: CompanyApi,
  entity: string,
  which: ObjectVersion | string,
  options: WriteOptions,
): Promise<JsonObject> {
  const version = await versionAt(api, entity, which, options);
  return entity === "Invoice"
    ? write(api, entity, version, options, { operation: "void" })
    : write(api, entity, { ...version, sparse: true }, options, { operation: "update", include: "void" });
}

async function versionAt(
  api: CompanyApi,
  entity: string,
  which: ObjectVersion | string,
  options: CallOptions,
): Promise<ObjectVersion> {
  return versionOf(typeof which === "string" ? await read(api, entity, which, options) : which);
}

export function pathOf(entity: string): string {
  return checkEntity(entity).toLowerCase();
}

/** The object in an answer, which is named like its kind. */
export function objectIn(answer: JsonObject, entity: string, requestId?: string): JsonObject {
  const name = Object.keys(answer).find((key) => key.toLowerCase() === entity.toLowerCase());
  const object = name === undefined ? undefined : answer[name];
  if (typeof object === "object" && object !== null) return object as JsonObject;
  const wrote = requestId === undefined ? {} : { outcome: "unknown" as const, details: { requestId } };
  throw new QBError("QB_ONLINE_UNAVAILABLE", `the answer holds no ${entity}`, wrote);
}
