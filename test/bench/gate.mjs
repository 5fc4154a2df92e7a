// The gate alone: reading a message set strictly and writing it anew.
import { readMessageSet } from "qbconnector/qbxml";
import { median, printTable, ROUNDS } from "./measure.mjs";
import { REQUEST } from "./messages.mjs";

const inner = /<CustomerAddRq[^]*<\/CustomerAddRq>\n/.exec(REQUEST)[0];
const large = REQUEST.replace(inner, inner.repeat(Math.ceil(1e6 / inner.length)));
const rows = [];
for (const [name, text, count] of [
  ["one request", REQUEST, 20_000],
  ["1 MB", large, 10],
]) {
  for (let index = 0; index < count; index++) readMessageSet(text);
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let index = 0; index < count; index++) readMessageSet(text);
    times.push(((performance.now() - start) * 1000) / count);
  }
  rows.push([name, text.length, median(times).toFixed(1), (text.length / median(times)).toFixed(0)]);
}
console.log(`medians of ${ROUNDS} rounds, Node.js ${process.version}`);
printTable(["message set", "bytes", "us", "MB/s"], rows);
