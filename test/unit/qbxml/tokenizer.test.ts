import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { readElement, readResponses, ResponseStream } from "qbconnector/qbxml";
import { TOKEN, Tokenizer, type Irregularity, type TokenizerOptions } from "../../../dist/qbxml/tokenizer.js";

const KINDS = Object.fromEntries(Object.entries(TOKEN).map(([name, kind]) => [kind, name]));

/** Each token as `kind what depth from-to line:column`. */
function tokensOf(pieces: readonly Uint8Array[], options: TokenizerOptions = {}): string[] {
  const tokens = new Tokenizer(options);
  const list: string[] = [];
  const drain = (): void => {
    for (let kind = tokens.next(); kind !== TOKEN.needMore && kind !== TOKEN.done; kind = tokens.next())
      list.push(shown(tokens, kind));
  };
  for (const piece of pieces) {
    tokens.write(piece);
    drain();
  }
  tokens.finish();
  drain();
  assert.equal(tokens.next(), TOKEN.done);
  return list;
}

function shown(tokens: Tokenizer, kind: number): string {
  const { line, column } = tokens.position();
  const what = kind === TOKEN.text ? JSON.stringify(tokens.text()) : tokens.name;
  const more = kind === TOKEN.leaf || kind === TOKEN.instruction ? ` ${JSON.stringify(tokens.text())}` : "";
  const values =
    kind === TOKEN.start ? Object.entries(tokens.attributes()).map(([key, value]) => ` ${key}=${value}`) : [];
  return `${KINDS[kind]} ${what}${more}${values.join("")} ${tokens.depth} ${tokens.start}-${tokens.end} ${line}:${column}`;
}

/** The document whole, cut in two at each byte, and byte by byte. */
function cuts(bytes: Buffer): Buffer[][] {
  const halves = Array.from({ length: bytes.length + 1 }, (_, at) => [
    bytes.subarray(0, at),
    bytes.subarray(at),
  ]);
  return [[bytes], ...halves, [...bytes].map((byte) => Buffer.of(byte))];
}

describe("tokens", () => {
  const document = Buffer.from(
    "<?p q?>\n<a x=\"1\" y='&lt;2'>\r\n  <b>é&amp;😀</b><!-- c --><c/>\n<d>1<![CDATA[<]]>2</d></a>\n",
  );
  const expected = [
    'instruction p "q" 0 0-7 1:1',
    "start a x=1 y=<2 0 8-27 2:1",
    "start b 1 31-34 3:3",
    'text "é&😀" 1 34-45 3:6',
    "end b 1 45-49 3:13",
    "start c 1 59-63 3:27",
    "end c 1 63-63 3:31",
    "start d 1 64-67 4:1",
    'text "1" 1 67-68 4:4',
    'text "<" 1 68-81 4:5',
    'text "2" 1 81-82 4:18',
    "end d 1 82-86 4:19",
    "end a 0 86-90 4:23",
  ];

  it("have their kind, content, depth, offsets and place", () =>
    assert.deepEqual(tokensOf([document]), expected));

  it("are the same wherever the document is cut", () => {
    for (const pieces of cuts(document)) assert.deepEqual(tokensOf(pieces), expected);
  });

  it("are leaves for those who ask, where all of one is at hand", () => {
    const bytes = Buffer.from("<a><b>1</b><b>x &amp; y</b><b></b><b/><b>é</b><b c='1'>2</b><b>3</b ></a>");
    const kinds = tokensOf([bytes], { leavesFrom: 1 }).map((token) =>
      token.replace(/ \d+ \d+-\d+ \d+:\d+$/, ""),
    );
    assert.deepEqual(kinds, [
      "start a", 'leaf b "1"', 'leaf b "x & y"', 'leaf b ""', "start b", "end b", "start b", 'text "é"', "end b",
      "start b c=1", 'text "2"', "end b", "start b", 'text "3"', "end b", "end a",
    ]); // prettier-ignore
    assert.deepEqual(tokensOf([bytes], { leavesFrom: 2 }), tokensOf([bytes]));
  });
});

