import { utf8Document } from "./decode.js";
import { TOKEN, Tokenizer, type Attributes } from "./tokenizer.js";

/** An element with its content: either children or text. */
export interface QBXMLElement {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: readonly QBXMLElement[];
  readonly text: string;
}

interface OpenElement extends QBXMLElement {
  readonly children: QBXMLElement[];
  text: string;
}

/** Reads a whole document into its root element. Throws `QB_XML_MALFORMED` with line and column, `QB_CHARACTER_ENCODING`. */
export function readElement(document: string | Uint8Array): QBXMLElement {
  const tokens = new Tokenizer();
  tokens.write(utf8Document(document));
  tokens.finish();
  const builder = new TreeBuilder();
  for (let kind = tokens.next(); kind !== TOKEN.done; kind = tokens.next()) builder.take(kind, tokens);
  return builder.root as QBXMLElement;
}

/** The first child with this name. */
export function child(element: QBXMLElement, name: string): QBXMLElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The text of the element at the end of a path of names, or undefined when one of them is missing. */
export function textAt(element: QBXMLElement, ...path: string[]): string | undefined {
  let current: QBXMLElement | undefined = element;
  for (const name of path) current = current && child(current, name);
  return current?.text;
}

class TreeBuilder {
  root: QBXMLElement | undefined;
  readonly #open: OpenElement[] = [];

  take(kind: number, tokens: Tokenizer): void {
    if (kind === TOKEN.start) this.#start(tokens);
    else if (kind === TOKEN.end) this.root = this.#open.pop();
    else if (kind === TOKEN.text) (this.#open.at(-1) as OpenElement).text += tokens.text();
  }

  #start(tokens: Tokenizer): void {
    const element = { name: tokens.name, attributes: tokens.attributes(), children: [], text: "" };
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      parent.children.push(element);
      parent.text = "";
    }
    this.#open.push(element);
  }
}
