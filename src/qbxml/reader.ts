import { tokenize, type Attributes, type Position, type TokenHandler } from "./tokenizer.js";
import { QBError } from "../errors.js";

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

/** Reads a whole document into its root element. Throws `QB_XML_MALFORMED` with line and column. */
export function readElement(text: string): QBXMLElement {
  return tokenize(text, (position) => new TreeBuilder(position)).root as QBXMLElement;
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

class TreeBuilder implements TokenHandler {
  root: QBXMLElement | undefined;
  readonly #position: () => Position;
  readonly #open: OpenElement[] = [];

  constructor(position: () => Position) {
    this.#position = position;
  }

  open(name: string, attributes: Attributes): void {
    const element: OpenElement = { name, attributes, children: [], text: "" };
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
  }

  text(data: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += data;
  }

  close(): void {
    const element = this.#open.pop() as OpenElement;
    if (element.children.length > 0) this.#dropLayout(element);
    if (this.#open.length === 0) this.root = element;
  }

  #dropLayout(element: OpenElement): void {
    if (/[^ \t\r\n]/.test(element.text)) {
      const { line, column } = this.#position();
      const message = `line ${line}, column ${column}: text beside elements in ${element.name}`;
      throw new QBError("QB_XML_MALFORMED", message, { details: { line, column } });
    }
    element.text = "";
  }
}
