// Writes the generated files of src/qbxml/schema from the facts table of qbXML 16.0.
// `--check` writes nothing and fails when a file is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { requestFactsText } from "./schema/request-facts.mjs";
import { typesText } from "./schema/types.mjs";

const folder = new URL("../src/qbxml/schema/", import.meta.url);
const facts = JSON.parse(readFileSync(new URL("qbxml-16.0.json", folder), "utf8"));
const files = [
  ["request-facts.ts", requestFactsText(facts)],
  ["types.ts", typesText(facts)],
];

if (process.argv.includes("--check")) {
  const stale = files.filter(([name, text]) => readFileSync(new URL(name, folder), "utf8") !== text);
  for (const [name] of stale) console.error(`src/qbxml/schema/${name} is stale; run: npm run generate`);
  if (stale.length > 0) process.exit(1);
} else {
  for (const [name, text] of files) writeFileSync(new URL(name, folder), text);
}
