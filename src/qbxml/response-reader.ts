import { QBError } from "../errors.js";
import { utf8Document, Utf8Chunks } from "./decode.js";
import { IrregularityList, type Irregularities } from "./irregularities.js";
import { RecordReader, type Fields } from "./record-reader.js";
import { contentPlan, UNKNOWN_PLAN, type RecordPlan } from "./schema/read-plan.js";
import { shapeOf, type AnswerShape } from "./schema/request-shape.js";
import type { ErrorRecovery } from "./schema/types.js";
import { TOKEN, Tokenizer } from "./tokenizer.js";

/** What a response says of its request, in its attributes. */
export interface ResponseHead {
  /** Name of the request, without its ending: `CustomerQuery`. */
  readonly name: string;
  readonly requestID: string | undefined;
  readonly statusCode: number;
  readonly statusSeverity: string;
  readonly statusMessage: string;
  readonly retCount: number | undefined;
  readonly iteratorRemainingCount: number | undefined;
  readonly iteratorID: string | undefined;
}

/** One response of a message set. */
export interface QBResponse extends ResponseHead {
  /** What `RequestAnswer` says of the request; an array for queries that find many. */
  readonly answer: unknown;
  readonly errorRecovery: ErrorRecovery | undefined;
}

/** The attributes of a message set of responses. */
export interface ResponseSetHead {
  readonly newMessageSetID: string | undefined;
  readonly messageSetStatusCode: string | undefined;
}

export interface ResponseSet extends ResponseSetHead {
  readonly responses: readonly QBResponse[];
  readonly irregularities: Irregularities;
}

export interface ReadingOptions {
  /** Refuses control characters, which real company files hold. Default false: they are kept and reported. */
  readonly strict?: boolean | undefined;
}

/** What a response document tells while it is read. */
export type ResponseEvent =
  | ({ readonly type: "set" } & ResponseSetHead)
  | { readonly type: "response"; readonly head: ResponseHead }
  | { readonly type: "record"; readonly head: ResponseHead; readonly record: object }
  | { readonly type: "end"; readonly head: ResponseHead; readonly errorRecovery: ErrorRecovery | undefined };

const SETS = new Set(["QBXMLMsgsRs", "QBXMLSubscriptionMsgsRs"]);

/**
 * Reads a whole response document into typed records. Throws `QB_RESPONSE` when it is not one, with `details.line` and
 * `details.column`.
 */
export function readResponses(document: string | Uint8Array, options: ReadingOptions = {}): ResponseSet {
  const parser = new ResponseParser(options);
  let head: ResponseSetHead = NO_SET;
  const responses: QBResponse[] = [];
  let records: object[] = [];
  parser.write(reading(() => utf8Document(document)));
  parser.finish();
  for (const event of parser.events()) {
    if (event.type === "record") records.push(event.record);
    else if (event.type === "set") head = event;
    else if (event.type === "end") {
      const { errorRecovery } = event;
      responses.push({ ...event.head, answer: answerOf(event.head.name, records), errorRecovery });
      records = [];
    }
  }
  const { newMessageSetID, messageSetStatusCode } = head;
  return { newMessageSetID, messageSetStatusCode, responses, irregularities: parser.irregularities };
}

const NO_SET: ResponseSetHead = Object.freeze({
  newMessageSetID: undefined,
  messageSetStatusCode: undefined,
});

function answerOf(name: string, records: readonly object[]): unknown {
  const kind = shapeOf(name)?.answer.kind;
  return kind === "records" || kind === "kinds" ? records : records[0];
}

/** Reads a response document while it arrives; holds one record and some bytes of it. */
export class ResponseStream implements AsyncIterable<ResponseEvent> {
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #parser: ResponseParser;

  constructor(chunks: AsyncIterable<Uint8Array>, options: ReadingOptions = {}) {
    this.#chunks = chunks;
    this.#parser = new ResponseParser(options);
  }

  /** So far. */
  get irregularities(): Irregularities {
    return this.#parser.irregularities;
  }

