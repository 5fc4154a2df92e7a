import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ONLINE_PROPERTIES } from "qbconnector/online";

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

const ONLINE = "docs/reference/quickbooks-online.md";

test("the properties of a connection string for QuickBooks Online are those of the source", () => {
  const rows = rowsOf(ONLINE, "<!-- properties -->").map(
    ({ name, cells: [, initial, isSecret, meaning] }) => [...[name, initial, isSecret, meaning]],
  );
  const known = Object.entries(ONLINE_PROPERTIES).map(([name, { default: initial, secret, description }]) => [
    ...[name, initial === undefined ? "" : `\`${initial}\``, secret ? "yes" : "", description],
  ]);
  assert.deepEqual(rows, known);
});

test("the options, status and store of QuickBooks Online are those of the source", () => {
  const tables = [
    ["## Options", "connection/online-options.ts", "OnlineOptions"],
    ["### Status", "connection/connection-status.ts", "ConnectionStatus"],
  ] as const;
  for (const [heading, file, name] of tables)
    assert.deepEqual(
      rowsOf(ONLINE, heading).map((row) => row.name),
      membersOf(`src/online/${file}`, name),
    );
  const store = readFileSync("src/online/vault/token-store.ts", "utf8");
  assert.deepEqual(
    rowsOf(ONLINE, "### Stores").map((row) => row.name),
    [...store.matchAll(/^ {2}(?:readonly )?(\w+)[:(<]/gm)].map(([, name]) => name),
  );
});

test("the members of a connection to QuickBooks Online are those of the source", () => {
  const publicMethods = (file: string): string[] =>
    [
      ...readFileSync(file, "utf8").matchAll(
        /(\/\*\* @internal[^\n]*\n)?^ {2}(?:async )?(?!constructor)([a-z]\w*)(?:<[^(]*>)?\(/gm,
      ),
    ].flatMap(([, isInternal, name = ""]) => (isInternal === undefined ? name : []));
  const own = publicMethods("src/online/connection/online-connection.ts");
  assert.deepEqual(
    rowsOf(ONLINE, "## Members")
      .map((row) => row.name)
      .sort(),
    own.sort(),
  );
  const [, data = ""] = /\n(`query`[^]*?):\n/.exec(readFileSync(ONLINE, "utf8")) ?? [];
  assert.deepEqual(
    [...data.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    publicMethods("src/online/data/company-data.ts"),
  );
});

test("the events of a connection to QuickBooks Online and their fields are those of the source", () => {
  const source = readFileSync("src/online/connection/online-connection.ts", "utf8");
  const events = [...source.matchAll(/^ {2}readonly (\w+): \{ (readonly [^}]*) \};$/gm)].map(
    ([, name, fields = ""]) => [name, [...fields.matchAll(/readonly (\w+):/g)].map(([, field]) => field)],
  );
  const rows = rowsOf(ONLINE, "### Events").map(({ name, cells: [fields = ""] }) => [
    name,
    [...fields.matchAll(/`(\w+)`/g)].map(([, field]) => field),
  ]);
  assert.equal(events.length, 2);
  assert.deepEqual(rows, events);
});

test("the procedures of QuickBooks Online, their inputs and outputs are those of the source", () => {
  const file = "src/online/connection/procedures.ts";
  const table = /const INPUTS = Object\.freeze\(\{([^]*?)\}\);/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  const outputs = membersOf(file, "AccessTokenOutputs");
  const given: Readonly<Record<string, readonly string[]>> = {
    GetOAuthAuthorizationURL: membersOf(file, "AuthorizationURLOutputs"),
    GetOAuthAccessToken: outputs,
    RefreshOAuthAccessToken: outputs.filter((name) => name !== "CompanyId"),
  };
  const known = [...table.matchAll(/^ {2}(\w+): \[([^\]]*)\]/gm)].map(([, name = "", inputs = ""]) => [
    ...[name, [...inputs.matchAll(/"(\w+)"/g)].map(([, input]) => input), given[name]],
  ]);
  const rows = rowsOf(ONLINE, "## Procedures").map(({ name, cells }) => [
    name,
    ...cells.slice(0, 2).map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word)),
  ]);
  assert.equal(known.length, 3);
  assert.deepEqual(rows, known);
});
