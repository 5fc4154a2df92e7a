import { elementsIn } from "./particles.mjs";

/** Attribute enums begin lower-case and need a name that reads as a type. */
const ATTRIBUTE_ENUMS = { dataType: "ColDescDataType", iterator: "IteratorStep" };

export function enumName(name) {
  return ATTRIBUTE_ENUMS[name] ?? pascal(name);
}

function pascal(name) {
  return name
    .split(".")
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join("");
}

/**
 * Which structures stand in requests, in answers, or in both. Where the two forms differ (repeats, open enums, choices,
 * macros), the form of answers takes the ending Ret, as QuickBooks itself names what it returns.
 */
export class TypeNames {
  #types;
  #differs = new Map();

  constructor({ types, messages, messageSets }) {
    this.#types = types;
    const roots = (ending) => Object.keys(messages).filter((name) => name.endsWith(ending));
    this.written = this.#reachable(roots("Rq").map((name) => messages[name].content));
    this.read = this.#reachable([
      ...roots("Rs").map((name) => messages[name].content),
      messageSets.QBXMLEvents.content,
    ]);
  }

  structure(name) {
    const { sameAs } = this.#types[name];
    return this.#types[sameAs ?? name];
  }

  /** Name of the TypeScript type in requests (`written`) or in answers. */
  of(name, written) {
    const plain = pascal(name);
    return written || !this.written.has(name) || !this.differs(name) ? plain : `${plain}Ret`;
  }

  differs(name) {
    if (!this.#differs.has(name)) this.#differs.set(name, this.#compare(name));
    return this.#differs.get(name);
  }

  #compare(name) {
    const { content, attributes } = this.structure(name);
    if (attributes !== undefined || content.some((particle) => particle.choice)) return true;
    return content.some(
      ({ max, enum: values, macro, ref }) =>
        max ?? values ?? macro ?? (ref !== undefined && this.differs(ref)),
    );
  }

  #reachable(contents) {
    const found = new Set();
    const visit = (content) => {
      for (const { ref } of elementsIn(content)) {
        if (ref === undefined || found.has(ref)) continue;
        found.add(ref);
        visit(this.structure(ref).content);
      }
    };
    contents.forEach(visit);
    return found;
  }
}