  /** Throws `QB_RESPONSE`, and what the chunks throw. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ResponseEvent, void, undefined> {
    const input = new Utf8Chunks();
    for await (const chunk of this.#chunks) {
      this.#parser.write(reading(() => input.take(chunk)));
      yield* this.#parser.events();
    }
    this.#parser.write(reading(() => input.finish()));
    this.#parser.finish();
    yield* this.#parser.events();
  }
}

/** Follows the levels of a response document: QBXML, message set, responses, records. */
class ResponseParser {
  readonly irregularities = new IrregularityList();
  readonly #tokens: Tokenizer;
  readonly #reader: RecordReader;
  #setSeen = false;
  #shape: AnswerShape | undefined;
  #head: ResponseHead | undefined;
  #recovery: ErrorRecovery | undefined;
  /** The record of a response that has been told was all of it. */
  #endIsDue = false;
  #reads: "record" | "recovery" | "fields" | "nothing" | undefined;
  /** Of the response that is open. */
  #records = 0;

  constructor({ strict = false }: ReadingOptions) {
    const { irregularities } = this;
    this.#tokens = new Tokenizer({
      leavesFrom: 4,
      onIrregular: strict
        ? undefined
        : ({ character, path, ...place }) => irregularities.character(character, path, place),
    });
    this.#reader = new RecordReader(this.#tokens, irregularities);
  }

  write(bytes: Uint8Array): void {
    reading(() => this.#tokens.write(bytes));
  }

  finish(): void {
    this.#tokens.finish();
  }

  /** What the bytes so far tell. */
  *events(): Generator<ResponseEvent, void, undefined> {
    for (;;) {
      const event = this.#next();
      if (event === DONE) return;
      if (event !== undefined) yield event;
    }
  }

  #next(): ResponseEvent | typeof DONE | undefined {
    if (this.#endIsDue) {
      this.#endIsDue = false;
      return this.#closeResponse();
    }
    try {
      return this.#reads === undefined ? this.#token(this.#tokens.next()) : this.#record();
    } catch (error) {
      throw unreadable(error);
    }
  }

  #token(kind: number): ResponseEvent | typeof DONE | undefined {
    if (kind === TOKEN.needMore) return DONE;
    if (kind === TOKEN.done) return this.#setSeen ? DONE : this.#fail("it holds no message set of responses");
    if (kind === TOKEN.start) return this.#open();
    if (kind === TOKEN.text) return this.#refuseText();
    return kind === TOKEN.end && this.#tokens.depth === 2 ? this.#closeResponse() : undefined;
  }

  #open(): ResponseEvent | undefined {
    const { name, depth } = this.#tokens;
    if (depth === 0)
      return name === "QBXML" ? undefined : this.#fail(`the root element is "${name}", not "QBXML"`);
    if (depth === 1) return this.#openSet(name);
    return depth === 2 ? this.#openResponse(name) : this.#openRecord(name);
  }

  #openSet(name: string): ResponseEvent {
    if (!SETS.has(name)) this.#fail(`"${name}" is not a message set of responses`);
    if (this.#setSeen) this.#fail("there are two message sets");
    this.#setSeen = true;
    return {
      type: "set",
      newMessageSetID: this.#tokens.attribute("newMessageSetID"),
      messageSetStatusCode: this.#tokens.attribute("messageSetStatusCode"),
    };
  }

  #openResponse(element: string): ResponseEvent {
    const name = element.endsWith("Rs") ? element.slice(0, -2) : this.#fail(`"${element}" is not a response`);
    const head = headOf(name, this.#tokens);
    if (Number.isNaN(head.statusCode)) this.#fail(`${element} has no status code`);
    this.#head = head;
    this.#recovery = undefined;
    this.#records = 0;
    this.#shape = shapeOf(name)?.answer;
    const kind = this.#shape?.kind;
    if (kind === undefined || kind === "fields" || kind === "none") {
      this.#reads = "fields";
      this.#reader.beginContent(this.#shape === undefined ? UNKNOWN_PLAN : planOf(this.#shape));
    }
    return { type: "response", head };
  }

  #openRecord(name: string): undefined {
    const shape = this.#shape as AnswerShape;
    const plan = planOf(shape).field(name).content ?? UNKNOWN_PLAN;
    const ofKinds = shape.kind === "kind" || shape.kind === "kinds";
    this.#reads = this.#purposeOf(name, shape, ofKinds);
    if (this.#reads === "nothing")
      this.irregularities.element(name, this.#tokens.path(), this.#tokens.position());
    if (this.#reads === "record") this.#records++;
    this.#reader.begin(plan, this.#reads === "record" && ofKinds ? name : undefined);
  }

  /** A newer QuickBooks may have more kinds of records; anything else that is not expected here, or too many, is left out. */
  #purposeOf(
    name: string,
    { kind, elements }: AnswerShape,
    ofKinds: boolean,
  ): "record" | "recovery" | "nothing" {
    if (name === "ErrorRecovery") return "recovery";
    const isRecord = elements.includes(name) || (ofKinds && name.endsWith("Ret"));
    const isOneTooMany = this.#records > 0 && (kind === "record" || kind === "kind");
    return isRecord && !isOneTooMany ? "record" : "nothing";
  }

  #record(): ResponseEvent | typeof DONE | undefined {
    const record = this.#reader.read();
    if (record === undefined) return DONE;
    const reads = this.#reads;
    this.#reads = undefined;
    if (reads === "fields") return this.#fieldsOf(record);
    if (reads === "record") return { type: "record", head: this.#head as ResponseHead, record };
    if (reads === "recovery") this.#recovery = record as ErrorRecovery;
    return undefined;
  }

  /** Its end was the end of the response. */
  #fieldsOf(content: Fields): ResponseEvent {
    const { ErrorRecovery: recovery, ...record } = content;
    this.#recovery = recovery as ErrorRecovery | undefined;
    if (Object.keys(record).length === 0) return this.#closeResponse();
    this.#endIsDue = true;
    return { type: "record", head: this.#head as ResponseHead, record };
  }

  #closeResponse(): ResponseEvent {
    return { type: "end", head: this.#head as ResponseHead, errorRecovery: this.#recovery };
  }

  #refuseText(): undefined {
    const text = this.#tokens.text();
    return /[^ \t\n]/.test(text) ? this.#fail("text stands where elements belong") : undefined;
  }

  #fail(message: string): never {
    const { line, column } = this.#tokens.position();
    throw new QBError("QB_RESPONSE", `line ${line}, column ${column}: ${message}`, {
      details: { line, column },
    });
  }
}

const DONE = Symbol("done");
const plans = new WeakMap<AnswerShape, RecordPlan>();

function planOf(shape: AnswerShape): RecordPlan {
  let plan = plans.get(shape);
  if (plan === undefined) plans.set(shape, (plan = contentPlan(shape.content)));
  return plan;
}

function headOf(name: string, tokens: Tokenizer): ResponseHead {
  return Object.freeze({
    name,
    requestID: tokens.attribute("requestID"),
    statusCode: numberOf(tokens.attribute("statusCode")) ?? NaN,
    statusSeverity: tokens.attribute("statusSeverity") ?? "",
    statusMessage: tokens.attribute("statusMessage") ?? "",
    retCount: numberOf(tokens.attribute("retCount")),
    iteratorRemainingCount: numberOf(tokens.attribute("iteratorRemainingCount")),
    iteratorID: tokens.attribute("iteratorID"),
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What a document says that is no XML, or in no encoding that we know. */
function reading<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(cause: unknown): unknown {
  if (!(cause instanceof QBError) || cause.code === "QB_RESPONSE") return cause;
  return new QBError("QB_RESPONSE", `the answer cannot be read: ${cause.message}`, {
    details: cause.details,
    cause,
  });
}
