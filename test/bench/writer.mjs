// Writing one small request: our writer, which orders and checks, against fast-xml-parser's builder, which does neither.
import { spawnSync } from "node:child_process";
import { requestTree, writeRequests } from "qbconnector/qbxml";
import { XMLBuilder } from "fast-xml-parser";
import { inTurns, median, printTable, ROUNDS } from "./measure.mjs";

const COUNT = 100_000;

/** A customer with 20 values. */
const body = {
  Name: "Acme Widgets & Sons",
  IsActive: true,
  CompanyName: "Acme Widgets Limited",
  Salutation: "Ms",
  FirstName: "Ada",
  LastName: "Byron",
  BillAddress: {
    Addr1: "12 Harbour Road",
    Addr2: "Second floor",
    City: "Bergen",
    State: "Vestland",
    PostalCode: "5003",
    Country: "Norway",
  },
  Phone: "+47 555 0100",
  AltPhone: "+47 555 0101",
  Fax: "+47 555 0102",
  Email: "ada@example.com",
  Contact: "Ada Byron",
  AccountNumber: "C-1001",
  CreditLimit: "2500.00",
  Notes: "Pays by the end of the month",
};
const shuffled = Object.fromEntries(Object.entries(body).reverse());
const items = [{ name: "CustomerAdd", requestID: "1", body }];
const fromBehind = [{ name: "CustomerAdd", requestID: "1", body: shuffled }];

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: false });
const document = {
  "?xml": { "@version": "1.0" },
  "?qbxml": { "@version": "16.0" },
  QBXML: {
    QBXMLMsgsRq: { "@onError": "stopOnError", CustomerAddRq: { "@requestID": "1", CustomerAdd: body } },
  },
};

/** Strings are ropes until somebody reads them. */
const flat = (made) => (typeof made === "string" ? made.charCodeAt(0) : 1);

const CASES = {
  "fast-xml-parser builder": () => builder.build(document),
  writeRequests: () => writeRequests(items),
  "writeRequests, keys from behind": () => writeRequests(fromBehind),
  requestTree: () => requestTree(items),
};

/** What a fresh process pays: opening the door, and the first request, for which the facts are read. */
const FRESH = `
const heap = () => { gc(); return process.memoryUsage().heapUsed / 1e6; };
const before = heap();
const start = performance.now();
const { writeRequests } = await import("qbconnector/qbxml");
const opened = performance.now();
const open = heap();
const again = performance.now();
writeRequests([{ name: "CustomerAdd", body: { Name: "Acme" } }]);
const written = performance.now();
console.log(JSON.stringify([opened - start, written - again, open - before, heap() - open]));
`;

const results = await inTurns(Object.keys(CASES), (name) => {
  const run = CASES[name];
  let length = 0;
  for (let index = 0; index < COUNT / 10; index++) length += flat(run());
  const start = process.cpuUsage().user;
  for (let index = 0; index < COUNT; index++) length += flat(run());
  const time = (process.cpuUsage().user - start) / COUNT;
  if (length === 0) throw new Error("nothing was written");
  return time;
});
const base = median(results.get("fast-xml-parser builder"));
console.log(`medians of ${ROUNDS} rounds, Node.js ${process.version}\n`);
printTable(
  ["writer", "CPU us", "ratio"],
  [...results].map(([name, times]) => [name, median(times).toFixed(2), (median(times) / base).toFixed(2)]),
);

const fresh = Array.from({ length: ROUNDS }, () => {
  const args = ["--expose-gc", "--input-type=module", "-e", FRESH];
  return JSON.parse(spawnSync(process.execPath, args, { encoding: "utf8" }).stdout);
});
const of = (index) => median(fresh.map((figures) => figures[index])).toFixed(1);
console.log("\nin a fresh process\n");
printTable(
  ["step", "ms", "heap MB"],
  [
    ["import of qbconnector/qbxml", of(0), of(2)],
    ["first request", of(1), of(3)],
  ],
);
