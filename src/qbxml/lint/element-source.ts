import type { QBXMLElement } from "../reader.js";
import { TOKEN, Tokenizer } from "../tokenizer.js";

/** An element, and where it stands in the bytes of its document. */
export interface SourceElement extends QBXMLElement {
  readonly children: readonly SourceElement[];
  /** Of the start tag. */
  readonly start: number;
  /** Behind the start tag; equal to `end` for `<A/>`. */
  readonly contentStart: number;
  /** Of the end tag. */
  readonly contentEnd: number;
  /** Behind the end tag. */
  readonly end: number;
}

interface OpenElement extends SourceElement {
  readonly children: OpenElement[];
  text: string;
  contentEnd: number;
  end: number;
}

/** The error for text beside elements, which the reader does not pass over. */
export const LOOSE_TEXT = "QB_MESSAGE_SET";

/** Reads a document in UTF-8 into elements with their places. Throws `QB_XML_MALFORMED` with line and column, `LOOSE_TEXT`. */
export function readElementSource(bytes: Uint8Array): SourceElement {
  const tokens = new Tokenizer({ looseTextCode: LOOSE_TEXT });
  tokens.write(bytes);
  tokens.finish();
  const open: OpenElement[] = [];
  let root: SourceElement | undefined;
  for (let kind = tokens.next(); kind !== TOKEN.done; kind = tokens.next()) {
    if (kind === TOKEN.start) start(tokens, open);
    else if (kind === TOKEN.text) (open.at(-1) as OpenElement).text += tokens.text();
    else if (kind === TOKEN.end) root = end(tokens, open);
  }
  return root as SourceElement;
}

function start(tokens: Tokenizer, open: OpenElement[]): void {
  const { name, start, end } = tokens;
  const places = { start, contentStart: end, contentEnd: end, end };
  const element: OpenElement = { name, attributes: tokens.attributes(), children: [], text: "", ...places };
  const parent = open.at(-1);
  if (parent !== undefined) {
    parent.children.push(element);
    parent.text = "";
  }
  open.push(element);
}

function end(tokens: Tokenizer, open: OpenElement[]): SourceElement {
  const element = open.pop() as OpenElement;
  element.contentEnd = tokens.start;
  element.end = tokens.end;
  return element;
}

/** The number of the child around a byte, or of one beside it. */
export function indexAt(children: readonly SourceElement[], offset: number): number {
  let [low, high] = [0, children.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((children[middle] as SourceElement).start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Gives text that was taken out of the document back to the element that it stands in. */
export function addLooseText(root: SourceElement, offset: number, text: string): SourceElement {
  let element = root as OpenElement;
  for (;;) {
    const child: OpenElement | undefined = element.children[indexAt(element.children, offset)];
    if (child === undefined || offset < child.start || offset >= child.end) break;
    element = child;
  }
  element.text += text;
  return element;
}
