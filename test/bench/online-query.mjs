// 10,000 invoices through query() against undici's Pool.request and JSON.parse on the same pages, one after the other.
import { Pool } from "undici";
import { connect } from "qbconnector/online";
import { inTurns, median, pin, printTable, ROUNDS, startServer } from "./measure.mjs";

const ROWS = 10_000;
const PAGE = 1_000;
const QUERY = "select * from Invoice orderby Id";
const SERVICES = { "at once": 0, "after 50 ms": 50 };

pin(process.pid, 0);
const places = {};
for (const [name, waitMs] of Object.entries(SERVICES)) places[name] = await placeOf(waitMs);
const readers = { undici: bare, query: ours };
const cases = Object.keys(SERVICES).flatMap((place) =>
  Object.keys(readers).map((reader) => `${reader} ${place}`),
);
try {
  for (const name of cases) await measured(name);
  print(await inTurns(cases, measured));
} finally {
  for (const { pool, online, server } of Object.values(places)) {
    await Promise.all([pool.close(), online.close()]);
    await server.stop();
  }
}

async function placeOf(waitMs) {
  const server = await startServer("online-pages", { core: 1, args: [ROWS, PAGE, waitMs].map(String) });
  const url = `http://127.0.0.1:${server.port}`;
  const online = await connect(
    `InitiateOAuth=OFF; OAuthClientId=id; OAuthClientSecret=secret; OAuthAccessToken=token; CompanyId=1; ServiceURL=${url}`,
  );
  return { server, online, pool: new Pool(url, { connections: 1 }) };
}

async function bare({ pool }) {
  let sum = 0;
  // Like query(), it does not know that the tenth full page is the last.
  for (let start = 1, length = PAGE; length === PAGE; start += PAGE) {
    const search = new URLSearchParams({
      query: `${QUERY} STARTPOSITION ${start} MAXRESULTS ${PAGE}`,
      minorversion: "75",
    });
    const path = `/v3/company/1/query?${search}`;
    const headers = { accept: "application/json", authorization: "Bearer token" };
    const { body } = await pool.request({ path, method: "GET", headers });
    const { QueryResponse } = JSON.parse(await body.text());
    const { Invoice = [] } = QueryResponse;
    for (const { TotalAmt } of Invoice) sum += TotalAmt;
    length = Invoice.length;
  }
  return sum;
}

async function ours({ online }) {
  let sum = 0;
  for await (const { TotalAmt } of online.query(QUERY)) sum += TotalAmt;
  return sum;
}

async function measured(name) {
  const [, reader, place] = /^(\w+) (.*)$/.exec(name);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const sum = await readers[reader](places[place]);
  const ms = performance.now() - start;
  if (sum !== ROWS * 551) throw new Error(`${name} read ${sum}`);
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpu: (user + system) / 1_000 };
}

function print(results) {
  const value = (reader, place, key) =>
    median(results.get(`${reader} ${place}`).map((result) => result[key]));
  console.log(
    `${ROWS} invoices in pages of ${PAGE}, medians of ${ROUNDS} rounds, Node.js ${process.version}; ratio: rows a second against undici`,
  );
  printTable(
    ["a page comes", "undici ms", "query() ms", "ratio", "CPU ms", "CPU ms", "CPU ratio"],
    Object.keys(SERVICES).map((place) => {
      const [base, own] = ["undici", "query"].map((reader) => value(reader, place, "ms"));
      const [baseCpu, ownCpu] = ["undici", "query"].map((reader) => value(reader, place, "cpu"));
      return [
        place,
        base.toFixed(0),
        own.toFixed(0),
        (base / own).toFixed(2),
        baseCpu.toFixed(0),
        ownCpu.toFixed(0),
        (baseCpu / ownCpu).toFixed(2),
      ];
    }),
  );
}
