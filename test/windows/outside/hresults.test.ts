import assert from "node:assert/strict";
import { test } from "node:test";
import { QBError, type QBClient } from "qbconnector";
import { formatHresult, HRESULTS } from "../../../dist/hresult.js";
import { add, query } from "../../support/message-sets.js";
import { startWindowsConnector } from "../support/windows-connector.js";

/** After these, told by ProcessRequest, a write may have been done. All others are told before any work. */
const DOUBTFUL = new Set(["QB_QUICKBOOKS_UNREACHABLE", "QB_QUICKBOOKS_FAILED", "QB_SESSION_LOST"]);
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
    for (const [hresult, { code, retry, who }] of HRESULTS) {
      told = hresult;
      const hex = formatHresult(hresult);
      const isDoubtful = step === "ProcessRequest" && DOUBTFUL.has(code);
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
      for (const error of [read, write]) {
        assert.ok(error.message.includes(`QuickBooks says ${hex} (Zażółć)`), error.message);
        assert.notEqual(error.advice, "");
      }
      if (isDoubtful) assert.equal(write.advice, LOOK_UP, hex);
    }
  });
}
