import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { decodeDocument, readMessageSet } from "qbconnector/qbxml";

const XML = '<?xml version="1.0"?>';
const QBXML = '<?qbxml version="16.0"?>';
const ADD = "<CustomerAddRq><CustomerAdd><Name>A</Name></CustomerAdd></CustomerAddRq>";
const QUERY = "<CustomerQueryRq/>";

function set(body: string, attributes = "", prolog = XML + QBXML): string {
  return `${prolog}<QBXML><QBXMLMsgsRq onError="stopOnError"${attributes}>${body}</QBXMLMsgsRq></QBXML>`;
}

function bytes(text: string, encoding: "utf16le" | "utf16be" | "latin1" | "utf8", mark = ""): Buffer {
  if (encoding !== "utf16be") return Buffer.from(mark + text, encoding);
  return Buffer.from(mark + text, "utf16le").swap16();
}

function declared(encoding: string): string {
  return `<?xml version="1.0" encoding="${encoding}"?>${QBXML}`;
}

/** A refusal's code, or the names of the requests that are seen; `!` in front when the set writes. */
type Verdict = string;
type Row = readonly [name: string, document: string | Uint8Array, verdict: Verdict, charset?: string];

const MALFORMED = "QB_XML_MALFORMED";
const NO_SET = "QB_MESSAGE_SET";
const ENCODING = "QB_CHARACTER_ENCODING";
const CHARACTERS = "QB_CHARACTERS";

const COMMENTS: readonly Row[] = [
  ["comment before everything", `<!-- x -->${QBXML}<QBXML/>`, NO_SET],
  ["comment before the declaration", `<!-- x -->${set(QUERY)}`, MALFORMED],
  ["comment in the prolog", set(QUERY, "", `${XML}<!-- ${ADD} -->${QBXML}`), "CustomerQueryRq"],
  ["comment around the root", `${set(QUERY)}<!-- ${ADD} -->`, "CustomerQueryRq"],
  ["comment that hides an add", set(`<!--${ADD}-->${QUERY}`), "CustomerQueryRq"],
  ["add between comments", set(`<!-- -->${ADD}<!-- -->`), "!CustomerAddRq"],
  ["comment inside a name", set("<Customer<!-- -->QueryRq/>"), MALFORMED],
  ["comment inside a tag", set("<CustomerQueryRq <!-- --> />"), MALFORMED],
  ["comment inside a value", set('<CustomerQueryRq requestID="<!-- -->"/>'), MALFORMED],
  ["comment closed at once by HTML's rule", set(`<!-->${ADD}<!-- -->`), MALFORMED],
  ["comment closed at once with three hyphens", set(`<!--->${ADD}<!-- -->`), MALFORMED],
  ["comment with two hyphens inside", set(`<!-- -- ${ADD} -->`), MALFORMED],
  ["comment that ends in three hyphens", set("<!-- --->"), MALFORMED],
  ["comment closed by HTML's other end", set(`<!-- --!>${ADD}<!-- -->`), MALFORMED],
  ["comment never closed", set(`${QUERY}<!-- ${ADD}`), MALFORMED],
  ["comment within a comment", set(`<!-- <!-- --> ${ADD} -->`), MALFORMED],
];

const CDATA: readonly Row[] = [
  [
    "CDATA that hides an add",
    set(`<CustomerQueryRq><FullName><![CDATA[${ADD}]]></FullName></CustomerQueryRq>`),
    "CustomerQueryRq",
  ],
  [
    "CDATA closed inside",
    set(`<CustomerQueryRq><FullName><![CDATA[]]></FullName></CustomerQueryRq>${ADD}<!--]]>-->`),
    "!CustomerQueryRq CustomerAddRq",
  ],
  ["CDATA between requests", set(`<![CDATA[${ADD}]]>`), NO_SET],
  ["CDATA of blanks between requests", set(`<![CDATA[  ]]>${QUERY}`), "CustomerQueryRq"],
  ["CDATA outside the root", `${set(QUERY)}<![CDATA[x]]>`, MALFORMED],
  ["CDATA in lower case", set("<A><![cdata[x]]></A>"), MALFORMED],
  ["CDATA never closed", set(`${QUERY}<![CDATA[`), MALFORMED],
  ["CDATA within CDATA", set(`<A><![CDATA[<![CDATA[]]>]]></A>`), MALFORMED],
  ["end of CDATA in text", set("<A>]]></A>"), MALFORMED],
];

