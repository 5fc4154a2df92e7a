/** What happened to the books: the request took effect, it certainly did not, or nobody can tell. */
export type Outcome = "applied" | "not_applied" | "unknown";

/** Who is at fault, which is also who has to look first. */
export type ErrorFamily =
  "usage" | "network" | "credentials" | "refused" | "busy" | "quickbooks" | "internal";

/** The people who can act on an error. */
export type Actor = "developer" | "operator" | "quickbooksUser" | "quickbooksAdministrator";

export interface CatalogueEntry {
  readonly family: ErrorFamily;
  /** The HTTP status with which a connector reports this error. */
  readonly status: number;
  readonly retryable: boolean;
  readonly who: Actor;
  readonly advice: string;
}

export function entry(
  family: ErrorFamily,
  status: number,
  retryable: boolean,
  who: Actor,
  advice: string,
): CatalogueEntry {
  return Object.freeze({ family, status, retryable, who, advice });
}
