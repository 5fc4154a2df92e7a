import { SaxesParser } from "saxes";
import { TOKEN, Tokenizer, type TokenizerOptions } from "../../dist/qbxml/tokenizer.js";

/** Start tags with attributes, texts of elements without elements, end tags, instructions, each as a string. */
export type TokenEvents = readonly string[];

class EventList {
  readonly events: string[] = [];
  #text = "";
  #isLeaf = false;

  start(name: string, attributes: readonly (readonly [string, string])[]): void {
    this.#text = "";
    this.#isLeaf = true;
    this.events.push(`<${name} ${JSON.stringify(attributes)}`);
  }

  text(data: string): void {
    this.#text += data;
  }

  end(name: string): void {
    if (this.#isLeaf && this.#text !== "") this.events.push(`"${this.#text}`);
    this.#text = "";
    this.#isLeaf = false;
    this.events.push(`/${name}`);
  }

  leaf(name: string, text: string): void {
    this.start(name, []);
    this.text(text);
    this.end(name);
  }

  instruction(target: string, body: string): void {
    this.events.push(`?${target} ${body}`);
  }
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

function escaped(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => REFERENCES[character] ?? character);
}

class CanonicalList extends EventList {
  override start(name: string, attributes: readonly (readonly [string, string])[]): void {
    super.start(name, attributes);
    const pairs = attributes.map(([key, value]) => ` ${key}="${escaped(value, /[&<"\t\n\r]/g)}"`);
    this.events[this.events.length - 1] = `<${name}${pairs.sort().join("")}>`;
  }

  override end(name: string): void {
    const before = this.events.length;
    super.end(name);
    if (this.events.length === before + 2)
      this.events[before] = escaped((this.events[before] as string).slice(1), /[&<>\r]/g);
    this.events[this.events.length - 1] = `</${name}>`;
  }
}

/** What the tokenizer reads of a document that comes in pieces. */
export function tokenEvents(pieces: readonly Uint8Array[], options: TokenizerOptions = {}): TokenEvents {
  const tokens = new Tokenizer(options);
  const list = new EventList();
  const drain = (): void => {
    for (let kind = tokens.next(); kind !== TOKEN.needMore && kind !== TOKEN.done; kind = tokens.next())
      take(kind, tokens, list);
  };
  for (const piece of pieces) {
    tokens.write(piece);
    drain();
  }
  tokens.finish();
  drain();
  return list.events;
}

function take(kind: number, tokens: Tokenizer, list: EventList): void {
  if (kind === TOKEN.start) list.start(tokens.name, Object.entries(tokens.attributes()));
  else if (kind === TOKEN.end) list.end(tokens.name);
  else if (kind === TOKEN.leaf) list.leaf(tokens.name, tokens.text());
  else if (kind === TOKEN.text) list.text(tokens.text());
  else list.instruction(tokens.name, tokens.text());
}

/** What the tokenizer reads, in the words of Canonical XML. */
export function canonicalEvents(document: Uint8Array): readonly string[] {
  const list = new CanonicalList();
  const tokens = new Tokenizer();
  tokens.write(document);
  tokens.finish();
  for (let kind = tokens.next(); kind !== TOKEN.done; kind = tokens.next())
    if (kind !== TOKEN.instruction) take(kind, tokens, list);
  return list.events;
}

/** What saxes reads of it; throws what saxes throws. */
export function saxesEvents(document: string): TokenEvents {
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  const list = new EventList();
  parser.on("opentag", ({ name, attributes }) => list.start(name, Object.entries(attributes)));
  parser.on("text", (data) => list.text(data));
  parser.on("cdata", (data) => list.text(data));
  parser.on("closetag", ({ name }) => list.end(name));
  parser.on("processinginstruction", ({ target, body }) => list.instruction(target, body));
  parser.write(document).close();
  return list.events;
}