describe("places", () => {
  /** Line and column by the text in front, another way than the product's. */
  function placeOf(bytes: Buffer, offset: number): string {
    const lines = bytes
      .subarray(0, offset)
      .toString()
      .split(/\r\n|\r|\n/);
    return `${lines.length}:${[...(lines.at(-1) as string)].length + 1}`;
  }

  for (const [name, end] of [
    ["line feeds", "\n"],
    ["CR LF", "\r\n"],
    ["carriage returns", "\r"],
    ["both", "\n\r"],
  ] as const)
    it(`are right with ${name}, astral and combining characters, and all cuts`, () => {
      const text = [
        "<a>",
        "<b>é😀e\u0301</b><c/>",
        "",
        "\t<d x='😀",
        "日本'/><e>😀",
        "</e>",
        "<!-- 😀",
        " --><f/>",
        "</a>",
        "",
      ].join(end);
      const bytes = Buffer.from(text);
      for (const pieces of cuts(bytes))
        for (const token of tokensOf(pieces)) {
          const [, start = "", place] = /(\d+)-\d+ (\d+:\d+)$/.exec(token) ?? [];
          assert.equal(place, placeOf(bytes, Number(start)), token);
        }
    });
});

type Row = readonly [document: string | Buffer, line: number, column: number, message: RegExp];

