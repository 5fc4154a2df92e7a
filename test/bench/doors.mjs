// What a fresh process pays for opening a door of the package, and for the first use of the language behind it.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { inTurns, median, printTable, ROUNDS } from "./measure.mjs";

const folder = "build/bench-doors";
const EMPTY = `./${folder}/empty.mjs`;
const FACTS = "./dist/qbxml/schema/qbxml-16.0.json";
const DOOR = "qbconnector/qbxml";

const BODY = `{ Name: "Acme", BillAddress: { City: "Oslo" } }`;
const WRITE = `door.writeRequests([{ name: "CustomerAdd", body: ${BODY} }]);`;
const RESPONSE =
  "<QBXML><QBXMLMsgsRs><HostQueryRs statusCode='0' statusSeverity='Info' statusMessage=''/></QBXMLMsgsRs></QBXML>";

const IMPORTS = {
  "an empty module": EMPTY,
  "undici alone": "undici",
  qbconnector: "qbconnector",
  "qbconnector/qbxml": DOOR,
  "qbconnector/simulator": "qbconnector/simulator",
};

/** What is loaded before the clock starts, and what it measures. */
const USES = {
  "nothing but JSON.parse of the facts": [
    "node:fs",
    `globalThis.kept = JSON.parse(door.readFileSync("${FACTS}", "utf8"));`,
  ],
  "a request written": [DOOR, WRITE],
  "a request checked": [DOOR, `door.lint(text);`],
  "a request passed the gate": [DOOR, `door.readMessageSet(text);`],
  "a response read": [DOOR, `door.readResponses(${JSON.stringify(RESPONSE)});`],
  "all of these": [
    DOOR,
    `${WRITE} door.lint(text); door.readMessageSet(text); door.readResponses(${JSON.stringify(RESPONSE)});`,
  ],
};

const HEAD = `
const memory = () => { gc(); const { heapUsed, rss } = process.memoryUsage(); return [heapUsed / 1e6, rss / 1e6]; };
const text = '<?xml version="1.0"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><CustomerAddRq><CustomerAdd><Name>Acme</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>';
`;
const TAIL = `
const time = performance.now() - start;
const after = memory();
console.log(JSON.stringify([time, after[0] - before[0], after[1] - before[1]]));
`;

mkdirSync(folder, { recursive: true });
writeFileSync(EMPTY, "export {};\n");

const opened = await inTurns(Object.keys(IMPORTS), (name) =>
  measured(`
const before = memory();
const start = performance.now();
await import(${JSON.stringify(IMPORTS[name])});`),
);
console.log(`medians of ${ROUNDS} rounds, a fresh process each, Node.js ${process.version}\n`);
printTable(["import of", "ms", "heap MB", "RSS MB"], rowsOf(opened));

const used = await inTurns(Object.keys(USES), (name) => {
  const [module, code] = USES[name];
  return measured(`
const door = await import(${JSON.stringify(module)});
const before = memory();
const start = performance.now();
${code}`);
});
console.log("\nthe first use in a process that has opened the door\n");
printTable(["first use", "ms", "heap MB", "RSS MB"], rowsOf(used));
rmSync(folder, { recursive: true });

function measured(program) {
  const args = ["--expose-gc", "--input-type=module", "-e", HEAD + program + TAIL];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function rowsOf(results) {
  return [...results].map(([name, figures]) => [
    name,
    ...[0, 1, 2].map((column) => median(figures.map((row) => row[column])).toFixed(1)),
  ]);
}
