// Fuzzing led by coverage: documents that reach a new block of the tokenizer are kept and changed further; each is held against
// saxes, and against itself in pieces. By hand, after npm run build && npm run build:tests:
//   node test/fuzz/guided.mjs MINUTES [SEED]
import { Session } from "node:inspector";
import { DOCUMENTS, FRAGMENTS, judge, seen } from "../../build/support/token-judge.js";
import { Random } from "../../build/support/random.js";

const FILES =
  /dist\/qbxml\/(tokenizer|attribute-list|document-source|character-data|name-table|byte-window|position|xml-declaration)\.js$/;
const minutes = Number(process.argv[2] ?? 5);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const random = new Random(seed);
const session = new Session();
session.connect();

/** The session answers at once. */
function post(method, parameters) {
  let answer;
  session.post(method, parameters, (error, result) => {
    if (error) throw new Error(error.message);
    answer = result;
  });
  return answer;
}

post("Profiler.enable");
post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
const blocks = new Set();

/** How many blocks ran for the first time since the last look. */
function newBlocks() {
  const before = blocks.size;
  for (const { url, functions } of post("Profiler.takePreciseCoverage").result) {
    const [, file] = FILES.exec(url) ?? [];
    if (file === undefined) continue;
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges)
        // As in other fuzzers, loops count by the order of magnitude of their turns.
        if (count > 0)
          blocks.add(`${file} ${startOffset} ${endOffset} ${Math.min(6, Math.floor(Math.log2(count)))}`);
  }
  return blocks.size - before;
}

const changes = [
  (text, at, end) => text.slice(0, at) + text.slice(end),
  (text, at, end) => text.slice(0, end) + text.slice(at),
  (text, at) => text.slice(0, at) + random.of(FRAGMENTS) + text.slice(at),
  (text, at) => text.slice(0, at) + random.of(FRAGMENTS) + text.slice(at + 1),
  (text, at) =>
    text.slice(0, at) +
    String.fromCodePoint(random.of([random.below(0x80), random.below(0xd800)])) +
    text.slice(at),
  (text, at, end) => text.slice(0, at) + text.slice(at, end).repeat(random.of([2, 3, 40])) + text.slice(end),
  (text, at) => {
    const other = random.of(corpus);
    return text.slice(0, at) + other.slice(random.below(other.length + 1));
  },
];

function changed(text) {
  let result = text;
  for (let count = random.of([1, 1, 2, 4]); count > 0; count--) {
    const at = random.below(result.length + 1);
    result = random.of(changes)(result, at, at + 1 + random.below(12));
  }
  return result.slice(0, 4000);
}

/** Documents that reached something new, and those of them that were accepted: what is broken once mostly stays so. */
const corpus = [...DOCUMENTS];
const sound = [...DOCUMENTS];
for (const document of DOCUMENTS) judge(document, []);
newBlocks();
const first = blocks.size;
const end = Date.now() + minutes * 60_000;
while (Date.now() < end) {
  const document = changed(random.of(random.of([sound, sound, corpus, corpus.slice(-20)])));
  const acceptedBefore = seen.accepted;
  if (!document.isWellFormed()) continue;
  try {
    judge(document, [random.below(document.length + 1), random.below(document.length + 1)]);
  } catch (error) {
    console.log(`seed ${seed}: ${JSON.stringify(document)}`);
    throw error;
  }
  if (newBlocks() === 0) continue;
  corpus.push(document);
  if (seen.accepted > acceptedBefore) sound.push(document);
}
console.log(
  `${seen.documents} documents, ${seen.accepted} accepted, ${seen.narrower} by choice not; ` +
    `blocks by turns ${first} at first, ${blocks.size} at the end; ${corpus.length} documents kept; seed ${seed}`,
);
session.disconnect();
