import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** The members of an interface in the source, in order. */
function membersOf(file: string, name: string): string[] {
  const body = new RegExp(`interface ${name}[^{]*\\{([^]*?)\\n\\}`).exec(readFileSync(file, "utf8"))?.[1];
  assert.ok(body, `${name} in ${file}`);
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map((match) => match[1] as string);
}

/** The first cells of the table below a heading or sentence. */
function rowsOf(page: string, after: string): { name: string; cells: string[] }[] {
  const text = readFileSync(page, "utf8");
  const start = text.indexOf(after);
  assert.ok(start >= 0, `"${after}" in ${page}`);
  const table = /\n\n\|[^\n]*\n\|[-| ]*\n((?:\|[^\n]*\n)+)/.exec(text.slice(start))?.[1] ?? "";
  return table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => ({ name: /`(\w+)/.exec(cells[1] ?? "")?.[1] ?? "", cells: cells.slice(2) }));
}

const CONNECTOR = "docs/reference/connector.md";
const CLIENT = "docs/reference/client.md";

test("the connector's options are those of the source", () => {
  const members = membersOf("src/connector/connector-options.ts", "QBConnectorOptions");
  assert.deepEqual(
    rowsOf(CONNECTOR, "## Options").map((row) => row.name),
    members,
  );
});

test("the limits and their defaults are those of the source", () => {
  const source = readFileSync("src/connector/limits.ts", "utf8");
  const defaults = /DEFAULTS: Limits = Object\.freeze\(\{([^]*?)\}\)/.exec(source)?.[1] ?? "";
  const expected = [...defaults.matchAll(/(\w+): ([\d_* ]+),/g)].map(([, name, value]) => {
    const product = (value as string).replaceAll("_", "").split("*").map(Number);
    return [name, product.reduce((left, right) => left * right)];
  });
  const rows = rowsOf(CONNECTOR, "### Limits").map((row) => [row.name, Number(row.cells[0])]);
  assert.equal(rows.length, membersOf("src/connector/limits.ts", "Limits").length);
  assert.deepEqual(rows, expected);
});

test("the connector's events and their fields are those of the source", () => {
  checkEvents(CONNECTOR, "src/connector/events.ts", "QBConnectorEvents");
});

test("the client's events and their fields are those of the source", () => {
  checkEvents(CLIENT, "src/client/events.ts", "QBClientEvents");
});

function checkEvents(page: string, file: string, events: string): void {
  const rows = rowsOf(page, "## Events");
  assert.deepEqual(rows.map((row) => row.name).sort(), membersOf(file, events).sort());
  for (const { name, cells } of rows) {
    const type = new RegExp(`^ {2}${name}: (\\w+);`, "m").exec(readFileSync(file, "utf8"))?.[1] as string;
    const own = membersOf(file, type);
    const fields = /interface \w+ extends OfConnection/.test(
      new RegExp(`interface ${type}[^{]*`).exec(readFileSync(file, "utf8"))?.[0] ?? "",
    )
      ? ["connectionId", ...own]
      : own;
    const documented = [...(cells[0] ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1]);
    assert.deepEqual(documented, fields, name);
  }
}

test("the client's options are those of the source", () => {
  const members = membersOf("src/client/client-options.ts", "QBClientOptions");
  assert.deepEqual(
    rowsOf(CLIENT, "## Options").map((row) => row.name),
    members,
  );
});

test("the options of the COM road are those of the source", () => {
  const members = membersOf("src/quickbooks/com/com-options.ts", "ComRequestProcessorOptions");
  assert.deepEqual(
    rowsOf("docs/reference/com.md", "## Options").map((row) => row.name),
    members,
  );
});

test("the failures for which QuickBooks is ended are those of the source", () => {
  const source = readFileSync("src/quickbooks/com/com-options.ts", "utf8");
  const list = /CURED_BY_A_NEW_START[^=]*= \[([^\]]*)\]/.exec(source)?.[1] ?? "";
  const hresults = [...list.matchAll(/0x[\dA-F]{8}/g)].map(([hresult]) => hresult);
  assert.ok(hresults.length > 0);
  const section = readFileSync("docs/reference/com.md", "utf8").split("## Ending QuickBooks")[1] ?? "";
  assert.deepEqual(
    [...section.matchAll(/^\| `(0x[\dA-F]{8})`/gm)].map((match) => match[1]),
    hresults,
  );
});

test("the options and results of typed calls are those of the source", () => {
  const types = "src/client/call-types.ts";
  const call = membersOf("src/client/client-options.ts", "CallOptions");
  const named = (after: string): string[] =>
    rowsOf(CLIENT, after).flatMap(({ name, cells: [text = ""] }) => (name === "" ? [text] : name));
  assert.deepEqual(named("### Queries").sort(), [...membersOf(types, "QueryOptions"), ...call].sort());
  const result = [...membersOf(types, "ResultFacts"), "answer", "error"];
  assert.deepEqual(named("### Several requests").sort(), result.sort());
  const progress = membersOf("src/client/query-progress.ts", "QueryProgress");
  const row = readFileSync(CLIENT, "utf8")
    .split("\n")
    .find((line) => line.startsWith("| `progress`"));
  assert.deepEqual([...(row ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(), [
    ...["progress", "undefined", ...progress].sort(),
  ]);
});
