import { schemaFacts, type ElementParticle, type MessageFact, type Particle } from "./facts.js";

/**
 * How the content of a response becomes an answer: nothing, one record, a list of records, the same with records of several
 * kinds, or the fields of the response itself.
 */
export type AnswerKind = "none" | "record" | "records" | "kind" | "kinds" | "fields";

/** How one request is written, and what its response holds. */
export interface RequestShape {
  /** Without the ending Rq. */
  readonly name: string;
  readonly element: string;
  readonly set: "QBXMLMsgsRq" | "QBXMLSubscriptionMsgsRq";
  /** False exactly for queries and reports. */
  readonly writes: boolean;
  readonly content: readonly Particle[];
  readonly attributes: readonly string[];
  /** The one structure whose fields the body holds; without it the body holds the fields of the request itself. */
  readonly wrapper: ElementParticle | undefined;
  readonly iterates: boolean;
  readonly answer: AnswerShape;
}

export interface AnswerShape {
  /** Name of the response. */
  readonly element: string;
  readonly kind: AnswerKind;
  /** Names of the elements that make the answer. */
  readonly elements: readonly string[];
  readonly content: readonly Particle[];
  readonly attributes: readonly string[];
}

const shapes = new Map<string, RequestShape>();

/** The shape of a request by its name without Rq; undefined when qbXML has no such request. */
export function shapeOf(name: string): RequestShape | undefined {
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const { messages } = schemaFacts();
  const request = Object.hasOwn(messages, `${name}Rq`) ? messages[`${name}Rq`] : undefined;
  const response = messages[`${name}Rs`];
  if (request === undefined || response === undefined) return undefined;
  const shape = makeShape(name, request, response);
  shapes.set(name, shape);
  return shape;
}

function makeShape(name: string, request: MessageFact, response: MessageFact): RequestShape {
  const { content, attributes = [] } = request;
  return Object.freeze({
    name,
    element: `${name}Rq`,
    set: request.set as RequestShape["set"],
    writes: request.writes === true,
    content,
    attributes,
    wrapper: wrapperOf(name, content),
    iterates: attributes.includes("iterator"),
    answer: answerOf(`${name}Rs`, response),
  });
}

function wrapperOf(name: string, content: readonly Particle[]): ElementParticle | undefined {
  const [only, ...others] = content.filter((particle) => nameOf(particle) !== "IncludeRetElement");
  if (only === undefined || others.length > 0 || "choice" in only) return undefined;
  return only.name === name && only.ref !== undefined && only.min !== 0 ? only : undefined;
}

function answerOf(element: string, { content, attributes = [] }: MessageFact): AnswerShape {
  const parts = content.filter((particle) => nameOf(particle) !== "ErrorRecovery");
  const elements = parts.flatMap((part) =>
    "choice" in part ? part.choice.flat().flatMap((element) => nameOf(element) ?? []) : [part.name],
  );
  return Object.freeze({ element, kind: kindOf(parts), elements, content, attributes });
}

function kindOf([only, ...others]: readonly Particle[]): AnswerKind {
  if (only === undefined) return "none";
  if (others.length > 0) return "fields";
  if ("choice" in only) return only.max === undefined ? "kind" : "kinds";
  return only.max === undefined ? "record" : "records";
}

function nameOf(particle: Particle): string | undefined {
  return "choice" in particle ? undefined : particle.name;
}
