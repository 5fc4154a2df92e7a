import { writtenText } from "./written-text.mjs";

/** The bodies and answers of all requests, and the table that joins them. */
export function requestsText(facts, names, fields) {
  const requests = Object.keys(facts.messages)
    .filter((name) => name.endsWith("Rq"))
    .map((name) => new Request(name.slice(0, -2), facts.messages, names, fields));
  const entries = requests.map(
    (request) => `  ${request.name}: { body: ${request.body}; answer: ${request.answer}${request.flags} };\n`,
  );
  return [
    ...requests.flatMap((request) => request.declarations),
    `/** All ${requests.length} requests of qbXML: what \`client.request\` takes, and what it gives. */\n` +
      `export interface QBRequests {\n${entries.join("")}}\n`,
  ].join("\n");
}

class Request {
  declarations = [];
  #names;
  #fields;

  constructor(name, messages, names, fields) {
    this.name = name;
    this.#names = names;
    this.#fields = fields;
    const request = messages[`${name}Rq`];
    this.body = this.#bodyOf(request);
    this.answer = this.#answerOf(messages[`${name}Rs`].content, request.operation === "Query");
    this.flags = flagsOf(name, request);
  }

  #bodyOf({ content }) {
    const [only, ...others] = content.filter(({ name }) => name !== "IncludeRetElement");
    if (others.length === 0 && only?.ref !== undefined && only.name === this.name && only.min === undefined)
      return this.#names.of(only.ref, true);
    this.declarations.push(writtenText(this.name, { content }, this.#fields));
    return this.name;
  }

  #answerOf(whole, isQuery) {
    const content = whole.filter(({ name }) => name !== "ErrorRecovery");
    const [only, ...others] = content;
    if (only === undefined) return "undefined";
    if (others.length > 0) return this.#declare("Answer", `interface`, this.#fields.read({ content }));
    const end = only.max === undefined ? "" : "[]";
    if (only.choice !== undefined) return this.#declare("Record", "type", this.#kinds(only)) + end;
    const type = this.#names.of(only.ref, false);
    return isQuery && end === "" && !this.name.endsWith("ReportQuery") ? `${type} | undefined` : type + end;
  }

  #declare(ending, keyword, text) {
    const name = `${this.name}${ending}`;
    this.declarations.push(`export ${keyword} ${name} ${keyword === "type" ? `=${text};` : text}\n`);
    return name;
  }

  #kinds({ choice }) {
    return choice
      .map(([{ name, ref }]) => `\n  | ({ $element: "${name}" } & ${this.#names.of(ref, false)})`)
      .join("");
  }
}

/** What a request can do beside its body and answer, for the types that are made from the table. */
function flagsOf(name, { set, attributes = [], content }) {
  const flags = {
    subscription: set === "QBXMLSubscriptionMsgsRq",
    metaData: attributes.includes("metaData"),
    iterates: attributes.includes("iterator"),
    includes: content.length === 2 && content[0].name === name && content[1].name === "IncludeRetElement",
  };
  return Object.entries(flags)
    .map(([flag, isSet]) => (isSet ? `; ${flag}: true` : ""))
    .join("");
}
