// Writes the tables of the reference pages from the compiled tables: errors and HRESULTs, status codes, requests, value types,
// properties of QuickBooks Online.
// `--check` writes nothing and fails when a page is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { ERROR_CATALOGUE } from "../dist/errors.js";
import { formatHresult, HRESULTS } from "../dist/hresult.js";
import { ONLINE_PROPERTIES } from "../dist/online/connection/properties.js";
import { schemaFacts } from "../dist/qbxml/schema/facts.js";
import { shapeOf } from "../dist/qbxml/schema/request-shape.js";
import { STATUS_CODES, STATUS_RANGES } from "../dist/qbxml/status/status-codes.js";
import { markdownTable, withPart } from "./docs/markdown.mjs";
import { requestSections } from "./docs/requests.mjs";
import { valueTypes } from "./docs/value-types.mjs";

const codes = Object.entries(ERROR_CATALOGUE).map(([code, { family, status, retryable, who, advice }]) => [
  `\`${code}\``,
  family,
  status,
  retryable ? "yes" : "no",
  who,
  advice,
]);
const hresults = [...HRESULTS].map(([number, { code, meaning, retry, who, advice, writeOutcome }]) => [
  `\`${formatHresult(number)}\``,
  meaning,
  `\`${code}\``,
  retry,
  who,
  advice,
  writeOutcome,
]);
const STATUS_HEADER = ["severity", "meaning", "go on", "who", "advice", "a write was", "sure"];
const statuses = [...STATUS_CODES.values()].map((row) => [`\`${row.code}\``, ...statusCells(row)]);
const ranges = STATUS_RANGES.map((row) => [`\`${row.from}\` to \`${row.to}\``, ...statusCells(row)]);

const KINDS = { url: "URL", loopback: "URL on this machine" };
const properties = Object.entries(ONLINE_PROPERTIES).map(([name, { type, ...facts }]) => [
  `\`${name}\``,
  facts.choices.map((choice) => `\`${choice}\``).join(", ") || (KINDS[type] ?? type),
  facts.default === undefined ? "" : `\`${facts.default}\``,
  facts.secret ? "yes" : "",
  facts.description,
]);

const CODES_HEADER = ["code", "family", "HTTP", "retryable", "who", "advice"];
const PROPERTIES_HEADER = ["property", "value", "default", "secret", "meaning"];
const HRESULTS_HEADER = ["HRESULT", "meaning", "code", "go on", "who", "advice", "a write was"];

const PAGES = {
  "docs/reference/errors.md": [
    { name: "codes", part: markdownTable(CODES_HEADER, codes) },
    { name: "hresults", part: markdownTable(HRESULTS_HEADER, hresults) },
  ],
  "docs/reference/status-codes.md": [
    { name: "statuses", part: markdownTable(["status", ...STATUS_HEADER], statuses) },
    { name: "ranges", part: markdownTable(["statuses", ...STATUS_HEADER], ranges) },
  ],
  "docs/reference/requests.md": [{ name: "requests", part: requestSections(schemaFacts(), shapeOf) }],
  "docs/reference/quickbooks-online.md": [
    { name: "properties", part: markdownTable(PROPERTIES_HEADER, properties) },
  ],
  "docs/reference/values.md": [{ name: "types", part: valueTypes(schemaFacts()) }],
};

for (const [path, parts] of Object.entries(PAGES)) {
  const file = new URL(`../${path}`, import.meta.url);
  const page = readFileSync(file, "utf8");
  const filled = parts.reduce((text, part) => withPart(path, text, part), page);
  const text = await format(filled, { ...(await resolveConfig(file)), parser: "markdown" });
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (text !== page) {
    console.error(`${path} is stale; run: npm run generate`);
    process.exitCode = 1;
  }
}

function statusCells({ severity, meaning, retry, who, advice, writeOutcome, sure }) {
  return [severity, meaning, retry === "whenLocked" ? "see advice" : retry, who, advice, writeOutcome, sure];
}