const INSTRUCTIONS: readonly Row[] = [
  ["instruction inside the set", set(`<?x ${ADD}?>${QUERY}`), NO_SET],
  ["instruction in the prolog", set(QUERY, "", `${XML}<?x y?>${QBXML}`), NO_SET],
  ["instruction after the root", `${set(QUERY)}<?x?>`, NO_SET],
  ["style sheet", set(QUERY, "", `${XML}<?xml-stylesheet href="x"?>${QBXML}`), NO_SET],
  ["second qbxml instruction", set(QUERY, "", XML + QBXML + QBXML), NO_SET],
  [
    "qbxml instruction in the root",
    `${XML}<QBXML>${QBXML}<QBXMLMsgsRq onError="stopOnError"/></QBXML>`,
    NO_SET,
  ],
  ["qbxml instruction after the root", `${set(QUERY, "", XML)}${QBXML}`, NO_SET],
  ["qbxml instruction missing", set(QUERY, "", XML), NO_SET],
  ["qbxml instruction in capitals", set(QUERY, "", `${XML}<?QBXML version="16.0"?>`), NO_SET],
  ["qbxml instruction without version", set(QUERY, "", `${XML}<?qbxml?>`), NO_SET],
  [
    "qbxml instruction with more than a version",
    set(QUERY, "", `${XML}<?qbxml version="16.0" x="?"?>`),
    NO_SET,
  ],
  ["qbxml version with markup", set(QUERY, "", `${XML}<?qbxml version="1&gt;.0"?>`), NO_SET],
  ["qbxml instruction before the declaration", set(QUERY, "", QBXML + XML), MALFORMED],
  ["declaration missing", set(QUERY, "", QBXML), "CustomerQueryRq"],
  ["declaration late", set(QUERY, "", ` ${XML}${QBXML}`), MALFORMED],
  ["declaration twice", set(QUERY, "", XML + XML + QBXML), MALFORMED],
  ["declaration in capitals", set(QUERY, "", `<?XML version="1.0"?>${QBXML}`), MALFORMED],
  ["declaration of XML 1.1", set(QUERY, "", `<?xml version="1.1"?>${QBXML}`), MALFORMED],
  ["declaration without version", set(QUERY, "", `<?xml encoding="utf-8"?>${QBXML}`), MALFORMED],
  ["declaration with a no-break space", set(QUERY, "", `<?xml\u00a0version="1.0"?>${QBXML}`), MALFORMED],
  ["declaration never closed", '<?xml version="1.0"', MALFORMED],
  ["instruction never closed", `${XML}<?qbxml version="16.0"`, MALFORMED],
  ["Canadian version", set(QUERY, "", '<?qbxml version="CA3.0"?>'), "CustomerQueryRq"],
];

