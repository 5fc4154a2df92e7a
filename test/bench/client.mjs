// QBClient.send against undici's Pool.request, both to a string, from one process on its own core.
import { Pool } from "undici";
import { QBClient } from "qbconnector";
import { inTurns, median, pin, printTable, ROUNDS, SECONDS, startServer } from "./measure.mjs";
import { AUTHORIZATION, PASSWORD, REQUEST, USER } from "./messages.mjs";

pin(process.pid, 0);
const server = await startServer("canned", { core: 1 });
const url = `http://127.0.0.1:${server.port}`;
const connections = 8;
const pool = new Pool(url, { connections });
const client = new QBClient(`URL='${url}' User='${USER}' Password='${PASSWORD}'`, { connections });
const headers = { authorization: AUTHORIZATION, "content-type": "text/xml; charset=utf-8" };

const senders = {
  "Pool.request": async () => {
    const { body } = await pool.request({ path: "/", method: "POST", headers, body: REQUEST });
    return body.text();
  },
  "QBClient.send": () => client.send(REQUEST),
};
const cases = [1, 10, 100].flatMap((inFlight) => Object.keys(senders).map((name) => `${name} ${inFlight}`));
try {
  for (const name of cases) await load(name, 1);
  const results = await inTurns(cases, (name) => load(name, SECONDS));
  print(results);
} finally {
  await Promise.all([pool.close(), client.close()]);
  await server.stop();
}

async function load(name, seconds) {
  const [, sender, inFlight] = /^(.*) (\d+)$/.exec(name);
  const until = performance.now() + seconds * 1000;
  const start = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await senders[sender]();
      count++;
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, worker));
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (count / (performance.now() - start)) * 1000, cpu: (user + system) / count };
}

function print(results) {
  const value = (name, key) => median(results.get(name).map((result) => result[key]));
  console.log(
    `medians of ${ROUNDS} rounds of ${SECONDS} s, ${connections} connections, Node.js ${process.version}`,
  );
  printTable(
    ["in flight", "Pool.request/s", "QBClient.send/s", "ratio", "CPU us", "CPU us", "CPU ratio"],
    [1, 10, 100].map((n) => {
      const [base, ours] = [`Pool.request ${n}`, `QBClient.send ${n}`];
      return [
        n,
        Math.round(value(base, "perSecond")),
        Math.round(value(ours, "perSecond")),
        (value(ours, "perSecond") / value(base, "perSecond")).toFixed(2),
        value(base, "cpu").toFixed(1),
        value(ours, "cpu").toFixed(1),
        (value(base, "cpu") / value(ours, "cpu")).toFixed(2),
      ];
    }),
  );
}
