import { QBError } from "../../errors.js";

/** Why the place where the tokens are kept cannot be used. */
export function storeFailure(message: string, advice?: string, cause?: unknown): QBError {
  return new QBError("QB_TOKEN_STORE", message, { ...(advice !== undefined && { advice }), cause });
}

/** What `work` gives; errors of the system become a `QBError` that names the place. */
export function orStoreFailure<Result>(doing: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof QBError) throw error;
    throw storeFailure(`cannot ${doing}: ${(error as Error).message}`, undefined, error);
  }
}