const DEEP = 64;
const REFUSED: Readonly<Record<string, readonly Row[]>> = {
  "ends that come too early": [
    ["", 1, 1, /no element/],
    ["  \n", 2, 1, /no element/],
    ["<?xml version='1.0'?>", 1, 22, /no element/],
    ["<!-- c -->", 1, 11, /no element/],
    ["<", 1, 1, /inside a tag/],
    ["<a", 1, 1, /inside a tag/],
    ["<a ", 1, 1, /inside a tag/],
    ["<a b", 1, 1, /inside a tag/],
    ["<a b=", 1, 1, /inside a tag/],
    ["<a b='", 1, 1, /inside a tag/],
    ["<a b='1'", 1, 1, /inside a tag/],
    ["<a/", 1, 1, /inside a tag/],
    ["<a>\n<b>", 2, 4, /inside b/],
    ["<a>\nx", 1, 4, /inside a/],
    ["<a></a", 1, 4, /inside a tag/],
    ["<a></", 1, 4, /inside a tag/],
    ["<a><!-- x --", 1, 4, /inside a comment/],
    ["<a><!-", 1, 4, /inside markup/],
    ["<a><![CDATA[x]]", 1, 4, /inside CDATA/],
    ["<a><![CDA", 1, 4, /inside markup/],
    ["<?p q?", 1, 1, /inside an instruction/],
  ],
  "content around the root": [
    ["x<a/>", 1, 1, /outside the root/],
    ["<a/>\nx", 2, 1, /outside the root/],
    ["<a/>&#32;", 1, 5, /outside the root/],
    ["<a/><b/>", 1, 5, /second root/],
    ["<a/></a>", 1, 5, /without its start/],
    ["</a>", 1, 1, /without its start/],
    ["<a/><![CDATA[]]>", 1, 5, /CDATA outside/],
    ["\u00a0<a/>", 1, 1, /outside the root/],
    ["\ufeff<a/>", 1, 1, /second byte order mark/],
  ],
  tags: [
    ["<a></b>", 1, 4, /<\/b> stands where <\/a>/],
    ["<a><b></a></b>", 1, 7, /<\/a> stands where <\/b>/],
    ["<a></ab>", 1, 4, /<\/ab> stands/],
    ["<ab></a>", 1, 5, /<\/a> stands/],
    ["<a></a b>", 1, 8, /has no ">"/],
    ["<a/ >", 1, 3, /in front of ">"/],
    ["< a/>", 1, 2, /name is missing/],
    ["<1/>", 1, 2, /not a qbXML name/],
    ["<a:b/>", 1, 3, /not a qbXML name/],
    ["<é/>", 1, 2, /not a qbXML name/],
    ["<aé/>", 1, 3, /not a qbXML name/],
    ["<xmlns/>", 1, 2, /not a qbXML name/],
    ["<a b='1'c='2'/>", 1, 9, /not a qbXML name/],
    ["<a b=1/>", 1, 6, /quotation marks/],
    ["<a b/>", 1, 4, /not a qbXML name/],
    ["<a b />", 1, 6, /has no value/],
    ["<a b='<'/>", 1, 7, /&lt;/],
    ["<a b='1' b='2'/>", 1, 10, /stands twice/],
    ["<a xmlns='u'/>", 1, 4, /not a qbXML name/],
    [`<${"a".repeat(129)}/>`, 1, 2, /not a qbXML name/],
    ["<a>".repeat(DEEP + 1), 1, DEEP * 3 + 1, /more than 64 levels/],
  ],
  "text and references": [
    ["<a>]]></a>", 1, 4, /\]\]&gt;/],
    ["<a>&</a>", 1, 4, /begins no reference/],
    ["<a>\nx &y</a>", 2, 3, /&y/],
    ["<a>&nbsp;</a>", 1, 4, /&nbsp;/],
    ["<a>&amp;&#xD800;</a>", 1, 9, /neither/],
    ["<a>&#x110000;</a>", 1, 4, /neither/],
    ["<a>&#0;</a>", 1, 4, /U\+0000/],
    ["<a>x\u000b</a>", 1, 5, /U\+000B/],
    ["<a b='\u0001'/>", 1, 7, /U\+0001/],
    ["<a><![CDATA[\u001f]]></a>", 1, 13, /U\+001F/],
    ["<a><!-- \u0002 --></a>", 1, 9, /U\+0002/],
    ["<a>\ufffe</a>", 1, 4, /U\+FFFE/],
    ["<a>x<b/></a>", 1, 5, /text beside elements/],
    ["<a><b/>x</a>", 1, 8, /text beside elements/],
    ["<a><b/><![CDATA[x]]></a>", 1, 8, /text beside elements/],
    [Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), 1, 4, /not UTF-8/],
    [Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x3c, 0x2f, 0x61, 0x3e]), 1, 4, /not UTF-8/],
  ],
  "markup that qbXML has no use for": [
    ["<!DOCTYPE a><a/>", 1, 1, /DOCTYPE/],
    ["<a><!ELEMENT b></a>", 1, 4, /neither a comment nor CDATA/],
    ["<a><!-- -- --></a>", 1, 9, /inside a comment/],
    ["<a><!-- ---></a>", 1, 9, /inside a comment/],
    [" <?xml version='1.0'?><a/>", 1, 2, /very beginning/],
    ["<?XML version='1.0'?><a/>", 1, 1, /very beginning/],
    ["<?xml version='1.1'?><a/>", 1, 1, /not of the form/],
    ["<?xml?><a/>", 1, 1, /not of the form/],
    ["<??><a/>", 1, 3, /not a qbXML name/],
    ["<?p:q?><a/>", 1, 3, /not a qbXML name/],
  ],
};

function refusalOf(pieces: readonly Uint8Array[]): QBError {
  try {
    tokensOf(pieces);
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    return error;
  }
  assert.fail("accepted");
}

describe("refused, at its place, whole and wherever it is cut", () => {
  for (const [title, rows] of Object.entries(REFUSED))
    it(title, () => {
      for (const [document, line, column, message] of rows) {
        const bytes = Buffer.from(document);
        assert.match(refusalOf([bytes]).message, message, JSON.stringify(document));
        for (const pieces of cuts(bytes)) {
          const { code, details } = refusalOf(pieces);
          assert.deepEqual(
            { code, ...details },
            { code: "QB_XML_MALFORMED", line, column },
            JSON.stringify(document),
          );
        }
      }
    });
});