const ENTITIES: readonly Row[] = [
  ["DOCTYPE", set(QUERY, "", `${XML}<!DOCTYPE QBXML>${QBXML}`), MALFORMED],
  ["DOCTYPE in lower case", set(QUERY, "", `${XML}<!doctype QBXML>${QBXML}`), MALFORMED],
  [
    "DOCTYPE with an external subset",
    set(QUERY, "", `${XML}<!DOCTYPE QBXML SYSTEM "file:///etc/passwd">${QBXML}`),
    MALFORMED,
  ],
  [
    "DOCTYPE with an entity that is an add",
    set("&a;", "", `${XML}<!DOCTYPE QBXML [<!ENTITY a "${ADD}">]>${QBXML}`),
    MALFORMED,
  ],
  [
    "DOCTYPE with nested entities",
    set("&b;", "", `${XML}<!DOCTYPE QBXML [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>${QBXML}`),
    MALFORMED,
  ],
  [
    "DOCTYPE with a default attribute",
    set(QUERY, "", `${XML}<!DOCTYPE QBXML [<!ATTLIST QBXMLMsgsRq newMessageSetID CDATA "1">]>${QBXML}`),
    MALFORMED,
  ],
  ["DOCTYPE after the root", `${set(QUERY)}<!DOCTYPE QBXML>`, MALFORMED],
  ["entity declaration in the content", set('<!ENTITY a "x">'), MALFORMED],
  ["undefined entity", set("<A>&nbsp;</A>"), MALFORMED],
  ["undefined entity in a value", set('<A b="&eacute;"/>'), MALFORMED],
  ["entity named like a member of objects", set("<A>&constructor;&__proto__;</A>"), MALFORMED],
  ["bare ampersand", set("<A>Fish & Chips</A>"), MALFORMED],
  ["reference without its end", set("<A>&amp</A>"), MALFORMED],
  ["reference to NUL", set("<A>&#0;</A>"), MALFORMED],
  ["reference to a control character", set("<A>&#x1F;</A>"), MALFORMED],
  ["reference to a surrogate", set("<A>&#xD800;</A>"), MALFORMED],
  ["reference to a pair of surrogates", set("<A>&#xD83D;&#xDE00;</A>"), MALFORMED],
  ["reference to no character", set("<A>&#xFFFE;</A>"), MALFORMED],
  ["reference beyond Unicode", set("<A>&#x110000;</A>"), MALFORMED],
  ["reference with a capital X", set("<A>&#X41;</A>"), MALFORMED],
  ["reference with a sign", set("<A>&#-65;</A>"), MALFORMED],
  ["references that spell an add", set("<A>&lt;CustomerAddRq/&gt;&#60;CustomerAddRq/&#62;</A>"), "!A"],
  ["reference in a name", set("<Customer&#65;ddRq/>"), MALFORMED],
  ["blanks as references between requests", set(`&#32;${QUERY}&#10;`), "CustomerQueryRq"],
  [
    "the five entities",
    set("<CustomerQueryRq><FullName>&lt;&gt;&amp;&quot;&apos;</FullName></CustomerQueryRq>"),
    "CustomerQueryRq",
  ],
];

const ENCODINGS: readonly Row[] = [
  ["UTF-8 with mark", bytes(set(ADD), "utf8", "\ufeff"), "!CustomerAddRq"],
  ["UTF-8 with two marks", bytes(set(ADD), "utf8", "\ufeff\ufeff"), MALFORMED],
  ["UTF-16LE with mark", bytes(set(ADD), "utf16le", "\ufeff"), "!CustomerAddRq"],
  ["UTF-16BE with mark", bytes(set(ADD), "utf16be", "\ufeff"), "!CustomerAddRq"],
  ["UTF-16LE without mark", bytes(set(ADD), "utf16le"), "!CustomerAddRq"],
  ["UTF-16BE without mark", bytes(set(ADD), "utf16be"), "!CustomerAddRq"],
  ["UTF-16LE with two marks", bytes(set(ADD), "utf16le", "\ufeff\ufeff"), MALFORMED],
  ["UTF-16 with half a character at its end", bytes(set(ADD), "utf16le").subarray(0, -1), ENCODING],
  ["UTF-16 declared on UTF-8 bytes", bytes(set(ADD, "", declared("UTF-16")), "utf8"), ENCODING],
  ["UTF-8 declared on UTF-16 bytes", bytes(set(ADD, "", declared("UTF-8")), "utf16le"), "!CustomerAddRq"],
  ["UTF-32LE with mark", Buffer.concat([Buffer.of(0xff, 0xfe, 0, 0), Buffer.from("<\0\0\0")]), MALFORMED],
  ["overlong UTF-8", Buffer.concat([bytes(set(QUERY), "utf8"), Buffer.of(0xc0, 0xbc)]), ENCODING],
  ["surrogates in UTF-8", Buffer.concat([Buffer.from(set("<A>")), Buffer.of(0xed, 0xa0, 0x80)]), ENCODING],
  ["UTF-8 cut in a character", Buffer.concat([Buffer.from("<"), Buffer.of(0xe2, 0x82)]), ENCODING],
  ["UTF-7 declared", bytes(set("+ADw-CustomerAddRq/+AD4-", "", declared("UTF-7")), "utf8"), ENCODING],
  ["UTF-7 undeclared is text", bytes(set("+ADw-CustomerAddRq/+AD4-"), "utf8"), NO_SET],
  ["unknown encoding declared", bytes(set(QUERY, "", declared("EBCDIC-CP-US")), "utf8"), ENCODING],
  [
    "Latin-1 declared",
    bytes(
      set("<CustomerQueryRq><FullName>é</FullName></CustomerQueryRq>", "", declared("ISO-8859-1")),
      "latin1",
    ),
    "CustomerQueryRq",
  ],
  ["Latin-1 undeclared", bytes(set("<A>é</A>"), "latin1"), ENCODING],
  [
    "Latin-1 declared, but the transport says UTF-8",
    bytes(set("<A>é</A>", "", declared("ISO-8859-1")), "latin1"),
    ENCODING,
    "utf-8",
  ],
  ["mark of UTF-8, charset of UTF-16", bytes(set(QUERY), "utf8", "\ufeff"), ENCODING, "utf-16"],
  ["mark of UTF-16BE, charset of UTF-16LE", bytes(set(QUERY), "utf16be", "\ufeff"), ENCODING, "utf-16le"],
  [
    "mark of UTF-16BE, charset of UTF-16",
    bytes(set(QUERY), "utf16be", "\ufeff"),
    "CustomerQueryRq",
    "UTF-16",
  ],
  ["charset unknown", bytes(set(QUERY), "utf8"), ENCODING, "klingon"],
  ["UTF-16 bytes, charset of UTF-8", bytes(set(QUERY), "utf16le"), MALFORMED, "utf-8"],
  ["lone surrogate", set("<A>\ud800</A>"), MALFORMED],
  ["surrogates in the wrong order", set("<A>\udc00\ud800</A>"), MALFORMED],
];

