import { XMLParser } from "fast-xml-parser";
import { faultIn, type Fault } from "./fault.js";

const LONGEST = 100_000;

/** The fault in an answer that is XML, as throttling answers are; undefined when it holds none that can be read. */
export function faultInXml(text: string): Fault | undefined {
  if (text.length > LONGEST || /<!DOCTYPE/i.test(text)) return undefined;
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    removeNSPrefix: true,
    parseTagValue: false,
    htmlEntities: true,
  });
  try {
    const document = parser.parse(text, true) as Record<string, unknown>;
    return faultIn(document["IntuitResponse"]) ?? faultIn(document);
  } catch {
    return undefined;
  }
}
