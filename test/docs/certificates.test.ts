import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { STORE_TYPES } from "../../dist/connector/certificate/store-types.js";

const PAGE = readFileSync("docs/reference/certificates.md", "utf8");

/** The first two cells of each row below a heading. */
function rowsBelow(heading: string): [string, string][] {
  const section = PAGE.split(`\n${heading}\n`)[1]?.split("\n#")[0] ?? "";
  const rows = section.matchAll(/^\| `([^|]+)` +\| +([^|]*?) +\|/gm);
  const cells = [...rows].map(([, name = "", value = ""]): [string, string] => [name, value]);
  return cells.filter(([, value]) => value !== "number");
}

test("the types of stores and their numbers are those of the source", () => {
  const expected = Object.entries(STORE_TYPES).map(([name, { number }]) => [name, String(number)]);
  assert.deepEqual(Object.fromEntries(rowsBelow("## Stores")), Object.fromEntries(expected));
});

test("the properties and the fields of exportPublic are those of the source", () => {
  const source = readFileSync("src/connector/certificate/server-certificate.ts", "utf8");
  const setters = [...source.matchAll(/^ {2}set (\w+)\(/gm)].map((match) => match[1]);
  assert.deepEqual(
    rowsBelow("## Properties")
      .map(([name]) => name)
      .sort(),
    setters.sort(),
  );
  const body = /interface PublicCertificate \{([^]*?)\n\}/.exec(
    readFileSync("src/connector/certificate/public-certificate.ts", "utf8"),
  )?.[1];
  const fields = [...(body ?? "").matchAll(/readonly (\w+):/g)].map((match) => match[1]);
  assert.deepEqual(
    rowsBelow("## The pin").flatMap(([names]) => names.split("`, `")),
    fields,
  );
});
