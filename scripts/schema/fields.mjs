import { answerCommentOf, commentOf } from "./comments.mjs";
import { elementsIn, isRepeatedChoice, namesIn, within } from "./particles.mjs";
import { enumName } from "./type-names.mjs";

const NOWHERE = { since: 0, notIn: [], repeated: false, optional: false };
const SCALARS = { boolean: "boolean", integer: "number" };
const MACRO_COMMENT = "  /** A name for the new object, for `useMacro` later in the message set. */\n";

/** Writes the fields of structures as TypeScript, for requests or for answers. */
export class Fields {
  #facts;
  #names;

  constructor(facts, names) {
    this.#facts = facts;
    this.#names = names;
  }

  /** Fields as answers have them: repeats are arrays, enums open, alternatives side by side. */
  read({ content, attributes = [] }) {
    const own = attributes.filter((key) => key !== "defMacro");
    const lines = own.map((key) => this.#attribute(key, false));
    for (const particle of elementsIn(content)) {
      const { min, since, place, name } = particle;
      const optional = min === 0 || place.optional || since !== undefined;
      const many = particle.max !== undefined || place.repeated;
      const type = this.#type(particle, false) + (many ? "[]" : "");
      lines.push(`${answerCommentOf(particle, "  ")}  ${name}${optional ? "?" : ""}: ${type};\n`);
    }
    const order = content.filter(isRepeatedChoice).map((choice) => `  $order?: ${orderType(choice)}[];\n`);
    return `{\n${lines.join("")}${order.join("")}}`;
  }

  /** The form of requests as [plain fields, alternatives]; the second is empty where there is no choice. */
  write({ content, attributes = [] }) {
    const lines = attributes.map((key) => this.#attribute(key, true));
    const choices = [];
    for (const particle of content) {
      if (particle.choice === undefined) lines.push(this.#field(particle, NOWHERE, "  "));
      else if (isRepeatedChoice(particle)) lines.push(this.#repeated(particle));
      else choices.push(this.#choice(particle, NOWHERE, "  "));
    }
    return { fields: `{\n${lines.join("")}}`, choices };
  }

  #repeated(choice) {
    const lines = elementsIn([choice]).map(
      (particle) =>
        `${commentOf(particle, "  ")}  ${particle.name}?: OneOrMore<${this.#type(particle, true)}> | undefined;\n`,
    );
    const order =
      "  /** The order of the elements, where it is not one kind after the other. */\n" +
      `  $order?: readonly ${orderType(choice)}[] | undefined;\n`;
    return lines.join("") + order;
  }

  #field(particle, place, indent) {
    const placed = { ...particle, place: within(place, particle) };
    const optional = particle.min === 0;
    const type = this.#type(particle, true);
    const value = particle.max === undefined ? type : `OneOrMore<${type}>`;
    const end = optional ? `?: ${value} | undefined;\n` : `: ${value};\n`;
    return `${commentOf(placed, indent)}${indent}${particle.name}${end}`;
  }

  /** Alternatives that exclude one another: in each, the elements of the others may only be undefined. */
  #choice(choice, outside, indent) {
    const place = within(outside, choice);
    const names = namesIn([choice]);
    const alternatives = choice.choice.map((given) => (choice.min === 0 ? relaxed(given) : given));
    if (choice.min === 0 && !alternatives.some(canBeEmpty)) alternatives.push([]);
    const texts = alternatives.map((alternative) => {
      const own = new Set(namesIn(alternative));
      return this.#alternative(
        alternative,
        names.filter((name) => !own.has(name)),
        place,
        indent,
      );
    });
    return `(\n${texts.map((text) => `${indent}| ${text}\n`).join("")}${indent.slice(2)})`;
  }

  #alternative(alternative, others, place, indent) {
    const deeper = `${indent}    `;
    const fields = alternative
      .filter((particle) => particle.choice === undefined)
      .map((particle) => this.#field(particle, place, deeper));
    const absent = others.map((name) => `${name}?: undefined;`).join(" ");
    const nested = alternative
      .filter((particle) => particle.choice !== undefined)
      .map((choice) => ` & ${this.#choice(choice, place, deeper)}`);
    return `{\n${fields.join("")}${deeper}${absent}\n${indent}  }${nested.join("")}`;
  }

  #attribute(key, written) {
    const { name, type, required, enum: values } = this.#facts.attributes[key];
    const comment = name === "defMacro" ? MACRO_COMMENT : "";
    const value = this.#type({ type, enum: values }, written);
    return `${comment}  ${name}${required ? "" : "?"}: ${value}${written && !required ? " | undefined" : ""};\n`;
  }

  #type({ type, ref, enum: values, macro }, written) {
    if (ref !== undefined) return this.#names.of(ref, written);
    if (values !== undefined) return written ? enumName(values) : `Open<${enumName(values)}>`;
    return macro === true && written ? "IDOrMacro" : this.#scalar(type);
  }

  #scalar(type) {
    return SCALARS[this.#facts.scalars[type].kind] ?? "string";
  }
}

/** An alternative of an optional choice that is one element may as well be that element, optional. */
function relaxed(alternative) {
  const [only] = alternative;
  return alternative.length === 1 && only.choice === undefined ? [{ ...only, min: 0 }] : alternative;
}

function canBeEmpty(alternative) {
  return alternative.every((particle) => particle.min === 0);
}

function orderType(choice) {
  return `(${namesIn([choice])
    .map((name) => JSON.stringify(name))
    .join(" | ")})`;
}
