import assert from "node:assert/strict";
import { inspect } from "node:util";
import { QBError, type ErrorCode } from "qbconnector";

/** Waits for a failure, and looks through all that it shows for what must not be there. */
export async function failureOf(
  work: Promise<unknown>,
  code: ErrorCode,
  secrets: readonly string[] = [],
): Promise<QBError> {
  const error = await work.then(
    () => assert.fail(`no ${code}`),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof QBError, inspect(error));
  const shown = inspect(error, { depth: 12, showHidden: true }) + error.stack + JSON.stringify(error);
  assert.equal(error.code, code, shown);
  for (const secret of secrets) assert.ok(!shown.includes(secret), `${secret} in ${shown}`);
  return error;
}
