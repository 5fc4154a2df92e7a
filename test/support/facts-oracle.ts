import {
  alternativesIn,
  elementNamed,
  facts,
  isIn,
  isRequest,
  lengthLimit,
  structureOf,
  valuesOf,
  type Content,
  type ElementFact,
  type Scope,
  type Structure,
} from "./qbxml-facts.js";

export interface JudgedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly JudgedElement[];
  readonly text: string;
}

export interface Tolerance {
  /** QuickBooks may be newer than the facts: an element's value that no enum lists is no fault. */
  readonly unknownValues?: boolean;
}

/**
 * The first thing that is wrong by the facts, as "path: fault", in a request, a response, a message set or a whole document.
 * Each content list becomes a regular expression over the names of the children.
 */
export function judge(element: JudgedElement, scope: Scope, tolerance: Tolerance = {}): string | undefined {
  return new Judge(scope, tolerance).root(element);
}

class Judge {
  readonly #scope: Scope;
  readonly #tolerance: Tolerance;

  constructor(scope: Scope, tolerance: Tolerance) {
    this.#scope = scope;
    this.#tolerance = tolerance;
  }

  root(element: JudgedElement): string | undefined {
    const { name, children } = element;
    if (name === "QBXML") return children.length === 1 ? this.#all(children) : "QBXML: not one message set";
    const set = facts.messageSets[name];
    if (set !== undefined) {
      const stranger = children.find((child) => facts.messages[child.name]?.set !== name);
      if (stranger !== undefined) return `${name}: no message ${stranger.name}`;
      return this.#attributes(element, name, set.attributes) ?? this.#all(children);
    }
    const message = Object.hasOwn(facts.messages, name) ? facts.messages[name] : undefined;
    if (message === undefined || !isIn(message, this.#scope)) return `${name}: no such message`;
    return this.#structure(element, name, message, isPartial(name));
  }

  #all(elements: readonly JudgedElement[]): string | undefined {
    return first(elements, (element) => this.root(element));
  }

  #structure(
    element: JudgedElement,
    path: string,
    { content, attributes }: Structure,
    partialBelow = false,
    isPartialItself = false,
  ): string | undefined {
    if (/[^ \t\r\n]/.test(element.text)) return `${path}: text beside elements`;
    const names = element.children.map(({ name }) => `${name};`).join("");
    if (!modelOf(content, this.#scope, isPartialItself).test(names)) return `${path}: children ${names}`;
    return (
      this.#attributes(element, path, attributes) ??
      first(element.children, (child) => {
        const fact = elementNamed(content, child.name) as ElementFact;
        return this.#child(child, `${path}/${child.name}`, fact, partialBelow);
      })
    );
  }

  #child(
    child: JudgedElement,
    path: string,
    fact: ElementFact,
    isPartialItself: boolean,
  ): string | undefined {
    if (fact.ref !== undefined)
      return this.#structure(child, path, structureOf(fact.ref), false, isPartialItself);
    if (child.children.length > 0) return `${path}: elements instead of text`;
    const { useMacro, ...others } = child.attributes;
    if (Object.keys(others).length > 0) return `${path}: has attributes`;
    if (useMacro === undefined) return this.#value(child.text, path, fact);
    return fact.macro === true && child.text === "" ? undefined : `${path}: useMacro`;
  }

  #value(text: string, path: string, fact: ElementFact): string | undefined {
    const values = this.#tolerance.unknownValues === true ? undefined : fact.enum;
    const wrong = this.#typed(text, path, fact.type ?? "", values);
    if (wrong !== undefined) return wrong;
    if (text.length > lengthLimit(fact, this.#scope.edition)) return `${path}: too long`;
    const { minValue = -Infinity, maxValue = Infinity } = fact;
    return text !== "" && (Number(text) < minValue || Number(text) > maxValue)
      ? `${path}: out of range`
      : undefined;
  }

  #typed(text: string, path: string, type: string, values: string | undefined): string | undefined {
    const pattern = facts.scalars[type]?.pattern;
    if (pattern !== undefined && !whole(pattern).test(text)) return `${path}: not ${type}`;
    if (values === undefined) return undefined;
    return valuesOf(values, this.#scope.version).includes(text) ? undefined : `${path}: not in ${values}`;
  }

  #attributes(element: JudgedElement, path: string, keys: readonly string[] = []): string | undefined {
    const known = new Map(keys.map((key) => [facts.attributes[key]?.name, facts.attributes[key]]));
    for (const [name, fact] of known) {
      if (fact?.required === true && element.attributes[name ?? ""] === undefined)
        return `${path}: lacks ${name}`;
    }
    return first(Object.entries(element.attributes), ([name, value]) => {
      const fact = known.get(name);
      return fact === undefined
        ? `${path}: no attribute ${name}`
        : this.#typed(value, `${path}@${name}`, fact.type, fact.enum);
    });
  }
}

/** Whether the objects of a response may lack what they otherwise must have. */
function isPartial(message: string): boolean {
  const request = facts.messages[message.replace(/Rs$/, "Rq")];
  return (
    !isRequest(message) &&
    request !== undefined &&
    elementNamed(request.content, "IncludeRetElement") !== undefined
  );
}

const models = new Map<string, Map<Content, RegExp>>();

function modelOf(content: Content, scope: Scope, isPartialContent: boolean): RegExp {
  const key = `${scope.version} ${scope.edition} ${isPartialContent}`;
  const known = models.get(key) ?? new Map<Content, RegExp>();
  models.set(key, known);
  const model = known.get(content) ?? whole(expression(content, scope, isPartialContent));
  known.set(content, model);
  return model;
}

/** What is not in the scope leaves nothing; a choice of nothing is nothing. */
function expression(content: Content, scope: Scope, isPartialContent = false): string {
  const parts = content.map((fact) => {
    if (!isIn(fact, scope)) return "";
    const one =
      fact.choice === undefined
        ? `${fact.name};`
        : alternativesIn(fact, scope)
            .map((alternative) => expression(alternative, scope, isPartialContent))
            .join("|");
    const most = fact.max === "unbounded" ? "" : (fact.max ?? 1);
    return one === "" ? "" : `(?:${one}){${isPartialContent ? 0 : (fact.min ?? 1)},${most}}`;
  });
  return parts.join("");
}

const patterns = new Map<string, RegExp>();

function whole(pattern: string): RegExp {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`);
  patterns.set(pattern, known);
  return known;
}

function first<Item>(items: Iterable<Item>, fault: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