const STRUCTURE: readonly Row[] = [
  ["empty", "", MALFORMED],
  ["blanks only", "   ", MALFORMED],
  ["not XML", "hello", MALFORMED],
  ["JSON", '{"a":1}', MALFORMED],
  ["root without set", `${XML}${QBXML}<QBXML/>`, NO_SET],
  ["another root", `${XML}${QBXML}<Q>${QUERY}</Q>`, NO_SET],
  ["the set as root", `${XML}${QBXML}<QBXMLMsgsRq onError="stopOnError"/>`, NO_SET],
  ["root in lower case", set(QUERY).replaceAll("QBXML>", "qbxml>"), NO_SET],
  ["set in another case", set(ADD).replaceAll("QBXMLMsgsRq", "qbXMLMsgsRq"), NO_SET],
  ["responses instead of requests", set(QUERY).replaceAll("MsgsRq", "MsgsRs"), NO_SET],
  ["two roots", set(QUERY) + `<QBXML/>`, MALFORMED],
  ["two documents", set(QUERY) + set(ADD), MALFORMED],
  ["two sets", set(`${QUERY}</QBXMLMsgsRq><QBXMLMsgsRq onError="stopOnError">${ADD}`), NO_SET],
  [
    "two kinds of sets",
    set(`${QUERY}</QBXMLMsgsRq><QBXMLSubscriptionMsgsRq/><QBXMLMsgsRq onError="stopOnError">`),
    NO_SET,
  ],
  ["set within a set", set(`<QBXMLMsgsRq onError="stopOnError">${ADD}</QBXMLMsgsRq>`), NO_SET],
  [
    "set within a query",
    set(`<CustomerQueryRq><QBXMLMsgsRq onError="stopOnError">${ADD}</QBXMLMsgsRq></CustomerQueryRq>`),
    NO_SET,
  ],
  ["root within a set", set(`<QBXML>${QUERY}</QBXML>`), NO_SET],
  ["add within a query", set(`<CustomerQueryRq>${ADD}</CustomerQueryRq>`), NO_SET],
  ["more elements than anybody needs", set("<A/>".repeat(1_000_001)), NO_SET],
  ["add beside the set", `${XML}${QBXML}<QBXML><QBXMLMsgsRq onError="stopOnError"/>${ADD}</QBXML>`, NO_SET],
  ["text before the root", `${XML}${QBXML}x<QBXML/>`, MALFORMED],
  ["text after the root", `${set(QUERY)}x`, MALFORMED],
  ["NUL after the root", `${set(QUERY)}\0`, MALFORMED],
  ["text in the root", set(QUERY).replace("<QBXML>", "<QBXML>x"), NO_SET],
  ["text in the set", set(`${QUERY}x`), NO_SET],
  ["text beside elements", set("<A>x<B/></A>"), NO_SET],
  ["text behind elements", set("<A><B/>x</A>"), NO_SET],
  ["no-break space between requests", set(`${QUERY}\u00a0`), NO_SET],
  ["byte order mark between requests", set(`${QUERY}\ufeff`), NO_SET],
  ["no-break space before the root", `\u00a0${set(QUERY)}`, MALFORMED],
  ["form feed between requests", set(`${QUERY}\f`), MALFORMED],
  ["line separator between requests", set(`${QUERY}\u2028`), NO_SET],
  ["NUL in a name", set("<Customer\0AddRq/>"), MALFORMED],
  ["NUL in text", set("<A>\0</A>"), MALFORMED],
  ["control characters in text", set("<A>\x01\x1b</A>"), MALFORMED],
  ["no character", set("<A>\uffff</A>"), MALFORMED],
  ["C1 control character", set("<A>\u0085</A>"), CHARACTERS],
  ["tag never closed", set("<CustomerAddRq>").replace("</QBXMLMsgsRq></QBXML>", ""), MALFORMED],
  ["tags crossed", set("<A><B></A></B>"), MALFORMED],
  ["end tag too many", set(`${QUERY}</CustomerQueryRq>`), MALFORMED],
  ["end tag in another case", set("<CustomerQueryRq></customerqueryrq>"), MALFORMED],
  ["end tag with attributes", set('<CustomerQueryRq></CustomerQueryRq a="1">'), MALFORMED],
  ["end tag with blanks", set("<CustomerQueryRq></CustomerQueryRq \n>"), "CustomerQueryRq"],
  ["blank before a name", set("< CustomerAddRq/>"), MALFORMED],
  ["cut in a tag", set(QUERY).slice(0, -3), MALFORMED],
  ["cut before the last tag", set(QUERY).slice(0, -8), MALFORMED],
  ["10,000 levels", set("<A>".repeat(10_000) + "</A>".repeat(10_000)), MALFORMED],
  ["65 levels", set("<A>".repeat(63) + "</A>".repeat(63)), MALFORMED],
  ["64 levels", set("<A>".repeat(62) + "</A>".repeat(62)), "!A"],
  ["empty set", set(""), ""],
];

