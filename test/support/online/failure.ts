import assert from "node:assert/strict";
import { QBError } from "qbconnector";

/** The QBError with which work ends. */
export async function failureOf(work: Promise<unknown>): Promise<QBError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof QBError, String(error));
    return error;
  }
  return assert.fail("nothing failed");
}
