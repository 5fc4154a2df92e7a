import { QBError } from "../../errors.js";

/** Why the place where the tokens are kept cannot be used. */
export function storeFailure(message: string, advice?: string, cause?: unknown): QBError {
  return new QBError("QB_TOKEN_STORE", message, { ...(advice !== undefined && { advice }), cause });
}

/** A link in the way: nothing is read there, and nothing can be made. */
export function leadsNowhere(file: string): never {
  throw storeFailure(
    `${file} is a link to a file that does not exist`,
    "Remove the link, or bring back the file.",
  );
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