const NAMES: readonly Row[] = [
  ["default namespace on the root", set(QUERY).replace("<QBXML>", '<QBXML xmlns="u">'), MALFORMED],
  ["default namespace on a request", set('<CustomerQueryRq xmlns="u"/>'), MALFORMED],
  ["namespace with prefix", set('<q:CustomerAddRq xmlns:q="u"/>'), MALFORMED],
  ["prefix without namespace", set("<q:CustomerQueryRq/>"), MALFORMED],
  ["attribute with prefix", set('<CustomerQueryRq xml:space="preserve"/>'), MALFORMED],
  ["name beyond ASCII", set("<CustоmerQueryRq/>"), MALFORMED],
  ["name of 1 MB", set(`<${"a".repeat(1_000_000)}/>`), MALFORMED],
  ["query in another case", set("<customerqueryrq/>"), "!customerqueryrq"],
  ["query with a longer name", set("<CustomerQueryRqX/>"), "!CustomerQueryRqX"],
  ["a response as request", set("<CustomerQueryRs/>"), "!CustomerQueryRs"],
  [
    "names of members of objects",
    set("<__proto__/><constructor/><toString/>"),
    "!__proto__ constructor toString",
  ],
  ["subscription among requests", set("<DataEventSubscriptionQueryRq/>"), "!DataEventSubscriptionQueryRq"],
  [
    "query among subscriptions",
    `${QBXML}<QBXML><QBXMLSubscriptionMsgsRq>${QUERY}</QBXMLSubscriptionMsgsRq></QBXML>`,
    "!CustomerQueryRq",
  ],
  [
    "subscription query",
    `${QBXML}<QBXML><QBXMLSubscriptionMsgsRq><DataEventSubscriptionQueryRq/></QBXMLSubscriptionMsgsRq></QBXML>`,
    "DataEventSubscriptionQueryRq",
  ],
  [
    "subscription",
    `${QBXML}<QBXML><QBXMLSubscriptionMsgsRq><SubscriptionDelRq/></QBXMLSubscriptionMsgsRq></QBXML>`,
    "!SubscriptionDelRq",
  ],
];

