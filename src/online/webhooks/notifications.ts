import { QBError } from "../../errors.js";
import { ENTITY_FACTS } from "../data/entity-facts.js";
import { verifyWebhook, type WebhookSignature } from "./webhook-signature.js";

export type WebhookOperation = "Create" | "Update" | "Delete" | "Merge" | "Void" | "Emailed" | "Unknown";

/** Something happened to an object of a company; what it is now has to be read. */
export interface WebhookNotification {
  readonly companyId: string;
  /** As `Customer`; a kind that this library does not know as it came. */
  readonly entity: string;
  readonly id: string;
  readonly operation: WebhookOperation;
  /** As it came: ISO 8601. */
  readonly time?: string;
  /** The object that was merged into this one and is gone. */
  readonly deletedId?: string;
  /** The same in every delivery of an event. */
  readonly eventId?: string;
  /** As `qbo.customer.created.v1`. */
  readonly type?: string;
  readonly format: "eventNotifications" | "cloudEvents";
}

/** Far above what is sent, which names objects and does not hold them. */
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_TEXT = 200;

const OPERATIONS: readonly WebhookOperation[] = ["Create", "Update", "Delete", "Merge", "Void", "Emailed"];
/** In events their names are in lower case. */
const ENTITIES = [...Object.keys(ENTITY_FACTS), "Budget", "Currency", "JournalCode", "TaxAgency"];

/**
 * The notifications of one delivery, which may be of several companies, in their order: whichever of Intuit's two
 * formats it has. Refused with `QB_WEBHOOK_SIGNATURE` unless it is signed.
 */
export function readWebhook(
  rawBody: Uint8Array | string,
  signature: WebhookSignature,
  verifierToken: string | readonly string[],
): WebhookNotification[] {
  if (rawBody?.length > MAX_LENGTH) throw unknownForm(`the body is longer than ${MAX_LENGTH} bytes`);
  if (!verifyWebhook(rawBody, signature, verifierToken))
    throw new QBError(
      "QB_WEBHOOK_SIGNATURE",
      typeof signature === "string"
        ? "the signature does not belong to this body and verifier token"
        : "the header intuit-signature is missing or repeated",
    );
  const content = parsed(rawBody);
  if (isRecord(content) && "eventNotifications" in content) return readEnvelope(content);
  return list(isRecord(content) ? [content] : content, "the body").map(readEvent);
}

function parsed(rawBody: Uint8Array | string): unknown {
  try {
    const bytes = typeof rawBody === "string" ? Buffer.from(rawBody) : rawBody;
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unknownForm("the body is no JSON");
  }
}

function readEnvelope(envelope: Readonly<Record<string, unknown>>): WebhookNotification[] {
  const place = "eventNotifications";
  return list(envelope[place], place).flatMap((item, index) => {
    const at = `${place}[${index}]`;
    const { realmId, dataChangeEvent } = record(item, at);
    const companyId = text(realmId, `${at}.realmId`);
    const where = `${at}.dataChangeEvent`;
    const entities = list(record(dataChangeEvent, where)["entities"], `${where}.entities`);
    return entities.map((entity, position) =>
      readEntity(companyId, entity, `${where}.entities[${position}]`),
    );
  });
}

function readEntity(companyId: string, value: unknown, at: string): WebhookNotification {
  const { name, id, operation, lastUpdated, deletedId } = record(value, at);
  return {
    companyId,
    entity: text(name, `${at}.name`),
    id: text(id, `${at}.id`),
    operation: operationOf(text(operation, `${at}.operation`)),
    ...optional("time", lastUpdated),
    ...optional("deletedId", deletedId),
    format: "eventNotifications",
  };
}

function readEvent(value: unknown, index: number): WebhookNotification {
  const at = `[${index}]`;
  const event = record(value, at);
  const type = text(event["type"], `${at}.type`);
  const [, entity = type, operation = ""] = /^qbo\.([^.]+)\.([^.]+)\.v\d+$/i.exec(type) ?? [];
  return {
    companyId: text(event["intuitaccountid"], `${at}.intuitaccountid`),
    entity: ENTITIES.find((name) => name.toLowerCase() === entity.toLowerCase()) ?? entity,
    id: text(event["intuitentityid"], `${at}.intuitentityid`),
    operation: operationOf(operation),
    ...optional("time", event["time"]),
    ...optional("deletedId", isRecord(event["data"]) ? event["data"]["deletedid"] : undefined),
    ...optional("eventId", event["id"]),
    type,
    format: "cloudEvents",
  };
}

/** `Create` and `created`, `Void` and `voided`. */
function operationOf(name: string): WebhookOperation {
  const wanted = name.toLowerCase();
  return (
    OPERATIONS.find((known) => {
      const word = known.toLowerCase();
      return wanted === word || wanted === (word.endsWith("e") ? `${word}d` : `${word}ed`);
    }) ?? "Unknown"
  );
}

function optional<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  return (isText(value) ? { [name]: value } : {}) as { [key in Name]?: string };
}

function text(value: unknown, at: string): string {
  if (isText(value)) return value;
  throw unknownForm(`${at} is no text of 1 to ${MAX_TEXT} characters`);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT;
}

function list(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unknownForm(`${at} is no list`);
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw unknownForm(`${at} is no object`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownForm(message: string): QBError {
  return new QBError("QB_WEBHOOK_PAYLOAD", message);
}
