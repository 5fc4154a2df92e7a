import { QBError } from "../errors.js";
import { utf8Document } from "../qbxml/decode.js";
import { TOKEN, Tokenizer, type Attributes } from "../qbxml/tokenizer.js";

/** One response of a response message set, without its content. */
export interface ResponseRow {
  /** Name of the request that it answers, for example `CustomerAddRq`. */
  readonly request: string;
  readonly requestID: string;
  readonly statusCode: string;
  readonly severity: string;
  readonly message: string;
  /** Number of objects: elements such as `CustomerRet`. */
  readonly objects: number;
}

export interface ResponseSummary {
  readonly rows: readonly ResponseRow[];
  /** What QuickBooks says of the message set as a whole; empty when it says nothing. */
  readonly setStatus: string;
  readonly failed: boolean;
}

/** Status codes below it are information and warnings. */
const FIRST_ERROR = 1000;

/**
 * Reads a response document of any size without building objects. Throws `QB_QUICKBOOKS_FAILED` with outcome `unknown` when
 * it is not one.
 */
export function summarizeResponse(qbxml: string): ResponseSummary {
  try {
    const tokens = new Tokenizer();
    tokens.write(utf8Document(qbxml));
    tokens.finish();
    const summary = new Summary();
    for (let kind = tokens.next(); kind !== TOKEN.done; kind = tokens.next())
      if (kind === TOKEN.start) summary.open(tokens.name, tokens.attributes(), tokens.depth);
    return summary.result();
  } catch (cause) {
    throw new QBError(
      "QB_QUICKBOOKS_FAILED",
      `the answer is not a response document: ${(cause as Error).message}`,
      {
        outcome: "unknown",
        advice: "Look up what was applied; --output FILE keeps the answer.",
        cause,
      },
    );
  }
}

class Summary {
  readonly #rows: { -readonly [Name in keyof ResponseRow]: ResponseRow[Name] }[] = [];
  #setAttributes: Attributes | undefined;

  open(name: string, attributes: Attributes, depth: number): void {
    if (depth === 0 && name !== "QBXML") throw new Error(`the root element is "${name}", not "QBXML"`);
    if (depth === 1) this.#setAttributes = attributes;
    const row = this.#rows.at(-1);
    if (depth === 2) this.#rows.push(rowOf(name, attributes));
    else if (depth === 3 && row !== undefined && name.endsWith("Ret")) row.objects++;
  }

  result(): ResponseSummary {
    if (this.#setAttributes === undefined) throw new Error("it holds no message set");
    const { messageSetStatusCode: setStatus = "" } = this.#setAttributes;
    const failed = this.#rows.some(({ severity }) => severity !== "Info" && severity !== "Warn");
    return { rows: this.#rows, setStatus, failed: failed || Number(setStatus) >= FIRST_ERROR };
  }
}

function rowOf(name: string, attributes: Attributes): ResponseRow {
  const {
    requestID = "",
    statusCode = "",
    statusSeverity: severity = "",
    statusMessage: message = "",
  } = attributes;
  return { request: name.replace(/Rs$/, "Rq"), requestID, statusCode, severity, message, objects: 0 };
}
