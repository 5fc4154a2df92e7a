import type { QBXMLElement } from "../../qbxml/reader.js";
import { element, type Fields } from "./elements.js";

const LINES = 5;

/** Every address with its printed lines beside it. Where QuickBooks breaks the lines is partly a guess. */
export function withAddressBlocks(fields: Fields): Fields {
  const result = new Map(fields);
  for (const name of ["BillAddress", "ShipAddress"]) {
    const address = fields.get(name)?.[0];
    if (address !== undefined) result.set(`${name}Block`, [element(`${name}Block`, printedLines(address))]);
  }
  return result;
}

function printedLines(address: QBXMLElement): QBXMLElement[] {
  const part = (name: string): string => address.children.find((child) => child.name === name)?.text ?? "";
  const street = ["Addr1", "Addr2", "Addr3", "Addr4", "Addr5"].map(part);
  const region = [part("State"), part("PostalCode")].filter(Boolean).join(" ");
  const town = [part("City"), region].filter(Boolean).join(", ");
  const lines = [...street, town, part("Country")].filter(Boolean).slice(0, LINES);
  return lines.map((line, index) => element(`Addr${index + 1}`, line));
}
