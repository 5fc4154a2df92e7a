import type { QBXMLElement } from "../../qbxml/reader.js";
import type { SchemaScope } from "../../qbxml/schema/particles.js";
import { byName, element } from "./elements.js";
import { buildRet, type RetContext } from "./ret.js";
import { fingerprintOf, type SavedMessageSets, type SavedOutcome } from "./saved-message-sets.js";

export interface Recovered {
  readonly responses: readonly QBXMLElement[];
  /** Attributes of the response message set. */
  readonly attributes: Readonly<Record<string, string>>;
}

const CHECKSUM_DIFFERS = "9001";
const BAD_MESSAGE_SET_ID = "9004";
const NOTHING_SAVED = "600";
const GOOD = "0";
const GREATEST_ID = 23;

/** The error recovery of one message set: its ids, the application they belong to, and the text that is compared. */
export interface RecoveryRequest {
  readonly application: string;
  readonly set: QBXMLElement;
  readonly text: string;
}

/**
 * Does a message set under the ids it carries: the same new id with the same text is not done twice, an old id is forgotten.
 * Codes 9001 and 9004, and that a refused set has no responses, are guesses.
 */
export function withRecovery(
  request: RecoveryRequest,
  saved: SavedMessageSets,
  work: () => readonly QBXMLElement[],
  context: RetContext,
): Recovered {
  const { newMessageSetID, oldMessageSetID } = request.set.attributes;
  if (newMessageSetID === undefined && oldMessageSetID === undefined)
    return { responses: work(), attributes: {} };
  if ([newMessageSetID, oldMessageSetID].some((id) => (id?.length ?? 0) > GREATEST_ID)) {
    return answer(BAD_MESSAGE_SET_ID, newMessageSetID, []);
  }
  const isSame = newMessageSetID === oldMessageSetID;
  if (newMessageSetID !== undefined && isSame && request.set.children.length === 0) {
    return report(request, newMessageSetID, saved, context);
  }
  const forgets = oldMessageSetID !== undefined && !isSame;
  const cleared = !forgets || saved.clear(request.application, oldMessageSetID);
  const status = cleared ? GOOD : NOTHING_SAVED;
  if (newMessageSetID === undefined) return answer(status, undefined, work());
  return protect(request, newMessageSetID, status, saved, work, context);
}

function report(
  request: RecoveryRequest,
  id: string,
  saved: SavedMessageSets,
  context: RetContext,
): Recovered {
  const outcome = saved.find(request.application, id);
  return outcome === undefined ? answer(NOTHING_SAVED, id, []) : answer(GOOD, id, thin(outcome, context));
}

function protect(
  { application, text }: RecoveryRequest,
  id: string,
  status: string,
  saved: SavedMessageSets,
  work: () => readonly QBXMLElement[],
  context: RetContext,
): Recovered {
  const fingerprint = fingerprintOf(text);
  const before = saved.find(application, id);
  if (before !== undefined) {
    return before.fingerprint === fingerprint
      ? answer(GOOD, id, thin(before, context))
      : answer(CHECKSUM_DIFFERS, id, []);
  }
  const responses = work();
  saved.save(application, id, { fingerprint, responses });
  return answer(status, id, responses);
}

function answer(
  status: string,
  newMessageSetID: string | undefined,
  responses: readonly QBXMLElement[],
): Recovered {
  const id = newMessageSetID === undefined ? {} : { newMessageSetID };
  return { responses, attributes: { ...id, messageSetStatusCode: status } };
}

/** What is kept of an outcome: statuses, and which objects were written. */
function thin({ responses }: SavedOutcome, context: RetContext): QBXMLElement[] {
  return responses.map((response) => ({ ...response, children: thinContent(response, context) }));
}

function thinContent({ name, children }: QBXMLElement, context: RetContext): readonly QBXMLElement[] {
  if (name.endsWith("QueryRs")) return [];
  const ret = children.find((child) => child.name.endsWith("Ret"));
  if (ret === undefined) return children;
  return hasErrorRecovery(context.scope)
    ? [buildRet("ErrorRecovery", "", byName(ret.children), context)]
    : [];
}

function hasErrorRecovery({ version }: SchemaScope): boolean {
  return version >= 11;
}

/** The message set with which QuickBooks answers; `includeNone` leaves only the statuses. */
export function responseSet(set: QBXMLElement, { responses, attributes }: Recovered): QBXMLElement {
  const statusesOnly = set.attributes["responseData"] === "includeNone";
  const children = statusesOnly ? responses.map((response) => ({ ...response, children: [] })) : responses;
  return { ...element(set.name.replace(/Rq$/, "Rs"), children), attributes };
}
