// What the types of requests cost the compiler and the editor: a file with 20 requests against an empty one.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { inTurns, median, printTable, ROUNDS } from "./measure.mjs";

const folder = "build/bench-types";
const COMPILERS = ["typescript-5.9", "typescript-6", "typescript"];
const CASES = ["empty file", "20 requests"];

const REQUESTS = [
  `name: "CustomerAdd", body: { Name: "Acme", BillAddress: { City: "Oslo" }, IsActive: true }`,
  `name: "CustomerMod", body: { ListID: "1-1", EditSequence: "1", Phone: "" }`,
  `name: "CustomerQuery", body: { MaxReturned: 10, NameFilter: { MatchCriterion: "Contains", Name: "a" } }`,
  `name: "VendorAdd", body: { Name: "Supply" }`,
  `name: "VendorQuery", body: { ListID: ["1-1"] }`,
  `name: "EmployeeQuery", body: { ActiveStatus: "All" }`,
  `name: "AccountAdd", body: { Name: "Fees", AccountType: "Income" }`,
  `name: "ItemServiceAdd", body: { Name: "Hour", SalesOrPurchase: { AccountRef: { FullName: "Fees" } } }`,
  `name: "ItemQuery", body: { FullName: "Hour" }`,
  `name: "InvoiceAdd", body: { CustomerRef: { FullName: "Acme" }, InvoiceLineAdd: [{ Rate: "1.00" }] }`,
  `name: "InvoiceMod", body: { TxnID: "1", EditSequence: "1", InvoiceLineMod: { TxnLineID: "-1" } }`,
  `name: "InvoiceQuery", body: { TxnDateRangeFilter: { DateMacro: "Today" } }`,
  `name: "BillAdd", body: { VendorRef: { FullName: "Supply" }, ItemLineAdd: { Quantity: "1" } }`,
  `name: "ReceivePaymentAdd", body: { CustomerRef: {}, IsAutoApply: true }`,
  `name: "JournalEntryAdd", body: { JournalDebitLine: { Amount: "1.00" }, JournalCreditLine: [] }`,
  `name: "TxnDel", body: { TxnDelType: "Invoice", TxnID: "1" }`,
  `name: "ListDel", body: { ListDelType: "Customer", ListID: "1" }`,
  `name: "GeneralSummaryReportQuery", body: { GeneralSummaryReportType: "BalanceSheetStandard" }`,
  `name: "EntityQuery", body: {}, iterator: "Start"`,
  `name: "CompanyQuery", body: {}`,
];
const program = `import type { RequestItem } from "qbconnector/qbxml";
export const items: readonly RequestItem[] = [
${REQUESTS.map((request) => `  { ${request} },`).join("\n")}
];
`;

for (const [index, text] of ["export const items = [];\n", program].entries()) {
  const project = `${folder}/${CASES[index].replace(" ", "-")}`;
  mkdirSync(project, { recursive: true });
  writeFileSync(`${project}/items.ts`, text);
  writeFileSync(
    `${project}/tsconfig.json`,
    JSON.stringify({
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
      include: ["items.ts"],
    }),
  );
}

const rows = [];
for (const compiler of COMPILERS) {
  const results = await inTurns(CASES, (name) => compile(compiler, name));
  for (const name of CASES) {
    const of = (key) => median(results.get(name).map((result) => result[key]));
    rows.push([
      compiler,
      name,
      of("check").toFixed(2),
      of("total").toFixed(2),
      (of("memory") / 1024).toFixed(0),
    ]);
  }
}
console.log(
  `medians of ${ROUNDS} rounds; types.d.ts has ${statSync("dist/qbxml/schema/types.d.ts").size} bytes\n`,
);
printTable(["compiler", "file", "check s", "total s", "memory MB"], rows);

const editor = await completions();
console.log("\ntsserver of typescript-6, completion in milliseconds\n");
printTable(["where", "first", "median of the next 20", "proposals"], editor);
rmSync(folder, { recursive: true });

function compile(compiler, name) {
  const args = [`node_modules/${compiler}/bin/tsc`, "-p", `${folder}/${name.replace(" ", "-")}`];
  const { status, stdout } = spawnSync(process.execPath, [...args, "--extendedDiagnostics"], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stdout);
  const figure = (label) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(stdout)[1]);
  return { check: figure("Check time"), total: figure("Total time"), memory: figure("Memory used") };
}

async function completions() {
  const file = `${process.cwd()}/${folder}/20-requests/items.ts`;
  const server = spawn(process.execPath, [
    "node_modules/typescript-6/lib/tsserver.js",
    "--disableAutomaticTypingAcquisition",
  ]);
  const waiting = new Map();
  createInterface({ input: server.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const message = JSON.parse(line);
    waiting.get(message.request_seq)?.(message.body);
  });
  let seq = 0;
  const send = (command, args) =>
    server.stdin.write(`${JSON.stringify({ seq: ++seq, type: "request", command, arguments: args })}\n`);
  const ask = (command, args) => {
    send(command, args);
    return new Promise((resolve) => waiting.set(seq, resolve));
  };
  const text = program.replace("];\n", '  { name: "" },\n];\n');
  send("open", { file, fileContent: text });
  const begin = performance.now();
  await ask("projectInfo", { file, needFileNameList: false });
  const table = [["loading the project", (performance.now() - begin).toFixed(0), "", ""]];
  for (const [where, marker] of [
    ["fields of CustomerAdd", 'body: { Name: "Acme", '],
    ["fields of an invoice line", "InvoiceLineAdd: [{ "],
    ["fields of CustomerQuery", "MaxReturned: 10, "],
    ["name of a request", 'name: ""'],
  ]) {
    const end = text.indexOf(marker) + marker.replace('""', '"').length;
    const before = text.slice(0, end).split("\n");
    const place = { file, line: before.length, offset: before.at(-1).length + 1 };
    const times = [];
    let entries = 0;
    for (let round = 0; round < 21; round++) {
      const start = performance.now();
      entries = (await ask("completionInfo", place)).entries.length;
      times.push(performance.now() - start);
    }
    table.push([where, times[0].toFixed(0), median(times.slice(1)).toFixed(1), entries]);
  }
  server.kill();
  return table;
}