describe("limits", () => {
  it("64 levels, names of 128 characters, attributes by the thousand", () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `a${at}`);
    const attributes = names.map((name) => ` ${name}="1"`).join("");
    assert.equal(tokensOf([Buffer.from("<a>".repeat(DEEP) + "</a>".repeat(DEEP))]).length, 2 * DEEP);
    assert.equal(tokensOf([Buffer.from(`<${"a".repeat(128)}/>`)]).length, 2);
    assert.deepEqual(Object.keys(readElement(`<a${attributes}/>`).attributes), names);
    for (const at of [0, 31, 32, 33, 4_999])
      assert.match(refusalOf([Buffer.from(`<a${attributes} ${names[at]}="2"/>`)]).message, /stands twice/);
  });

  it("20000 different names in one document", () => {
    const many = (count: number): Buffer =>
      Buffer.from(`<r>${Array.from({ length: count }, (_, at) => `<Many.${at}/>`).join("")}</r>`);
    assert.equal(tokensOf([many(19_000)]).length, 38_002);
    assert.match(
      refusalOf([Buffer.from(many(40_100).toString().replaceAll("Many", "More"))]).message,
      /more than 20000/,
    );
  });

  it("32 MB of one value, while it arrives", () => {
    const tokens = new Tokenizer();
    const piece = Buffer.alloc(1024 * 1024, "x");
    tokens.write(Buffer.from("<a><b>"));
    let sent = 0;
    const send = (): void => {
      for (; sent < 200; sent++) {
        tokens.write(piece);
        while (tokens.next() !== TOKEN.needMore);
      }
    };
    assert.throws(send, { code: "QB_XML_MALFORMED", message: /bytes without an end/ });
    assert.ok(sent > 32 && sent < 130, `${sent} MB`);
  });
});

describe("a tolerant reading", () => {
  function irregularities(pieces: readonly Uint8Array[]): Irregularity[] {
    const found: Irregularity[] = [];
    tokensOf(pieces, { onIrregular: (irregularity) => found.push(irregularity) });
    return found;
  }

  it("keeps what XML does not allow, and tells character, element and place, once, wherever it is cut", () => {
    const bytes = Buffer.from(
      "<a>\n<b x='\u0001'>y\u000bz</b><b>&#x1F;</b><b><![CDATA[\u0002]]></b><b>\ufffe</b><b>&#xFFFF;</b></a>",
    );
    const expected = [
      { character: "\u0001", path: "a/b", line: 2, column: 7 },
      { character: "\u000b", path: "a/b", line: 2, column: 11 },
      { character: "\u001f", path: "a/b", line: 2, column: 20 },
      { character: "\u0002", path: "a/b", line: 2, column: 42 },
      { character: "\ufffe", path: "a/b", line: 2, column: 53 },
      { character: "\uffff", path: "a/b", line: 2, column: 61 },
    ];
    for (const pieces of cuts(bytes)) assert.deepEqual(irregularities(pieces), expected);
  });

  it("is as strict in everything else", () => {
    for (const document of [
      "<a>\u0001&nbsp;</a>",
      "<a>\u0001]]></a>",
      "<\u0001/>",
      "<a \u0001='1'/>",
      "<a>&#xD800;</a>",
      "\u0001<a/>",
    ])
      assert.throws(() => irregularities([Buffer.from(document)]), { code: "QB_XML_MALFORMED" });
  });

  it("counts all of them and keeps a hundred", () => {
    const fields = "<Name>\u0001</Name>".repeat(250);
    const text = response("CustomerQueryRs", `<CustomerRet>${fields}</CustomerRet>`);
    const { irregularities: found } = readResponses(text);
    assert.deepEqual([found.count, found.first.length], [250, 100]);
    assert.deepEqual(
      { ...found.first[0] },
      {
        kind: "character",
        given: "U+0001",
        path: "QBXML/QBXMLMsgsRs/CustomerQueryRs/CustomerRet/Name",
        line: 1,
        column: text.indexOf("\u0001") + 1,
      },
    );
  });
});

function response(name: string, content: string): string {
  return `<QBXML><QBXMLMsgsRs><${name} requestID="1" statusCode="0" statusSeverity="Info" statusMessage="x">${content}</${name}></QBXMLMsgsRs></QBXML>`;
}

