import assert from "node:assert/strict";
import { QBError } from "qbconnector";
import { saxesEvents, tokenEvents, type TokenEvents } from "./token-events.js";

/** Documents to change, and what to change them with. */
export const DOCUMENTS = [
  `<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="16.0"?>\n<QBXML>\n<A b="1" c='2'>\n<N>x &amp; y</N>\n<N/>\n</A>\n</QBXML>\n`,
  `<?xml version='1.0' standalone="yes"?><!-- c --><a><b>é€😀</b><c><![CDATA[<x>&amp;]]>z</c><d> </d></a><!-- d --><?p q?>`,
  `<a x="&lt;&#65;&#x42;&quot;\t\n">\r\n<b>\r\n</b><b>&#13;&#10;&apos;</b>\r</a>`,
  `<_a.b-c><_1></_1 ><_1 /></_a.b-c >`,
];
export const FRAGMENTS = [
  "<!--", "-->", "<!-->", "<!--->", "--", "--->", "<!---->", "<!-- é -->", "<![CDATA[", "]]>", "]]", "<![CDATA[]]>", "<![CDATA[]]]]>", "<![CDATA[ ]]>",
  "<?x y?>", "<?x?>", "<?x ?>", "<?x  y ?>", "<?xml?>", "<?XML v?>", '<?xml version="1.0"?>', "<??>", "<? x?>", "<?x:y?>", "?>", "<!DOCTYPE a>", "<!x>", "<!",
  "&a;", "&", "&;", "&#;", "&#x;", "&#0;", "&#00065;", "&#x000041;", "&#xD800;", "&#xFFFE;", "&#x10FFFF;", "&#x110000;", "&#9;", "&#11;", "&#X41;", "&lt", "&lt;", "&gt;", "&amp;amp;", "&#38;#60;",
  "\u00a0", "\ufeff", "\u2028", "\u0085", "\0", "\u0001", "\u000b", "\u001f", "\u007f", "\u009f", "\ufffe", "\uffff", "\ufffd", "\r\n", "\r", "\t", "\n", " ", "  ",
  "é", "日本", "😀", "\ud800", "\udc00", "<a>", "</a>", "<b/>", "<b>", "</b>", "<b c='d'/>", "<é/>", "<a:b/>", "<b é='1'/>", " x='1'", ' x="1"', " x=1", " x", " x=''y=''", " xmlns='u'",
  " __proto__='2'", " constructor='3'", "<__proto__/>", "<constructor>x</constructor>", '"', "'", "<", ">", "/>", "/", "</", "=", "< a>", "</ a>", "<a/ >", "x", "]", "[", "!", "?", "-", "_", ".", "1", ";", "#",
]; // prettier-ignore

/** What the tokenizer leaves out on purpose. */
const NARROWER =
  /not a qbXML name|DOCTYPE is not allowed|text beside elements|more than 64 levels|a name is missing|XML declaration is not of the form|a second byte order mark/;

function attempt(read: () => TokenEvents): TokenEvents | Error {
  try {
    return read();
  } catch (error) {
    return error as Error;
  }
}

function cut(bytes: Buffer, borders: readonly number[]): Buffer[] {
  const places = borders.map((border) => border % (bytes.length + 1)).sort((one, other) => one - other);
  return [...places, bytes.length].map((end, at) => bytes.subarray(places[at - 1] ?? 0, end));
}

/** How many were judged, and how many of them the tokenizer accepts, or refuses though saxes accepts them. */
export const seen = { documents: 0, accepted: 0, narrower: 0 };
/** The first of those that were accepted. */
export const accepted: string[] = [];

/** Throws when the tokenizer reads a document other than saxes does, or otherwise when it comes in pieces. */
export function judge(document: string, borders: readonly number[]): void {
  const bytes = Buffer.from(document);
  const whole = attempt(() => tokenEvents([bytes]));
  seen.documents++;
  judgeAgainstSaxes(document, whole);
  const bytewise = seen.documents % 10 === 0 ? [[...bytes].map((byte) => Buffer.of(byte))] : [];
  const readings = [[bytes], cut(bytes, borders), ...bytewise].flatMap((pieces) => [
    () => tokenEvents(pieces),
    () => tokenEvents(pieces, { leavesFrom: seen.documents % 3 }),
  ]);
  for (const read of readings) {
    const inPieces = attempt(read);
    if (whole instanceof Error)
      assert.ok(inPieces instanceof Error, "refused as a whole, accepted in pieces");
    else assert.deepEqual(inPieces, whole);
    if (whole instanceof QBError && inPieces instanceof QBError)
      assert.deepEqual({ ...inPieces.details }, { ...whole.details });
  }
}

function judgeAgainstSaxes(document: string, own: TokenEvents | Error): void {
  const other = attempt(() => saxesEvents(document));
  if (own instanceof Error) {
    assert.ok(own instanceof QBError, own.stack);
    assert.ok(Number(own.details["line"]) >= 1 && Number(own.details["column"]) >= 1);
    if (other instanceof Error) return;
    seen.narrower++;
    assert.match(own.message, NARROWER, "refused, and saxes accepts it");
    return;
  }
  assert.ok(!(other instanceof Error), `accepted, and saxes refuses it: ${String(other)}`);
  assert.deepEqual(own, other);
  seen.accepted++;
  if (accepted.length < 5_000) accepted.push(document);
}
