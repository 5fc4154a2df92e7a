// The gate alone: reading a message set strictly and writing it anew, beside parsers that only read it.
//   ROUNDS=40 node test/bench/gate.mjs
import { XMLParser } from "fast-xml-parser";
import { readMessageSet } from "qbconnector/qbxml";
import { SaxesParser } from "saxes";
import { printTable, ROUNDS } from "./measure.mjs";
import { REQUEST } from "./messages.mjs";

const inner = /<CustomerAddRq[^]*<\/CustomerAddRq>\n/.exec(REQUEST)[0];
const large = REQUEST.replace(inner, inner.repeat(Math.ceil(1e6 / inner.length)));
const fastXmlParser = new XMLParser({ ignoreAttributes: false, parseTagValue: false });

const READERS = {
  "gate, bytes": (_text, bytes) => readMessageSet(bytes),
  "gate, string": (text) => readMessageSet(text),
  "saxes, events alone": (text) => saxesEvents(text),
  "fast-xml-parser, objects": (text) => fastXmlParser.parse(text),
};

function saxesEvents(text) {
  const parser = new SaxesParser({ xmlns: false });
  let count = 0;
  for (const event of ["opentag", "text", "closetag"]) parser.on(event, () => count++);
  parser.write(text).close();
  return count;
}

/** Least CPU time in microseconds: what others do on the machine can only add to it. */
function leastTimes(text, turns) {
  const bytes = Buffer.from(text);
  const least = Object.fromEntries(Object.keys(READERS).map((name) => [name, Infinity]));
  for (let round = 0; round < ROUNDS * 4; round++)
    for (const [name, read] of Object.entries(READERS)) {
      const start = process.cpuUsage();
      for (let turn = 0; turn < turns; turn++) read(text, bytes);
      const { user, system } = process.cpuUsage(start);
      least[name] = Math.min(least[name], (user + system) / turns);
    }
  return least;
}

const rows = [];
for (const [name, text, turns] of [
  ["one request", REQUEST, 2_000],
  ["1 MB", large, 2],
]) {
  const least = leastTimes(text, turns);
  for (const [reader, us] of Object.entries(least))
    rows.push([
      name,
      text.length,
      reader,
      us.toFixed(us < 100 ? 2 : 0),
      (text.length / us).toFixed(0),
      (us / least["gate, bytes"]).toFixed(1),
    ]);
}
console.log(`least CPU time of ${ROUNDS * 4} rounds, Node.js ${process.version}`);
printTable(["message set", "bytes", "reader", "us", "MB/s", "times the gate"], rows);
