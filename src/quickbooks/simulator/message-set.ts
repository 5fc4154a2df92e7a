import type { MessageSet } from "../../qbxml/envelope.js";
import { readElement, type QBXMLElement } from "../../qbxml/reader.js";
import { mistakesInRequest } from "../../qbxml/check/check.js";
import type { CheckScope, Finding } from "../../qbxml/check/finding.js";
import { REQUEST_FACTS } from "../../qbxml/schema/request-facts.js";
import { fromHresult } from "../../hresult.js";
import { HANDLERS } from "./handlers.js";
import { notImitated, RequestFailure } from "./request-failure.js";
import type { RequestContext, RequestResult } from "./request-handler.js";
import { refuseBadValues } from "./value-status.js";

const PARSE_FAILURE = 0x80040400;
const ROLLBACK_NOT_SUPPORTED = 0x80040413;
const VERSION_NOT_SUPPORTED = 0x80040423;
const GREATEST_REQUEST_ID = 50;

/** Reads a message set as QuickBooks' parser does: what it does not understand fails the whole set, before any work. */
export function parseMessageSet(
  set: MessageSet,
  versions: readonly string[],
): { set: QBXMLElement; scope: CheckScope } {
  const root = parse(set.text);
  if (!versions.includes(set.version)) throw fromHresult(VERSION_NOT_SUPPORTED);
  const requests = root.children[0];
  if (requests === undefined) throw fromHresult(PARSE_FAILURE);
  if (requests.attributes["onError"] === "rollbackOnError") throw fromHresult(ROLLBACK_NOT_SUPPORTED);
  const scope: CheckScope = { version: Number(set.version), edition: "QBD" };
  for (const request of requests.children) {
    const finding = firstDisorder(request, scope);
    if (finding !== undefined)
      throw fromHresult(PARSE_FAILURE, { description: `${finding.path}: ${finding.message}` });
    refuseWrongSet(request, requests.name);
  }
  return { set: requests, scope };
}

function firstDisorder(request: QBXMLElement, scope: CheckScope): Finding | undefined {
  return mistakesInRequest(request, scope).find(({ kind }) => kind === "structure")?.finding;
}

function parse(text: string): QBXMLElement {
  try {
    return readElement(text);
  } catch (cause) {
    throw fromHresult(PARSE_FAILURE, { cause });
  }
}

function refuseWrongSet({ name }: QBXMLElement, setName: string): void {
  const subscription = REQUEST_FACTS.get(name)?.subscription === true;
  if (subscription === (setName === "QBXMLSubscriptionMsgsRq")) return;
  throw fromHresult(PARSE_FAILURE, { description: `${name} does not belong in ${setName}` });
}

/** Does the requests in order, each by itself, and gives their responses. */
export function processRequests(set: QBXMLElement, context: RequestContext): QBXMLElement[] {
  const stops = set.attributes["onError"] === "stopOnError";
  const responses: QBXMLElement[] = [];
  let failed = false;
  for (const request of set.children) {
    const processed: Processed = failed && stops ? skipped(request) : processRequest(request, context);
    responses.push(processed.response);
    failed ||= processed.isError;
  }
  return responses;
}

interface Processed {
  readonly response: QBXMLElement;
  readonly isError: boolean;
}

/** What QuickBooks says of requests after the one that failed is not known; code and sentence are guesses. */
function skipped(request: QBXMLElement): Processed {
  return failureResponse(request, new RequestFailure(3231, "The request has not been processed."));
}

function processRequest(request: QBXMLElement, context: RequestContext): Processed {
  try {
    return { response: successResponse(request, handle(request, context)), isError: false };
  } catch (error) {
    if (error instanceof RequestFailure) return failureResponse(request, error);
    throw error;
  }
}

function handle(request: QBXMLElement, context: RequestContext): RequestResult {
  const requestID = request.attributes["requestID"] ?? "";
  if (requestID.length > GREATEST_REQUEST_ID)
    throw new RequestFailure(1060, `The request ID "${requestID}" is invalid.`);
  const handler = HANDLERS.get(request.name);
  if (handler === undefined) throw notImitated(request.name);
  if (context.readOnly && REQUEST_FACTS.get(request.name)?.writes === true) {
    // How QuickBooks words this, and with which code, is a guess.
    throw new RequestFailure(
      3260,
      "Insufficient permission level to perform this action: the session is read-only.",
    );
  }
  refuseBadValues(request);
  return handler(request, context);
}

function successResponse(
  request: QBXMLElement,
  { content, status, attributes }: RequestResult,
): QBXMLElement {
  const { code, severity, message } = status ?? { code: 0, severity: "Info", message: "Status OK" };
  return respond(request, { code, severity, message }, content, attributes);
}

function failureResponse(request: QBXMLElement, { statusCode, message }: RequestFailure): Processed {
  return { response: respond(request, { code: statusCode, severity: "Error", message }, []), isError: true };
}

function respond(
  request: QBXMLElement,
  status: { readonly code: number; readonly severity: string; readonly message: string },
  children: readonly QBXMLElement[],
  queryAttributes: Readonly<Record<string, string>> = {},
): QBXMLElement {
  const { requestID } = request.attributes;
  const attributes = {
    ...(requestID === undefined ? {} : { requestID }),
    statusCode: String(status.code),
    statusSeverity: status.severity,
    statusMessage: status.message,
    ...queryAttributes,
  };
  return { name: request.name.replace(/Rq$/, "Rs"), attributes, children, text: "" };
}