const ATTRIBUTES: readonly Row[] = [
  ["empty set with an old id", set("", ' oldMessageSetID="ClearAllMessageSets"'), "!"],
  ["query with a new id", set(QUERY, ' newMessageSetID="1"'), "!CustomerQueryRq"],
  ["query with an empty id", set(QUERY, ' newMessageSetID=""'), "!CustomerQueryRq"],
  [
    "id spelled with references",
    set(QUERY, ' oldMessageSetID="&#67;learAllMessageSets"'),
    "!CustomerQueryRq",
  ],
  ["id in another case", set(QUERY, ' newmessagesetid="1"'), NO_SET],
  ["unknown attribute on the set", set(QUERY, ' x="1"'), NO_SET],
  ["attribute named like a member of objects", set(QUERY, ' __proto__="1"'), NO_SET],
  ["attribute on the root", set(QUERY).replace("<QBXML>", '<QBXML a="1">'), NO_SET],
  [
    "attribute on subscriptions",
    `${QBXML}<QBXML><QBXMLSubscriptionMsgsRq onError="stopOnError"/></QBXML>`,
    NO_SET,
  ],
  ["onError missing", set(QUERY).replace(' onError="stopOnError"', ""), NO_SET],
  ["onError empty", set(QUERY).replace("stopOnError", ""), NO_SET],
  ["onError unknown", set(QUERY).replace("stopOnError", "stoponerror"), NO_SET],
  ["onError twice", set(QUERY, ' onError="continueOnError"'), MALFORMED],
  ["responseData", set(QUERY, ' responseData="includeAll"'), "CustomerQueryRq"],
  ["attribute twice", set('<CustomerQueryRq a="1" a="2"/>'), MALFORMED],
  ["attribute of every object twice", set('<CustomerQueryRq __proto__="1" __proto__="2"/>'), MALFORMED],
  ["attribute without value", set("<CustomerQueryRq a/>"), MALFORMED],
  ["attribute without quotes", set("<CustomerQueryRq a=1/>"), MALFORMED],
  ["attribute with quotes that do not match", set("<CustomerQueryRq a=\"1'/>"), MALFORMED],
  ["attributes without blank between", set('<CustomerQueryRq a="1"b="2"/>'), MALFORMED],
  ["attribute with < in it", set('<CustomerQueryRq a="<CustomerAddRq/>"/>'), MALFORMED],
  [
    "attribute that closes tags for a careless reader",
    set(`<CustomerQueryRq a="/>${ADD.replaceAll("<", "&lt;")}"/>`),
    "CustomerQueryRq",
  ],
  ["attribute with line ends", set('<CustomerQueryRq requestID="a\tb\nc&#10;"/>'), "CustomerQueryRq"],
  ["attribute of 1 MB", set(`<CustomerQueryRq a="${"x".repeat(1_000_000)}"/>`), "CustomerQueryRq"],
  [
    "10,000 attributes",
    set(`<CustomerQueryRq ${Array.from({ length: 10_000 }, (_, at) => `a${at}=""`).join(" ")}/>`),
    "CustomerQueryRq",
  ],
];

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  comments: COMMENTS,
  CDATA,
  instructions: INSTRUCTIONS,
  "DOCTYPE and entities": ENTITIES,
  encodings: ENCODINGS,
  structure: STRUCTURE,
  names: NAMES,
  attributes: ATTRIBUTES,
};

function judge(document: string | Uint8Array, charset: string | undefined): Verdict {
  try {
    const { requests, writes } = readMessageSet(
      typeof document === "string" ? document : decodeDocument(document, charset),
    );
    return (writes ? "!" : "") + requests.map((request) => request.name).join(" ");
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    assert.ok(error.message.length < 400, `a message of ${error.message.length} characters`);
    return error.code;
  }
}

for (const [group, rows] of Object.entries(GROUPS)) {
  describe(`hostile documents: ${group}`, () => {
    for (const [name, document, verdict, charset] of rows) {
      it(`${name}: ${verdict === "" ? "nothing" : verdict}`, () => {
        assert.equal(judge(document, charset), verdict);
      });
    }
  });
}

it("a missing qbxml instruction is reported where it should stand", () => {
  const document = '<?xml version="1.0"?>\n<QBXML>\n<QBXMLMsgsRq onError="stopOnError"/>\n</QBXML>\n';
  assert.throws(() => readMessageSet(document), { code: NO_SET, details: { line: 2, column: 1 } });
});
