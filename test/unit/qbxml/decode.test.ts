import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { decodeDocument } from "qbconnector/qbxml";

const DECLARED = '<?xml version="1.0" encoding="ENC"?><a>é€</a>';
const UNDECLARED = "<a>é€</a>";

/** The 0x80 to 0x9f of Windows 1252 as far as the rows need them. */
function western(text: string): Buffer {
  return Buffer.from(text.replaceAll("€", "\u0080"), "latin1");
}

function utf16(text: string, order: "le" | "be", mark: boolean): Buffer {
  const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

function utf8(text: string, mark = false): Buffer {
  return Buffer.from((mark ? "\ufeff" : "") + text);
}

const declaring = (encoding: string): string => DECLARED.replace("ENC", encoding);

type Row = readonly [name: string, bytes: Uint8Array, charset: string | undefined, text: string | null];

const ROWS: readonly Row[] = [
  ["UTF-8 by default", utf8(UNDECLARED), undefined, UNDECLARED],
  ["an empty charset says nothing", utf8(UNDECLARED), "", UNDECLARED],
  ["UTF-8 with mark", utf8(UNDECLARED, true), undefined, UNDECLARED],
  ["UTF-8 with mark and charset", utf8(UNDECLARED, true), "UTF-8", UNDECLARED],
  ["UTF-8 declared", utf8(declaring("utf-8")), undefined, declaring("utf-8")],
  [
    "UTF-8 declared in single quotes",
    utf8(declaring("utf-8").replaceAll('"', "'")),
    undefined,
    declaring("utf-8").replaceAll('"', "'"),
  ],
  ["Windows 1252 declared", western(declaring("windows-1252")), undefined, declaring("windows-1252")],
  ["Latin-1 is read as Windows 1252", western(declaring("ISO-8859-1")), undefined, declaring("ISO-8859-1")],
  ["Windows 1252 by charset", western(UNDECLARED), "windows-1252", UNDECLARED],
  [
    "the charset is stronger than the declaration",
    utf8(declaring("windows-1252")),
    "utf-8",
    declaring("windows-1252"),
  ],
  [
    "the mark is stronger than the declaration",
    utf8(declaring("windows-1252"), true),
    undefined,
    declaring("windows-1252"),
  ],
  [
    "Windows 1251 declared",
    Buffer.concat([utf8('<?xml version="1.0" encoding="windows-1251"?>'), Buffer.of(0xc6)]),
    undefined,
    '<?xml version="1.0" encoding="windows-1251"?>Ж',
  ],
  [
    "Shift_JIS declared",
    Buffer.concat([utf8('<?xml version="1.0" encoding="Shift_JIS"?>'), Buffer.of(0x8a, 0xbf)]),
    undefined,
    '<?xml version="1.0" encoding="Shift_JIS"?>漢',
  ],
  ["UTF-16LE with mark", utf16(UNDECLARED, "le", true), undefined, UNDECLARED],
  ["UTF-16BE with mark", utf16(UNDECLARED, "be", true), undefined, UNDECLARED],
  ["UTF-16LE without mark", utf16(UNDECLARED, "le", false), undefined, UNDECLARED],
  ["UTF-16BE without mark", utf16(UNDECLARED, "be", false), undefined, UNDECLARED],
  ["UTF-16 with mark under charset utf-16", utf16(UNDECLARED, "be", true), "utf-16", UNDECLARED],
  ["UTF-16LE with mark under its own charset", utf16(UNDECLARED, "le", true), "UTF-16LE", UNDECLARED],
  ["UTF-16BE without mark under its own charset", utf16(UNDECLARED, "be", false), "utf-16be", UNDECLARED],
  ["an empty document", new Uint8Array(), undefined, ""],
  [
    "the encoding stands in a comment",
    utf8("<a/><!--<?xml version='1.0' encoding='utf-16'?>-->"),
    undefined,
    "<a/><!--<?xml version='1.0' encoding='utf-16'?>-->",
  ],
  ["mark of UTF-8 under charset windows-1252", utf8(UNDECLARED, true), "windows-1252", null],
  ["mark of UTF-16BE under charset utf-16le", utf16(UNDECLARED, "be", true), "utf-16le", null],
  ["mark of UTF-16LE under charset utf-8", utf16(UNDECLARED, "le", true), "utf-8", null],
  ["UTF-16 declared in front of single bytes", utf8(declaring("UTF-16")), undefined, null],
  ["UTF-16LE declared in front of single bytes", utf8(declaring("utf-16le")), undefined, null],
  ["Western bytes without a word", western(UNDECLARED), undefined, null],
  ["Western bytes declared as UTF-8", western(declaring("utf-8")), undefined, null],
  ["UTF-7", utf8(declaring("UTF-7")), undefined, null],
  ["UTF-32", utf8(declaring("UTF-32")), undefined, null],
  ["EBCDIC", utf8(declaring("IBM037")), undefined, null],
  ["an unknown charset", utf8(UNDECLARED), "x-unknown", null],
  ["a charset of nonsense", utf8(UNDECLARED), "\u0000", null],
  ["overlong UTF-8", Buffer.of(0x3c, 0xc0, 0xbc), undefined, null],
  ["a surrogate in UTF-8", Buffer.of(0x3c, 0xed, 0xa0, 0x80), undefined, null],
  ["UTF-8 beyond Unicode", Buffer.of(0x3c, 0xf4, 0x90, 0x80, 0x80), undefined, null],
  ["UTF-8 that ends in a character", Buffer.of(0x3c, 0xe2, 0x82), undefined, null],
  ["UTF-16 of odd length", utf16(UNDECLARED, "le", true).subarray(0, -1), undefined, null],
  ["UTF-16 with half a pair", utf16("<\ud800<", "le", false), undefined, null],
];

describe("decodeDocument", () => {
  for (const [name, bytes, charset, text] of ROWS) {
    it(`${name}${text === null ? " is refused" : ""}`, () => {
      if (text !== null) return assert.equal(decodeDocument(bytes, charset), text);
      assert.throws(
        () => decodeDocument(bytes, charset),
        (error) =>
          error instanceof QBError && error.code === "QB_CHARACTER_ENCODING" && error.httpStatus === 400,
      );
    });
  }
});
