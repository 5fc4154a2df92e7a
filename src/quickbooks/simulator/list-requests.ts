import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import type { Company } from "./company.js";
import { isTrue, type Fields } from "./elements.js";
import { applyFields } from "./fields.js";
import type { ListKind } from "./list-kinds.js";
import { listQueryPlan } from "./list-query.js";
import { writeListObject } from "./list-ret.js";
import type { ListObject, NamedList } from "./named-list.js";
import { runQuery } from "./query.js";
import { refuseReversed } from "./query-filters.js";
import { resolveReference } from "./references.js";
import {
  missingElement,
  nameInUse,
  objectNotFound,
  RequestFailure,
  staleEditSequence,
} from "./request-failure.js";
import type { RequestHandler } from "./request-handler.js";

/** Fields that the object has by itself, so that they are not kept a second time. */
const OWN_FIELDS = new Set(["ListID", "EditSequence", "Name", "IsActive", "ParentRef"]);

export function addListObject(kind: ListKind): RequestHandler {
  return (request, context) => {
    const asked = bodyOf(request, `${kind.name}Add`);
    const list = kind.listOf(context.company);
    const place = placeOf(asked, undefined, kind, context.company);
    const fields = fieldsOf(kind.defaults, asked, `${kind.name}Add`, kind, context.company);
    kind.check?.(fields);
    const created = context.company.clock.moment();
    const object = {
      kind: kind.name,
      ...place,
      fields,
      id: list.makeID(created),
      created,
      modified: created,
    };
    list.save(object);
    return { content: [writeListObject(object, kind, request, context)] };
  };
}

export function modListObject(kind: ListKind): RequestHandler {
  return (request, context) => {
    const asked = bodyOf(request, `${kind.name}Mod`);
    const list = kind.listOf(context.company);
    const before = existing(kind, list, textAt(asked, "ListID") ?? "");
    const editSequence = textAt(asked, "EditSequence") ?? "";
    if (editSequence !== String(before.modified.unix)) throw staleEditSequence(editSequence);
    const place = placeOf(asked, before, kind, context.company);
    const fields = fieldsOf(before.fields, asked, `${kind.name}Mod`, kind, context.company);
    const modified = context.company.clock.moment(before.modified.unix);
    const object = { ...before, ...place, fields, modified };
    list.save(object);
    return { content: [writeListObject(object, kind, request, context)] };
  };
}

export function queryListObjects(kind: ListKind): RequestHandler {
  const plan = listQueryPlan(kind);
  return (request, context) => {
    refuseReversed(request, context.company.clock);
    return runQuery(request, plan, context);
  };
}

export function existing(kind: ListKind, list: NamedList, id: string): ListObject {
  const object = list.byID(id);
  if (object?.kind !== kind.name) throw objectNotFound(id);
  return object;
}

function bodyOf(request: QBXMLElement, name: string): QBXMLElement {
  return request.children.find((child) => child.name === name) as QBXMLElement;
}

function fieldsOf(
  current: Fields,
  asked: QBXMLElement,
  requestType: string,
  kind: ListKind,
  company: Company,
): Fields {
  const changes = asked.children.filter(({ name }) => !OWN_FIELDS.has(name));
  const context = { company, kind: kind.name, inObject: kind.label, requestType, retType: `${kind.name}Ret` };
  return applyFields(current, changes, context);
}

type Place = Pick<ListObject, "name" | "parentID" | "isActive">;

/** Name, parent and activity after the request, once they are known to be free and possible. */
function placeOf(
  asked: QBXMLElement,
  before: ListObject | undefined,
  kind: ListKind,
  company: Company,
): Place {
  const name = textAt(asked, "Name") ?? before?.name ?? "";
  if (name.trim() === "") throw missingElement("Name", kind.label);
  if (name.includes(":")) {
    throw new RequestFailure(
      3090,
      `There was an error when converting the object name "${name}" in the field "Name".`,
    );
  }
  const list = kind.listOf(company);
  const parent = parentOf(asked, before, kind, company);
  if (parent !== undefined && before !== undefined && list.familyOf(before).includes(parent)) {
    throw new RequestFailure(
      3210,
      `The "ParentRef" field has an invalid value "${list.fullNameOf(parent)}".`,
    );
  }
  const holder = list.byFullName(parent === undefined ? name : `${list.fullNameOf(parent)}:${name}`);
  if (holder !== undefined && holder.id !== before?.id) throw nameInUse(name);
  const active = textAt(asked, "IsActive") ?? "";
  return {
    name,
    parentID: parent?.id,
    isActive: active === "" ? (before?.isActive ?? true) : isTrue(active),
  };
}

function parentOf(
  asked: QBXMLElement,
  before: ListObject | undefined,
  kind: ListKind,
  company: Company,
): ListObject | undefined {
  const reference = asked.children.find(({ name }) => name === "ParentRef");
  if (reference !== undefined) return resolveReference(company, reference, kind.name, kind.label);
  return before?.parentID === undefined ? undefined : kind.listOf(company).byID(before.parentID);
}
