import type { IrregularityList } from "./irregularities.js";
import { UNKNOWN_PLAN, type FieldPlan, type RecordPlan } from "./schema/read-plan.js";
import { setOwn } from "./set-own.js";
import { TOKEN, type Tokenizer } from "./tokenizer.js";

export type Fields = Record<string, unknown>;

/** A structure whose end tag has not come yet. */
class Frame {
  fields: Fields = {};
  plan: RecordPlan = UNKNOWN_PLAN;
  /** The field that it becomes in the structure around it. */
  field: FieldPlan | undefined;
  last: FieldPlan | undefined;
  /** Once the elements of a repeated choice have not come in the order of their names: these names as they came. */
  order: string[] | undefined;
  greatestRank = 0;
  /** Of the fields that stand there once, the last in the order of the schema that has come. */
  place = -1;

  begin(plan: RecordPlan, field: FieldPlan | undefined): void {
    this.fields = {};
    this.plan = plan;
    this.field = field;
    this.last = undefined;
    this.order = undefined;
    this.greatestRank = 0;
    this.place = -1;
  }
}

const NOT_LAYOUT = /[^ \t\n]/;
/** `</` and `>`. */
const END_TAG_MARKS = 3;
const INTEGER = /^[+-]?\d+$/;

/** Makes one record at a time from tokens; a record may come in many pieces. */
export class RecordReader {
  readonly #tokens: Tokenizer;
  readonly #irregularities: IrregularityList;
  readonly #frames: Frame[] = [];
  #depth = -1;
  /** The element that is open and has no element in it. */
  #leaf: FieldPlan | undefined;
  #text = "";

  constructor(tokens: Tokenizer, irregularities: IrregularityList) {
    this.#tokens = tokens;
    this.#irregularities = irregularities;
  }

  /** Begins with the record whose start tag is the token at hand. */
  begin(plan: RecordPlan, kind?: string): void {
    this.beginContent(plan);
    if (kind !== undefined) this.#frame.fields["$element"] = kind;
    this.#readAttributes();
  }

  /** The same without the attributes. */
  beginContent(plan: RecordPlan): void {
    this.#push(plan, undefined);
  }

  /** The record, once its end tag has been read; undefined when more bytes are needed. */
  read(): Fields | undefined {
    const tokens = this.#tokens;
    for (;;) {
      const kind = tokens.next();
      if (kind === TOKEN.leaf) this.#takeLeaf(tokens);
      else if (kind === TOKEN.text) this.#text += tokens.text();
      else if (kind === TOKEN.start) this.#start(tokens.name);
      else if (kind === TOKEN.needMore) return undefined;
      else if (kind === TOKEN.end) {
        const record = this.#end();
        if (record !== undefined) return record;
      }
    }
  }

