import type { QBXMLElement } from "../../qbxml/reader.js";
import { withAddressBlocks } from "./address-block.js";
import { byName, element } from "./elements.js";
import type { ListKind } from "./list-kinds.js";
import type { ListObject } from "./named-list.js";
import type { RequestContext } from "./request-handler.js";
import { buildRet, includedElements } from "./ret.js";

export function writeListObject(
  object: ListObject,
  kind: ListKind,
  request: QBXMLElement,
  context: RequestContext,
): QBXMLElement {
  const { company } = context;
  const list = kind.listOf(company);
  const parent =
    object.parentID === undefined ? [] : [element("ParentRef", [element("ListID", object.parentID)])];
  const own = [
    element("ListID", object.id),
    element("TimeCreated", company.clock.format(object.created)),
    element("TimeModified", company.clock.format(object.modified)),
    element("EditSequence", String(object.modified.unix)),
    element("Name", object.name),
    element("FullName", list.fullNameOf(object)),
    element("IsActive", String(object.isActive)),
    ...parent,
    element("Sublevel", String(list.ancestorsOf(object).length)),
    ...kind.computed(object, company),
  ];
  const fields = new Map([...withAddressBlocks(object.fields), ...byName(own)]);
  return buildRet(`${kind.name}Ret`, kind.name, fields, context, includedElements(request));
}
