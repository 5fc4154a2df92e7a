import { CodePage } from "../code-page.js";
import { escapeText } from "./plain-text.js";
import type { QBXMLElement } from "../reader.js";
import type { Slot } from "./write-plan.js";

export type WrittenAttributes = Readonly<Record<string, string>>;

/** Takes elements in the order of the document. */
export interface ElementSink {
  open(slot: Slot, attributes: WrittenAttributes | undefined): void;
  close(slot: Slot): void;
  /** An element with text; `plain` when nothing in it needs an escape. */
  text(slot: Slot, value: string, plain: boolean): void;
  empty(slot: Slot, attributes: WrittenAttributes | undefined): void;
}

/** Every character has a reference here; the gate knows which of them QuickBooks can store. */
const page = CodePage.of(65001);
const keep = (): string => "\uFFFD";

/** Writes text, each element on a line of its own, as `writeElement` does. */
export class TextSink implements ElementSink {
  written = "";

  open(slot: Slot, attributes: WrittenAttributes | undefined): void {
    this.written += attributes === undefined ? `${slot.openTag}\n` : `<${slot.name}${pairs(attributes)}>\n`;
  }

  close(slot: Slot): void {
    this.written += slot.closeTag;
  }

  text(slot: Slot, value: string, plain: boolean): void {
    if (value === "") this.written += slot.emptyTag;
    else this.written += slot.openTag + (plain ? value : escapeText(value)) + slot.closeTag;
  }

  empty(slot: Slot, attributes: WrittenAttributes | undefined): void {
    this.written += attributes === undefined ? slot.emptyTag : `<${slot.name}${pairs(attributes)}/>\n`;
  }
}

function pairs(attributes: WrittenAttributes): string {
  let text = "";
  for (const name of Object.keys(attributes))
    text += ` ${name}="${page.attribute(attributes[name] ?? "", keep)}"`;
  return text;
}

interface OpenElement extends QBXMLElement {
  readonly children: QBXMLElement[];
}

/** Makes elements, as `readElement` would of the same text. */
export class TreeSink implements ElementSink {
  readonly roots: QBXMLElement[] = [];
  readonly #open: OpenElement[] = [];

  open({ name }: Slot, attributes: WrittenAttributes = {}): void {
    const element: OpenElement = { name, attributes, children: [], text: "" };
    this.#add(element);
    this.#open.push(element);
  }

  close(): void {
    this.#open.pop();
  }

  text({ name }: Slot, text: string): void {
    this.#add({ name, attributes: {}, children: [], text });
  }

  empty({ name }: Slot, attributes: WrittenAttributes = {}): void {
    this.#add({ name, attributes, children: [], text: "" });
  }

  #add(element: QBXMLElement): void {
    (this.#open.at(-1)?.children ?? this.roots).push(element);
  }
}
