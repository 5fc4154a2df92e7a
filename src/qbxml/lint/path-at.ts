import { Place } from "../check/place.js";
import type { Position } from "../position.js";
import { indexAt, readElementSource, type SourceElement } from "./element-source.js";

/** The element around a place in a document in ASCII, as a path of findings: `QBXMLMsgsRq/CustomerAddRq/CustomerAdd/Name`. */
export function pathAt(document: string, { line, column }: Position): string | undefined {
  const offset =
    document
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length +
    (line > 1 ? 1 : 0) +
    column -
    1;
  const [set] = readElementSource(Buffer.from(document)).children;
  if (set === undefined) return undefined;
  let element: SourceElement = set;
  let place = new Place(set);
  for (;;) {
    const index = indexAt(element.children, offset);
    const child: SourceElement | undefined = element.children[index];
    if (child === undefined || offset < child.start || offset >= child.end) return place.path;
    place = new Place(child, undefined, place, index);
    element = child;
  }
}
