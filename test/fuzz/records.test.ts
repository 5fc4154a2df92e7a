import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { QBError } from "qbconnector";
import { readResponses, ResponseStream, type Irregularities, type ResponseEvent } from "qbconnector/qbxml";
import { mutated } from "../support/mutations.js";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/records.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 3_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const head = (name: string): string =>
  `<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<${name} requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">\n`;
const tail = (name: string): string => `</${name}>\n</QBXMLMsgsRs>\n</QBXML>\n`;
const response = (name: string, content: string): string => head(name) + content + tail(name);

const DOCUMENTS = [
  response(
    "CustomerQueryRs",
    "<CustomerRet>\n<ListID>1-2</ListID>\n<Name>A &amp; é</Name>\n<IsActive>true</IsActive>\n<Sublevel>0</Sublevel>\n<BillAddress>\n<City>Oslo</City>\n</BillAddress>\n<DataExtRet>\n<OwnerID>0</OwnerID>\n<DataExtName>x</DataExtName>\n</DataExtRet>\n</CustomerRet>\n<CustomerRet><ListID>3</ListID></CustomerRet>\n",
  ),
  response(
    "InvoiceQueryRs",
    "<InvoiceRet>\n<TxnID>1</TxnID>\n<IsPaid>0</IsPaid>\n<InvoiceLineRet>\n<TxnLineID>1</TxnLineID>\n</InvoiceLineRet>\n<InvoiceLineGroupRet>\n<TxnLineID>2</TxnLineID>\n</InvoiceLineGroupRet>\n<InvoiceLineRet>\n<TxnLineID>3</TxnLineID>\n<Desc>a\u000bb</Desc>\n</InvoiceLineRet>\n</InvoiceRet>\n",
  ),
  response("ItemQueryRs", "<ItemServiceRet><ListID>1</ListID></ItemServiceRet><ItemInventoryRet/>"),
  response("TxnDelRs", "<TxnDelType>Invoice</TxnDelType><TxnID>1</TxnID>"),
  response("NewThingQueryRs", '<NewThingRet a="1"><X>1</X><X b="2">2</X><Y><Z/></Y></NewThingRet>'),
];
const FRAGMENTS = [
  "<X>x</X>", "<X/>", "<X></X>", "<X> </X>", '<X a="1">x</X>', "<IsActive>maybe</IsActive>", "<IsActive>1</IsActive>", "<Sublevel>x</Sublevel>", "<Sublevel/>", "<Sublevel>99999999999999999999</Sublevel>",
  "<Name>x</Name>", "<City>x</City>", "<BillAddress/>", "<BillAddress></BillAddress>", "<BillAddress>x</BillAddress>", "<ListID><A>1</A></ListID>", "<__proto__>x</__proto__>", "<__proto__/>", "<__proto__><a>1</a></__proto__>", "<constructor>x</constructor>",
  "<toString/>", ' __proto__="1"', ' constructor="2"', "<InvoiceLineRet/>", "<InvoiceLineGroupRet/>", "<ErrorRecovery><ListID>1</ListID></ErrorRecovery>", "<CustomerRet/>", "<CustomerRet>x</CustomerRet>",
  "\u0001", "\u000b", "&#11;", "&#xFFFE;", "\ufffe", "é", "😀", "&amp;", "&lt;", "\r\n", "\r", "\n", " ", "<!-- x -->", "<![CDATA[x]]>", "<![CDATA[]]>", "<?x y?>", "x", "</X>", "<X>", "</CustomerRet>",
]; // prettier-ignore

interface Reading {
  readonly events: readonly ResponseEvent[];
  readonly irregularities: Irregularities;
}

async function read(pieces: readonly Uint8Array[]): Promise<Reading | QBError> {
  const stream = new ResponseStream(arriving(pieces));
  const events: ResponseEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
  } catch (error) {
    assert.ok(error instanceof QBError, String((error as Error).stack));
    return error;
  }
  return { events, irregularities: stream.irregularities };
}

async function* arriving(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
  await Promise.resolve();
}

function cut(bytes: Buffer, borders: readonly number[]): Buffer[] {
  const places = borders.map((border) => border % (bytes.length + 1)).sort((one, other) => one - other);
  return [...places, bytes.length].map((end, at) => bytes.subarray(places[at - 1] ?? 0, end));
}

function compare(pieces: Reading | QBError, whole: Reading | QBError): void {
  if (whole instanceof QBError || pieces instanceof QBError) {
    assert.ok(whole instanceof QBError && pieces instanceof QBError, "refused in pieces or as a whole only");
    return assert.deepEqual([pieces.code, pieces.details], [whole.code, whole.details]);
  }
  assert.deepEqual(pieces.events, whole.events);
  assert.deepEqual({ ...pieces.irregularities }, { ...whole.irregularities });
}

describe("responses with edits", () => {
  it("are the same records, irregularities or refusals whatever the borders of the pieces", async (t) => {
    const counts = { documents: 0, read: 0, irregular: 0 };
    const property = fc.asyncProperty(
      mutated(DOCUMENTS, FRAGMENTS).filter((document) => document.isWellFormed()),
      fc.array(fc.nat(2000), { maxLength: 5 }),
      async (document, borders) => {
        const bytes = Buffer.from(document);
        const whole = await read([bytes]);
        compare(await read(cut(bytes, borders)), whole);
        if (counts.documents++ % 10 === 0)
          compare(await read([...bytes].map((byte) => Buffer.of(byte))), whole);
        compareWithWhole(document, whole);
        if (whole instanceof QBError) return;
        counts.read++;
        if (whole.irregularities.count > 0) counts.irregular++;
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    t.diagnostic(
      `${RUNS} documents, ${counts.read} records read, ${counts.irregular} irregular, seed ${SEED}`,
    );
    assert.ok(counts.read > RUNS / 20 && counts.irregular > 0);
  });
});

it("text where elements belong has the same place whatever the borders of the pieces", async () => {
  const bytes = Buffer.from(
    response("CustomerQueryRs", "<CustomerRet><BillAddress>x</BillAddress></CustomerRet>"),
  );
  const whole = await read([bytes]);
  assert.ok(!(whole instanceof QBError) && whole.irregularities.count === 1);
  for (let border = 1; border < bytes.length; border++) compare(await read(cut(bytes, [border])), whole);
});

/** `readResponses` gives what the events tell. */
function compareWithWhole(document: string, streamed: Reading | QBError): void {
  if (streamed instanceof QBError)
    return assert.throws(() => readResponses(document), { code: streamed.code });
  const { responses, irregularities } = readResponses(document);
  const records = streamed.events.flatMap((event) => (event.type === "record" ? [event.record] : []));
  const answers = responses.flatMap(({ answer }) =>
    Array.isArray(answer) ? answer : answer === undefined ? [] : [answer],
  );
  if (responses.every(({ answer }) => Array.isArray(answer))) assert.deepEqual(answers, records);
  assert.deepEqual({ ...irregularities }, { ...streamed.irregularities });
}
