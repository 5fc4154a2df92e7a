import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { QBError } from "qbconnector";
import { CodePage, readMessageSet, type MessageSet, type OutsideCodePage } from "qbconnector/qbxml";

function document(body: string): string {
  return `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">${body}</QBXMLMsgsRq></QBXML>`;
}

function read(body: string, outsideCodePage: OutsideCodePage, codePage = CodePage.of(1252)): MessageSet {
  return readMessageSet(document(body), { codePage, outsideCodePage });
}

function refusal(run: () => unknown): QBError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof QBError);
    return error;
  }
  return assert.fail("was not refused");
}

const never = (character: string): never =>
  assert.fail(`U+${character.codePointAt(0)?.toString(16)} is outside`);

/** glibc's table; a byte that it does not know gives its C1 control character. */
function oracle(number: number): (byte: number) => string {
  const input = Buffer.concat(Array.from({ length: 0xe0 }, (_, at) => Buffer.of(at + 0x20, 0x0a)));
  const { stdout } = spawnSync("iconv", ["-c", "-f", `CP${number}`, "-t", "UTF-8"], { input });
  const lines = stdout.toString().split("\n");
  return (byte) => lines[byte - 0x20] || String.fromCharCode(byte);
}

describe("what a code page holds", () => {
  for (const number of [1250, 1251, 1252]) {
    it(`every byte of ${number} that means a character`, () => {
      const page = CodePage.of(number);
      const decoder = oracle(number);
      for (let byte = 0x20; byte < 0x100; byte++) {
        const character = decoder(byte);
        const code = character.codePointAt(0) as number;
        const isControl = code >= 0x7f && code < 0xa0;
        assert.equal(page.has(code), code === 0x7f || !isControl, `byte ${byte}`);
        if (page.has(code) && code > 0x7f) assert.equal(page.text(character, never), `&#${code};`);
      }
    });
  }

  it("every pair of bytes of 932, and its single bytes", () => {
    const page = CodePage.of(932);
    const decoder = new TextDecoder("shift_jis");
    let count = 0;
    for (let high = 0x81; high < 0xfd; high++) {
      for (let low = 0x40; low < 0xfd; low++) {
        const characters = [...decoder.decode(Uint8Array.of(high, low))];
        if (characters.includes("\ufffd")) continue;
        for (const character of characters)
          assert.ok(page.has(character.codePointAt(0) as number), character);
        count++;
      }
    }
    assert.ok(count > 7000, `only ${count} pairs`);
    assert.ok(page.has(0xff71), "half-width katakana");
    assert.ok(!page.has(0xe9), "é is no Japanese character");
  });

  it("what the pages do not share", () => {
    assert.ok(CodePage.of(1252).has(0x20ac) && !CodePage.of(1252).has(0x0416));
    assert.ok(CodePage.of(1251).has(0x0416) && !CodePage.of(1251).has(0xe9));
    assert.ok(CodePage.of(65001).has(0x1f600));
  });

  it("names of pages, known and unknown", () => {
    for (const name of ["1252", 1252, "windows-1252", "CP1252", " 1252 "])
      assert.equal(CodePage.of(name), CodePage.of(1252));
    for (const name of ["", "0", "utf-8", "12", "99999", "__proto__"])
      assert.equal(refusal(() => CodePage.of(name)).code, "QB_INVALID_ARGUMENT");
  });
});

describe("where a character is that QuickBooks cannot store", () => {
  const line = document("").indexOf("</QBXMLMsgsRq>") + 1;
  const rows: readonly (readonly [string, string, number, number, string])[] = [
    ["in text", "<A>xŐ</A>", 1, line + 4, "Ő"],
    ["as a decimal reference", "<A>x&#336;</A>", 1, line + 4, "Ő"],
    ["as a hexadecimal reference", "<A>x&#x0150;</A>", 1, line + 4, "Ő"],
    ["in an attribute", '<A b="1" c="Ő"/>', 1, line + 12, "Ő"],
    ["as a reference in an attribute", '<A b="&#336;"/>', 1, line + 6, "Ő"],
    ["in CDATA", "<A><![CDATA[xŐ]]></A>", 1, line + 13, "Ő"],
    ["in what looks like a comment in CDATA", "<A><![CDATA[<!--Ő-->]]></A>", 1, line + 16, "Ő"],
    ["after what looks like a reference in CDATA", "<A><![CDATA[&#336;]]>Ő</A>", 1, line + 21, "Ő"],
    ["after a comment with the same character", "<!-- Ő --><A>Ő</A>", 1, line + 13, "Ő"],
    ["after a comment with line ends", "<!-- Ő\n\n --><A>Ő</A>", 3, 8, "Ő"],
    ["after astral characters in a comment", "<!--😀😀--><A>Ő</A>", 1, line + 12, "Ő"],
    ["an astral character", "<A>😀</A>", 1, line + 3, "😀"],
    ["an astral character as a reference", "<A>&#x1F600;</A>", 1, line + 3, "😀"],
    ["after line ends of Unix", "<A>\n\nxŐ</A>", 3, 2, "Ő"],
    ["after line ends of Windows", "<A>\r\n\r\nxŐ</A>", 3, 2, "Ő"],
    ["after line ends of old Macs", "<A>\r\rxŐ</A>", 3, 2, "Ő"],
    ["the first of two", "<A>ŐŰ</A>", 1, line + 3, "Ő"],
    ["behind characters of the page", "<A>éé€Ő</A>", 1, line + 6, "Ő"],
  ];
  for (const [name, body, atLine, column, character] of rows) {
    it(name, () => {
      const error = refusal(() => read(body, "refuse"));
      assert.equal(error.code, "QB_CHARACTERS");
      assert.deepEqual({ ...error.details }, { line: atLine, column, character });
      assert.match(error.message, new RegExp(`line ${atLine}, column ${column}:`));
      const [change] = read(body, "replace").changes;
      assert.deepEqual({ ...change }, { line: atLine, column, character, replacement: "?" });
    });
  }

  it("each of many changes on many lines", () => {
    const body = Array.from({ length: 500 }, (_, at) => `<A b="${at}Ő">Ű</A>`).join("\r\n");
    const { changes } = read(body, "replace");
    assert.equal(changes.length, 1000);
    for (const [at, change] of changes.entries()) {
      const row = Math.floor(at / 2);
      assert.equal(change.line, row + 1);
      const inAttribute = at % 2 === 0;
      assert.equal(change.character, inAttribute ? "Ő" : "Ű");
      const offset = inAttribute ? 7 + String(row).length : 10 + String(row).length;
      assert.equal(change.column, offset - 1 + (row === 0 ? line : 1));
    }
  });
});

