// Writes the tables of the reference pages from the compiled tables: errors and HRESULTs, status codes.
// `--check` writes nothing and fails when a page is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { ERROR_CATALOGUE } from "../dist/errors.js";
import { formatHresult, HRESULTS } from "../dist/hresult.js";
import { STATUS_CODES, STATUS_RANGES } from "../dist/qbxml/status-codes.js";

const codes = Object.entries(ERROR_CATALOGUE).map(([code, { family, status, retryable, who, advice }]) => [
  `\`${code}\``,
  family,
  status,
  retryable ? "yes" : "no",
  who,
  advice,
]);
const hresults = [...HRESULTS].map(([number, { code, meaning, retry, who }]) => [
  `\`${formatHresult(number)}\``,
  meaning,
  `\`${code}\``,
  retry,
  who,
]);
const STATUS_HEADER = ["severity", "meaning", "go on", "who", "advice", "a write was", "sure"];
const statuses = [...STATUS_CODES.values()].map((row) => [`\`${row.code}\``, ...statusCells(row)]);
const ranges = STATUS_RANGES.map((row) => [`\`${row.from}\` to \`${row.to}\``, ...statusCells(row)]);

const PAGES = {
  "docs/reference/errors.md": [
    { name: "codes", header: ["code", "family", "HTTP", "retryable", "who", "advice"], rows: codes },
    { name: "hresults", header: ["HRESULT", "meaning", "code", "go on", "who"], rows: hresults },
  ],
  "docs/reference/status-codes.md": [
    { name: "statuses", header: ["status", ...STATUS_HEADER], rows: statuses },
    { name: "ranges", header: ["statuses", ...STATUS_HEADER], rows: ranges },
  ],
};

for (const [path, tables] of Object.entries(PAGES)) {
  const file = new URL(`../${path}`, import.meta.url);
  const page = readFileSync(file, "utf8");
  const filled = tables.reduce((text, table) => withTable(path, text, table), page);
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

/** The page with everything between the two markers of a table replaced. */
function withTable(path, text, { name, header, rows }) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for ${name}`);
  const table = [header, header.map(() => "---"), ...rows].map(line).join("\n");
  return `${text.slice(0, from)}${start}\n\n${table}\n\n${text.slice(to)}`;
}

function line(cells) {
  return `| ${cells.map((cell) => String(cell).replace(/[|<>*]/g, "\\$&")).join(" | ")} |`;
}
