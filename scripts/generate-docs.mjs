// Writes the tables of docs/reference/errors.md from the compiled catalogue of errors and the table of HRESULTs.
// `--check` writes nothing and fails when the page is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { ERROR_CATALOGUE } from "../dist/errors.js";
import { formatHresult, HRESULTS } from "../dist/hresult.js";

const PAGE = new URL("../docs/reference/errors.md", import.meta.url);

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

const page = readFileSync(PAGE, "utf8");
const text = await format(
  [
    { name: "codes", header: ["code", "family", "HTTP", "retryable", "who", "advice"], rows: codes },
    { name: "hresults", header: ["HRESULT", "meaning", "code", "go on", "who"], rows: hresults },
  ].reduce(withTable, page),
  { ...(await resolveConfig(PAGE)), parser: "markdown" },
);

if (!process.argv.includes("--check")) {
  writeFileSync(PAGE, text);
} else if (text !== page) {
  console.error("docs/reference/errors.md is stale; run: npm run generate");
  process.exit(1);
}

/** The page with everything between the two markers of a table replaced. */
function withTable(text, { name, header, rows }) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reference/errors.md has no place for ${name}`);
  const table = [header, header.map(() => "---"), ...rows].map(line).join("\n");
  return `${text.slice(0, from)}${start}\n\n${table}\n\n${text.slice(to)}`;
}

function line(cells) {
  return `| ${cells.map((cell) => String(cell).replace(/[|<>*]/g, "\\$&")).join(" | ")} |`;
}
