import assert from "node:assert/strict";
import { test } from "node:test";
import { QBError, type QBClient } from "qbconnector";
import { formatHresult, HRESULTS } from "../../../dist/hresult.js";
import { add, query } from "../../support/message-sets.js";
import { startWindowsConnector } from "../support/windows-connector.js";

/** Of the table's column `writeOutcome`, what must never change: after these a write may have been done, or was not. */
const OUTCOMES = new Map([
  [0x80040401, "unknown"],
  [0x80040402, "unknown"],
  [0x8004040d, "unknown"],
  [0x80010105, "unknown"],
  [0x800706be, "unknown"],
  [0x80040400, "not_applied"],
  [0x80040414, "not_applied"],
  [0x80040418, "not_applied"],
  [0x80010001, "unknown"],
  [0x80010012, "unknown"],
]);
/** COM's own failures come without words of QuickBooks. */
const FACILITY_RPC = 0x8001;
const LOOK_UP = "Look up whether the write happened before sending it again.";

async function failureOf(client: QBClient, qbxml: string): Promise<QBError> {
  const failure: unknown = await client.send(qbxml).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof QBError, String(failure));
  return failure;
}

for (const step of ["BeginSession", "ProcessRequest"] as const) {
  test(`every HRESULT of ${step} reaches the remote client with its meaning`, async (t) => {
    let told = 0;
    const { client } = await startWindowsConnector(t, ({ method }) => {
      if (method !== step) return undefined;
      return { hresult: told, description: `QuickBooks says ${formatHresult(told)} (Zażółć)` };
    });
    const caller = client();
    for (const [hresult, { code, retry, who, advice, writeOutcome }] of HRESULTS) {
      told = hresult;
      assert.equal(OUTCOMES.get(hresult) ?? writeOutcome, writeOutcome, formatHresult(hresult));
      const hex = formatHresult(hresult);
      const isDoubtful = step === "ProcessRequest" && writeOutcome === "unknown";
      const read = await failureOf(caller, query());
      const write = await failureOf(caller, add());
      const facts = ({ code, hresult, who, outcome, retryable }: QBError) => [
        code,
        hresult,
        who,
        outcome,
        retryable,
      ];
      const mayTryAgain = retry === "wait" || retry === "reconnect";
      assert.deepEqual(facts(read), [code, hex, who, "not_applied", mayTryAgain], `read, ${hex}`);
      assert.deepEqual(
        facts(write),
        [code, hex, who, isDoubtful ? "unknown" : "not_applied", mayTryAgain && !isDoubtful],
        `write, ${hex}`,
      );
      for (const { message } of hresult >>> 16 === FACILITY_RPC ? [] : [read, write])
        assert.ok(message.includes(`QuickBooks says ${hex} (Zażółć)`), message);
      assert.deepEqual([read.advice, write.advice], [advice, isDoubtful ? LOOK_UP : advice], hex);
    }
  });
}
