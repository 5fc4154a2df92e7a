// Extra memory of the connector while a client takes a 100 MB answer: the peak beyond what it held before.
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { median, printTable, ROUNDS, startServer } from "./measure.mjs";
import { AUTHORIZATION, REQUEST } from "./messages.mjs";

const MEGABYTES = Number(process.env.MEGABYTES ?? 100);
const rows = [];
for (const kind of ["latin1", "utf16", "bytes"]) {
  for (const encoding of ["identity", "gzip"]) {
    const results = [];
    for (let round = 0; round < ROUNDS; round++) results.push(await transfer(kind, encoding));
    const size = results[0].size;
    rows.push([
      kind,
      encoding,
      (size / 1e6).toFixed(0),
      median(results.map((result) => result.extra / (MEGABYTES * 1e6))).toFixed(2),
      Math.round(median(results.map((result) => MEGABYTES / result.seconds))),
    ]);
  }
}
console.log(`medians of ${ROUNDS} rounds, ${MEGABYTES} MB, Node.js ${process.version}`);
printTable(["processor gives", "encoding", "MB on the wire", "extra memory / body", "MB/s"], rows);

async function transfer(kind, encoding) {
  const server = await startServer("large", { args: [kind, String(MEGABYTES)] });
  try {
    await take(server.port, encoding, 0);
    await server.cpu();
    writeFileSync(`/proc/${server.pid}/clear_refs`, "5");
    const before = memory(server.pid, "VmRSS");
    const start = performance.now();
    const size = await take(server.port, encoding);
    return { size, seconds: (performance.now() - start) / 1000, extra: memory(server.pid, "VmHWM") - before };
  } finally {
    await server.stop();
  }
}

/** Takes the whole answer, or with `limit` leaves after so many bytes. */
function take(port, encoding, limit = Infinity) {
  const headers = { authorization: AUTHORIZATION, "content-type": "text/xml", "accept-encoding": encoding };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method: "POST", headers, agent: false }, (response) => {
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > limit) sent.destroy();
      });
      response.on("close", () => resolve(size));
    });
    sent.on("error", (error) => (limit === Infinity ? reject(error) : resolve(0)));
    sent.end(REQUEST);
  });
}

function memory(pid, name) {
  return (
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024
  );
}