  get #frame(): Frame {
    return this.#frames[this.#depth] as Frame;
  }

  #push(plan: RecordPlan, field: FieldPlan | undefined): void {
    this.#depth++;
    (this.#frames[this.#depth] ??= new Frame()).begin(plan, field);
    this.#leaf = undefined;
    this.#text = "";
  }

  #takeLeaf(tokens: Tokenizer): void {
    const field = this.#fieldOf(tokens.name);
    const text = tokens.text();
    const endTag = tokens.end - tokens.nameBytes.length - END_TAG_MARKS;
    if (field.content === undefined)
      return this.#assign(this.#frame, field, this.#valueOf(field, text, endTag));
    this.#push(field.content, field);
    this.#text = text;
    this.#end(endTag);
  }

  /** The field of the structure at hand that an element becomes. */
  #fieldOf(name: string): FieldPlan {
    if (this.#leaf !== undefined) this.#push(UNKNOWN_PLAN, this.#leaf);
    const { last, plan } = this.#frame;
    const guess = last?.next;
    const field = guess !== undefined && guess.name === name ? guess : plan.field(name);
    if (last !== undefined) last.next = field;
    return field;
  }

  #start(name: string): void {
    const field = this.#fieldOf(name);
    if (field.content !== undefined) {
      this.#push(field.content, field);
      if (this.#tokens.attributeCount > 0) this.#readAttributes();
    } else if (field.kind === "unknown" && this.#tokens.attributeCount > 0) {
      this.#push(UNKNOWN_PLAN, field);
      this.#readAttributes();
    } else {
      this.#leaf = field;
      this.#text = "";
    }
  }

  /** The record when it was its end. */
  #end(endTag: number = this.#tokens.start): Fields | undefined {
    const leaf = this.#leaf;
    if (leaf !== undefined) {
      this.#leaf = undefined;
      const text = this.#text;
      this.#text = "";
      this.#assign(this.#frame, leaf, this.#valueOf(leaf, text, endTag));
      return undefined;
    }
    const frame = this.#frame;
    if (frame.order !== undefined) frame.fields["$order"] = frame.order;
    if (this.#text !== "") this.#keepText(frame, endTag);
    this.#depth--;
    if (frame.field === undefined) return frame.fields;
    this.#assign(this.#frame, frame.field, frame.fields);
    return undefined;
  }

  /** Text of an element that should hold elements, or of one with attributes that the facts do not know. */
  #keepText({ fields, plan }: Frame, endTag: number): void {
    const text = this.#text;
    const { name } = this.#tokens;
    this.#text = "";
    if (!NOT_LAYOUT.test(text)) return;
    fields["$text"] = plan === UNKNOWN_PLAN ? text : this.#irregular(name, text, endTag);
  }

  /** @param endTag Its place is that of a value that does not fit. */
  #valueOf(field: FieldPlan, text: string, endTag: number): unknown {
    if (field.kind === "boolean") {
      if (text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
      return this.#irregular(field.name, text, endTag);
    }
    if (field.kind === "integer") {
      const number = Number(text);
      return Number.isSafeInteger(number) && INTEGER.test(text)
        ? number
        : this.#irregular(field.name, text, endTag);
    }
    return text;
  }

  #irregular(name: string, text: string, endTag: number): string {
    this.#irregularities.value(text, `${this.#tokens.path()}/${name}`, this.#tokens.position(endTag));
    return text;
  }

  #assign(frame: Frame, field: FieldPlan, value: unknown): void {
    const { fields } = frame;
    const { name } = field;
    if (field.repeats) {
      if (field.rank >= 0) this.#keepOrder(frame, field);
      const list = fields[name] as unknown[] | undefined;
      if (list === undefined) fields[name] = [value];
      else list.push(value);
    } else if (field.place > frame.place) {
      frame.place = field.place;
      fields[name] = value;
    } else addOwn(fields, name, value);
    frame.last = field;
  }

  #keepOrder(frame: Frame, { name, rank }: FieldPlan): void {
    if (frame.order === undefined && rank < frame.greatestRank) {
      const { choice } = frame.plan;
      frame.order = choice.flatMap((other) => ((frame.fields[other] ?? []) as unknown[]).map(() => other));
    }
    frame.order?.push(name);
    if (rank > frame.greatestRank) frame.greatestRank = rank;
  }

  #readAttributes(): void {
    const tokens = this.#tokens;
    const { fields, plan } = this.#frame;
    for (let index = 0; index < tokens.attributeCount; index++) {
      const name = tokens.attributeName(index);
      const text = tokens.attributeValue(index);
      setOwn(fields, name, plan.numbers.has(name) && INTEGER.test(text) ? Number(text) : text);
    }
  }
}

/** An element that came more often than it may: nothing of it is lost. */
function addOwn(fields: Fields, name: string, value: unknown): void {
  if (!Object.hasOwn(fields, name)) return setOwn(fields, name, value);
  const before = fields[name];
  if (Array.isArray(before)) before.push(value);
  else setOwn(fields, name, [before, value]);
}
