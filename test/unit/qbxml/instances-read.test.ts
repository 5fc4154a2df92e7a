import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readResponses, ResponseStream, type QBResponse } from "qbconnector/qbxml";
import type { Tree } from "../../support/element-tree.js";
import { documentOf } from "../../support/instance-documents.js";
import { isListAnswer, responseObjectOf } from "../../support/instance-objects.js";
import { instancesOf, randomInstance, valueInstancesOf, type Instance } from "../../support/instances.js";
import { isRequest, messageNames } from "../../support/qbxml-facts.js";
import { Random } from "../../support/random.js";

/** `QBCONNECTOR_FUZZ_RUNS=100000` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 1_000);
const SEED = process.env["QBCONNECTOR_FUZZ_SEED"] ?? String(Date.now() % 2 ** 31);

const isResponse = (message: string): boolean => !isRequest(message);
const structural = messageNames.filter(isResponse).flatMap((message) => [...instancesOf(message)]);
const instances: readonly Instance[] = [...structural, ...valueInstancesOf(structural)];

describe("responses of all kinds", () => {
  it("are read as the objects that they are", (t) => {
    for (const { tree, scope } of instances) {
      const { responses, irregularities } = readResponses(documentOf(tree, scope).text);
      assert.deepEqual(responses, [expected(tree)]);
      assert.deepEqual(irregularities.first, []);
    }
    t.diagnostic(
      `${instances.length} responses of ${new Set(instances.map(({ message }) => message)).size} kinds`,
    );
  });

  it("are read so while they arrive, cut anywhere", async (t) => {
    const random = new Random(SEED);
    for (let run = 0; run < RUNS; run++) {
      const { tree, scope } = randomInstance(random, isResponse);
      const bytes = Buffer.from(documentOf(tree, scope).text);
      assert.deepEqual(await streamed(bytes, random), expected(tree), `run ${run} of seed ${SEED}`);
    }
    t.diagnostic(`${RUNS} random responses, seed ${SEED}`);
  });
});

/** What the reader makes of a response, by the facts. */
function expected(tree: Tree): QBResponse {
  const object = responseObjectOf(tree);
  const text = (name: string): string | undefined => object[name] as string | undefined;
  const number = (name: string): number | undefined => object[name] as number | undefined;
  return {
    name: tree.name.slice(0, -2),
    requestID: text("requestID"),
    statusCode: number("statusCode") as number,
    statusSeverity: text("statusSeverity") as string,
    statusMessage: text("statusMessage") ?? "",
    retCount: number("retCount"),
    iteratorRemainingCount: number("iteratorRemainingCount"),
    iteratorID: text("iteratorID"),
    answer: object["answer"],
    errorRecovery: object["ErrorRecovery"] as QBResponse["errorRecovery"],
  };
}

/** The response put together from the events of a document that comes in pieces. */
async function streamed(bytes: Uint8Array, random: Random): Promise<QBResponse | undefined> {
  const records: object[] = [];
  for await (const event of new ResponseStream(pieces(bytes, random))) {
    if (event.type === "record") records.push(event.record);
    if (event.type !== "end") continue;
    const { head, errorRecovery } = event;
    return { ...head, answer: isListAnswer(head.name) ? records : records[0], errorRecovery };
  }
  return undefined;
}

async function* pieces(bytes: Uint8Array, random: Random): AsyncGenerator<Uint8Array> {
  const most = random.of([2, 7, 50, 700]);
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + random.below(most);
    yield await Promise.resolve(bytes.subarray(start, end));
    start = end;
  }
}