describe("records", () => {
  it("in UTF-16 and UTF-8 with and without a mark are the same wherever they are cut", async () => {
    const text = response("CustomerQueryRs", "<CustomerRet><Name>é😀日</Name></CustomerRet>");
    const swapped = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    const forms = [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, "utf16le"),
      Buffer.from(text, "utf16le"),
      swapped,
    ];
    for (const bytes of forms)
      for (const pieces of cuts(bytes).filter((_, at) => at % 7 === 0 || at < 12)) {
        const records: object[] = [];
        for await (const event of new ResponseStream(arriving(pieces)))
          if (event.type === "record") records.push(event.record);
        assert.deepEqual(records, [{ Name: "é😀日" }]);
      }
  });

  it("keep the text of a field out of the unknown structure around it, wherever they are cut", async () => {
    const bytes = Buffer.from(response("CustomerQueryRs", "<CustomerRet><New><X>1</X></New></CustomerRet>"));
    for (const pieces of cuts(bytes)) {
      const records: object[] = [];
      for await (const event of new ResponseStream(arriving(pieces)))
        if (event.type === "record") records.push(event.record);
      assert.deepEqual(records, [{ New: { X: "1" } }]);
    }
  });

  it("and elements hold __proto__, constructor and toString as data", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const element = readElement(`<r><${name} ${name}="1">x</${name}></r>`).children[0];
      assert.deepEqual(
        [element?.name, Object.entries(element?.attributes ?? {}), element?.text],
        [name, [[name, "1"]], "x"],
      );
      const fields = `<${name}>1</${name}><${name}><${name}>2</${name}></${name}>`;
      const { responses } = readResponses(
        response("CustomerQueryRs", `<CustomerRet ${name}="0">${fields}</CustomerRet>`),
      );
      const [record] = responses[0]!.answer as object[];
      assert.equal(Object.getPrototypeOf(record), Object.prototype);
      const [[key, value]] = Object.entries(record as object) as [[string, unknown[]]];
      assert.equal(key, name);
      assert.deepEqual([value[0], value[1], Object.entries(value[2] as object)], ["0", "1", [[name, "2"]]]);
    }
    assert.equal(({} as Record<string, unknown>)["2"], undefined);
  });

  it("come by the million in a heap that could not hold them", () => {
    const flags = ["--max-old-space-size=32", "--input-type=module", "--eval", MANY_RECORDS];
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
    assert.equal(stdout, "1000000", stderr);
  });

  it("keep what comes more often than it may, in any place, and what does not have the form of its field", () => {
    const { responses, irregularities } = readResponses(
      response(
        "CustomerQueryRs",
        "<CustomerRet>\n<Name>a</Name>\n<Sublevel>many</Sublevel>\n<Name>b</Name><IsActive>yes</IsActive><New><X>1</X></New><New/></CustomerRet>",
      ),
    );
    assert.deepEqual(responses[0]?.answer, [
      { Name: ["a", "b"], Sublevel: "many", IsActive: "yes", New: [{ X: "1" }, ""] },
    ]);
    const path = "QBXML/QBXMLMsgsRs/CustomerQueryRs/CustomerRet";
    assert.deepEqual(
      irregularities.first.map((one) => ({ ...one })),
      [
        { kind: "value", given: "many", path: `${path}/Sublevel`, line: 3, column: 15 },
        { kind: "value", given: "yes", path: `${path}/IsActive`, line: 4, column: 28 },
      ],
    );
  });
});

async function* arriving(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
  await Promise.resolve();
}

/** Would run out of memory if it kept the records. */
const MANY_RECORDS = `
  import { ResponseStream } from "qbconnector/qbxml";
  const [before, after] = ${JSON.stringify(response("CustomerQueryRs", "|").split("|"))};
  async function* chunks() {
    yield Buffer.from(before);
    for (let sent = 0; sent < 1_000_000; sent += 1_000)
      yield Buffer.from(("<CustomerRet><ListID>" + sent + "</ListID><Name>x</Name></CustomerRet>").repeat(1_000));
    yield Buffer.from(after);
  }
  let count = 0;
  for await (const event of new ResponseStream(chunks())) if (event.type === "record") count++;
  process.stdout.write(String(count));
`;
