import { QBError } from "../../errors.js";
import type { JsonObject } from "./answer-failure.js";
import { requestIdOf, type WriteOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { errorOfFault, faultIn } from "./fault.js";
import { checkEntity, objectIn, updateBody, versionOf } from "./objects.js";
import { objectsIn } from "./query.js";
import { planQuery } from "./query-text.js";

export type BatchItem =
  | { readonly operation: "create" | "delete" | "void"; readonly entity: string; readonly object: object }
  | {
      readonly operation: "update";
      readonly entity: string;
      readonly object: object;
      readonly mode?: "sparse" | "full";
    }
  /** One page: 100 objects, or as many as MAXRESULTS of the text says. */
  | { readonly query: string };

/** What became of one item. */
export type BatchResult =
  | { readonly ok: true; readonly object: JsonObject }
  | { readonly ok: true; readonly objects: readonly JsonObject[]; readonly count: number | undefined }
  | { readonly ok: false; readonly error: QBError };

/** QuickBooks Online takes so many in one request (documented). */
const MOST = 30;
/** For what tells the chunks apart: `-12`. */
const SUFFIX = 5;

/** Sends items in chunks of 30, one after the other. Gives a result for each, in their order; items do not see each other. */
export async function sendBatch(
  api: CompanyApi,
  items: readonly BatchItem[],
  options: WriteOptions,
): Promise<BatchResult[]> {
  const requests = items.map((item, index) => ({ bId: String(index), ...itemRequest(item) }));
  const requestId = requestIdOf(options, SUFFIX);
  const results: BatchResult[] = [];
  for (let at = 0; at < items.length; at += MOST) {
    const chunk = items.slice(at, at + MOST);
    const isWrite = chunk.some((item) => !("query" in item));
    const id = isWrite ? { requestId: at === 0 ? requestId : `${requestId}-${at / MOST}` } : {};
    try {
      const sent = await sendChunk(
        api,
        chunk,
        requests.slice(at, at + MOST),
        { ...options, ...id },
        requestId,
      );
      results.push(...sent);
    } catch (error) {
      if (!(error instanceof QBError)) throw error;
      const failed = failure(error, error.outcome, requestId);
      const unsent = failure(error, "not_applied", requestId);
      const rest = items.slice(at + MOST).map(() => unsent);
      return [...results, ...chunk.map((item) => ("query" in item ? unsent : failed)), ...rest];
    }
  }
  return results;
}

async function sendChunk(
  api: CompanyApi,
  items: readonly BatchItem[],
  BatchItemRequest: readonly (JsonObject & { bId: string })[],
  { signal, deadlineMs, requestId }: WriteOptions,
  wholeId: string,
): Promise<BatchResult[]> {
  const id = requestId === undefined ? {} : { requestId };
  const { BatchItemResponse } = await api.post(
    { path: "batch", signal, deadlineMs, ...id },
    { BatchItemRequest },
  );
  const answers = new Map<unknown, JsonObject>();
  if (Array.isArray(BatchItemResponse))
    for (const answer of BatchItemResponse as JsonObject[]) answers.set(answer["bId"], answer);
  return items.map((item, index) => {
    const { bId } = BatchItemRequest[index] as { bId: string };
    try {
      return resultOf(item, answers.get(bId) ?? {});
    } catch (error) {
      if (!(error instanceof QBError)) throw error;
      const outcome = "query" in item ? "not_applied" : error.outcome;
      return failure(error, outcome, outcome === "unknown" ? wholeId : undefined);
    }
  });
}

function itemRequest(item: BatchItem): JsonObject {
  if ("query" in item) return { Query: (planQuery(item.query), item.query) };
  const { operation, object } = item;
  const entity = checkEntity(item.entity);
  switch (operation) {
    case "create":
      return { operation, [entity]: object };
    case "update":
      return { operation, [entity]: updateBody(object, item.mode) };
    case "delete":
      return { operation, [entity]: versionOf(object) };
    case "void":
      return {
        operation: "update",
        optionsData: "void",
        [entity]: { ...versionOf(object), sparse: true },
      };
    default:
      throw new QBError("QB_INVALID_ARGUMENT", "operation: create, update, delete or void");
  }
}

function resultOf(item: BatchItem, answer: JsonObject): BatchResult {
  const fault = faultIn(answer);
  if (fault !== undefined) throw errorOfFault(fault, { status: 200, intuitTid: undefined });
  if (!("query" in item)) return { ok: true, object: objectIn(answer, item.entity, "") };
  const response = objectIn(answer, "QueryResponse");
  const { totalCount } = response;
  const count = typeof totalCount === "number" ? totalCount : undefined;
  return { ok: true, objects: objectsIn(response, planQuery(item.query).entity), count };
}

/** The same failure for an item: what it means for it, and the id with which the whole batch may be repeated. */
function failure(error: QBError, outcome: QBError["outcome"], requestId?: string): BatchResult {
  const { code, message, who, advice, httpStatus, retryAfter, cause } = error;
  const details = { ...error.details, ...(requestId === undefined ? {} : { requestId }) };
  const told = { who, advice, httpStatus, retryAfter, cause, details, outcome };
  return { ok: false, error: new QBError(code, message, told) };
}
