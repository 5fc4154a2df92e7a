import { readFileSync } from "node:fs";
import { child, readElement, type QBXMLElement, type ReportRetFields } from "qbconnector/qbxml";

/** Elements of a report that may repeat. */
const REPEATED: ReadonlySet<string> = new Set([
  "ColDesc",
  "ColTitle",
  "TextRow",
  "DataRow",
  "SubtotalRow",
  "TotalRow",
  "ColData",
]);
const WHOLE_NUMBERS: ReadonlySet<string> = new Set(["colID", "titleRow", "rowNumber"]);

/** The first report of a response document, as an object. */
export function reportRet(qbxml: string): ReportRetFields {
  const set = child(readElement(qbxml), "QBXMLMsgsRs") as QBXMLElement;
  const report = set.children.map((response) => child(response, "ReportRet")).find(Boolean);
  return fieldsOf(report as QBXMLElement) as ReportRetFields;
}

export function reportFixture(name: string): ReportRetFields {
  return reportRet(readFileSync(`test/fixtures/responses/${name}.xml`, "utf8"));
}

function fieldsOf({ attributes, children, text }: QBXMLElement): unknown {
  if (children.length === 0 && Object.keys(attributes).length === 0) return text;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes))
    fields[name] = WHOLE_NUMBERS.has(name) ? Number(value) : value;
  for (const element of children) {
    const value = fieldsOf(element);
    if (!REPEATED.has(element.name)) fields[element.name] = value;
    else ((fields[element.name] ??= []) as unknown[]).push(value);
  }
  return fields;
}
