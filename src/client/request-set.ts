import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import {
  readResponses,
  type QBResponse,
  type ResponseHead,
  type ResponseSet,
} from "../qbxml/response-reader.js";
import { statusError } from "../qbxml/status/status.js";
import { answerOf, lacksRecord, recordMissing } from "./answer.js";
import {
  errorOf,
  judge,
  logIrregularities,
  logWarning,
  noResponse,
  outcomeOf,
  unreadable,
} from "./answer-status.js";
import type { MessageSetFacts, RequestResult, RequestSetOptions } from "./call-types.js";
import { writes } from "./request-text.js";

/** QuickBooks did not touch the request, because one before it had failed. */
const NOT_PROCESSED = 3231;

export type NumberedItem = RequestItem & { readonly requestID: string };

/** Every request with an id: its own, or the next number that nobody has. Throws `QB_INVALID_ARGUMENT`. */
export function numbered(items: readonly RequestItem[]): NumberedItem[] {
  if (!Array.isArray(items) || items.some((item) => typeof item !== "object" || item === null))
    throw new QBError("QB_INVALID_ARGUMENT", "requests are given as a list of { name, body }");
  const taken = new Set<string>();
  for (const { requestID } of items) {
    if (requestID === undefined) continue;
    if (taken.has(requestID))
      throw new QBError(
        "QB_INVALID_ARGUMENT",
        "two requests have the same requestID; answers are told apart by it",
      );
    taken.add(requestID);
  }
  let number = 0;
  const next = (): string => {
    do number++;
    while (taken.has(String(number)));
    return String(number);
  };
  return items.map((item) => ({ ...item, requestID: item.requestID ?? next() }) as NumberedItem);
}

/** Reads the answer to a set: one result for each request. */
export class RequestSetReader {
  readonly #items: readonly NumberedItem[];
  readonly #options: RequestSetOptions;
  readonly #logger: Logger;
  readonly #writes: boolean;
  readonly #byID: ReadonlyMap<string, NumberedItem>;

  constructor(items: readonly NumberedItem[], options: RequestSetOptions, logger: Logger) {
    this.#items = items;
    this.#options = options;
    this.#logger = logger;
    this.#writes = writes(items);
    this.#byID = new Map(items.map((item) => [item.requestID, item]));
  }

  /** Throws `QB_RESPONSE`, and a `QBStatusError` when QuickBooks refused the set as a whole. */
  read(document: string): RequestResult[] & { readonly messageSet: MessageSetFacts } {
    const set = this.#readable(document);
    this.#refuseWhole(set);
    const { newMessageSetID, messageSetStatusCode, irregularities } = set;
    const byID = this.#matched(set.responses);
    const stops = (this.#options.onError ?? "stopOnError") === "stopOnError";
    const results: RequestResult[] = [];
    let failed = false;
    for (const item of this.#items) {
      const result = this.#resultOf(item, byID.get(item.requestID), set, failed && stops);
      failed ||= result.error?.code === "QB_STATUS";
      results.push(result);
    }
    logIrregularities(this.#logger, "the message set", irregularities.count);
    const messageSet = Object.freeze({ newMessageSetID, messageSetStatusCode, irregularities });
    return Object.defineProperty(results, "messageSet", { value: messageSet }) as ReturnType<
      typeof this.read
    >;
  }

  #readable(document: string): ResponseSet {
    try {
      return readResponses(document);
    } catch (error) {
      throw unreadable(error, this.#writes);
    }
  }

  /** Codes of the set belong to error recovery; with responses in it, they only say what became of the old id. */
  #refuseWhole({ messageSetStatusCode = "0", responses }: ResponseSet): void {
    const statusCode = Number(messageSetStatusCode);
    if (responses.length > 0 || statusCode === 0) return;
    if (Number.isNaN(statusCode)) throw unusable("the status of the message set is no number", this.#writes);
    throw statusError({ statusCode, requestName: "QBXMLMsgs" });
  }

  #matched(responses: readonly QBResponse[]): Map<string, QBResponse> {
    const byID = new Map<string, QBResponse>();
    for (const [index, response] of responses.entries()) {
      const item = this.#itemOf(response, index);
      if (item === undefined || item.name !== response.name || byID.has(item.requestID))
        throw unusable(`it holds a response ${response.name} that belongs to no request`, this.#writes);
      byID.set(item.requestID, response);
    }
    return byID;
  }

  /** Responses come in the order of the requests; one without an id can only be told by that. */
  #itemOf({ requestID }: QBResponse, index: number): NumberedItem | undefined {
    return requestID === undefined ? this.#items[index] : this.#byID.get(requestID);
  }

  #resultOf(
    item: NumberedItem,
    response: QBResponse | undefined,
    { irregularities }: ResponseSet,
    stopped: boolean,
  ): RequestResult {
    if (response === undefined) return this.#unanswered(item, stopped);
    const { answer: _, errorRecovery, ...head } = response;
    const verdict = judge(item, head);
    if (verdict === "error") return failed(item, head, errorOf(head), errorRecovery);
    if (verdict === "warning") logWarning(this.#logger, head);
    const isBare = this.#tellsOnlyStatus(response);
    if (!isBare && lacksRecord(response)) return failed(item, head, recordMissing(head), errorRecovery);
    return Object.freeze({
      name: item.name,
      requestID: item.requestID,
      response: head,
      outcome: outcomeOf(head),
      processed: true,
      errorRecovery,
      answer: isBare ? undefined : answerOf(response, irregularities),
      error: undefined,
    }) as RequestResult;
  }

  /** Of what was done under this id before, QuickBooks tells only the status and which object it was. */
  #tellsOnlyStatus({ answer }: QBResponse): boolean {
    const { responseData, newMessageSetID } = this.#options;
    return responseData === "includeNone" || (newMessageSetID !== undefined && answer === undefined);
  }

  #unanswered(item: NumberedItem, stopped: boolean): RequestResult {
    const { name, requestID } = item;
    const error = stopped
      ? statusError({ statusCode: NOT_PROCESSED, statusSeverity: "Error", requestName: name, requestID })
      : unusable(`it holds no response to ${name}`, writes([item]));
    return failed(item, undefined, error);
  }
}

function unusable(why: string, mayHaveWritten: boolean): QBError {
  return noResponse(`the answer cannot be used: ${why}`, mayHaveWritten ? "unknown" : "not_applied");
}

function failed(
  { name, requestID }: NumberedItem,
  response: ResponseHead | undefined,
  error: QBError,
  errorRecovery?: QBResponse["errorRecovery"],
): RequestResult {
  const processed = (error as { statusCode?: number }).statusCode !== NOT_PROCESSED;
  const { outcome } = error;
  return Object.freeze({
    name,
    requestID,
    response,
    outcome,
    processed,
    errorRecovery,
    answer: undefined,
    error,
  }) as RequestResult;
}
