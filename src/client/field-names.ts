import { QBError } from "../errors.js";
import { pathAt } from "../qbxml/lint/path-at.js";
import type { Carrier } from "./carrier.js";

/** The same carrier; of a character that QuickBooks cannot store it names the field instead of a place in a text that nobody saw. */
export function namingFields(carrier: Carrier): Carrier {
  return {
    send: (qbxml, call) => named(qbxml, carrier.send(qbxml, call)),
    sendStream: (qbxml, call) => named(qbxml, carrier.sendStream(qbxml, call)),
    connect: async (call) => {
      const own = await carrier.connect(call);
      return {
        send: (qbxml, options) => named(qbxml, own.send(qbxml, options)),
        sendStream: (qbxml, options) => named(qbxml, own.sendStream(qbxml, options)),
        close: () => own.close(),
      };
    },
  };
}

async function named<Answer>(qbxml: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw withField(error, qbxml);
  }
}

const PLACE = /^line \d+, column \d+: /;

function withField(error: unknown, qbxml: string): unknown {
  if (!(error instanceof QBError) || error.code !== "QB_CHARACTERS") return error;
  const { line, column } = error.details;
  if (typeof line !== "number" || typeof column !== "number") return error;
  const path = pathAt(qbxml, { line, column });
  if (path === undefined) return error;
  return new QBError(error.code, `${path}: ${error.message.replace(PLACE, "")}`, {
    outcome: error.outcome,
    details: { ...error.details, path },
    cause: error,
  });
}
