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