describe("transliteration", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["Ő", "O"],
    ["ű", "u"],
    ["Łódź", "L&#243;dz"],
    ["Đ", "D"],
    ["ẞ", "SS"],
    ["ﬁ", "fi"],
    ["e\u0301", "e"],
    ["−5", "-5"],
    ["№", "No"],
    ["＜A＞", "&lt;A&gt;"],
    ["＆amp;", "&amp;amp;"],
    ["\u2003", " "],
  ];
  for (const [from, to] of rows) {
    it(`${from} becomes ${to}`, () => {
      const { text, changes } = read(`<A>${from}</A>`, "transliterate");
      assert.ok(text.includes(`<A>${to}</A>`), text);
      assert.ok(changes.length > 0);
    });
  }

  it("what has no spelling in the page is refused", () => {
    for (const character of ["Ж", "漢", "😀", "\u200b"])
      assert.equal(refusal(() => read(`<A>${character}</A>`, "transliterate")).code, "QB_CHARACTERS");
  });

  it("a quote that it makes does not end an attribute", () => {
    const smuggled = document("<CustomerQueryRq/>").replace(
      "onError=",
      'responseData="x&#x2033; newMessageSetID=＂1" onError=',
    );
    const { text, writes } = readMessageSet(smuggled, { outsideCodePage: "transliterate" });
    assert.equal(writes, false);
    assert.ok(text.includes('responseData="x&quot; newMessageSetID=&quot;1"'), text);
  });

  it("an element that loses all of its text is written as empty", () => {
    assert.ok(read("<A>\u0301</A>", "transliterate").text.includes("\n<A/>\n"));
  });
});

describe("replacement", () => {
  it("puts one question mark for each character, and says so", () => {
    const { text, changes } = read('<A b="Ж">漢😀é</A>', "replace");
    assert.ok(text.includes('<A b="?">??&#233;</A>'), text);
    assert.deepEqual(
      changes.map((change) => change.character),
      ["Ж", "漢", "😀"],
    );
  });

  it("a character of the page is never changed", () => {
    assert.deepEqual(read("<A>é€™</A>", "replace").changes, []);
  });
});

/** What XML 1.0 can hold. */
const xmlText = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((text) => text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "."));

describe("escaping", () => {
  it("libxml2 reads back what was written, in text and in attributes", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "code-page-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const values = fc.sample(xmlText, 1000);
    const page = CodePage.of(65001);
    const keep = (character: string): string => character;
    const c1 = /[\x80-\x9f]/g;
    const items = values
      .map((value) => value.replace(c1, "."))
      .map((value) => `<i a="${page.attribute(value, keep)}">${page.text(value, keep)}</i>`);
    writeFileSync(join(folder, "in.xml"), `<r>${items.join("")}</r>`);
    const canonical = execFileSync("xmllint", ["--c14n", join(folder, "in.xml")], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    const expected = values
      .map((value) => value.replace(c1, "."))
      .map((v) => `<i a="${canonicalAttribute(v)}">${canonicalText(v)}</i>`);
    assert.equal(canonical.trim(), `<r>${expected.join("")}</r>`);
  });

  it("what is written is ASCII", () => {
    fc.assert(
      fc.property(xmlText, (value) => {
        const page = CodePage.of(1252);
        const written = page.text(value, () => "?") + page.attribute(value, () => '\u00e9"');
        assert.match(written, /^[\t\n\x20-\x7e]*$/);
      }),
    );
  });
});

/** Canonical XML 1.0, section 2.3. */
function canonicalText(value: string): string {
  return value.replace(
    /[&<>\r]/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;" })[c] as string,
  );
}

function canonicalAttribute(value: string): string {
  const table = { "&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;" };
  return value.replace(/[&<"\t\n\r]/g, (c) => table[c as keyof typeof table]);
}
