/** `warn`: it works, but something should be seen to; `skip`: it could not be looked at, and the summary says why. */
export type CheckOutcome = "pass" | "warn" | "fail" | "skip";

/** One thing that was looked at. */
export interface Check {
  /** Stable, in kebab-case: `bitness`, `company-file`. */
  readonly name: string;
  readonly outcome: CheckOutcome;
  /** One sentence with what was found. */
  readonly summary: string;
  /** What to do about a `warn` or `fail`. */
  readonly fix?: string;
}

export function pass(name: string, summary: string): Check {
  return Object.freeze({ name, outcome: "pass", summary });
}

export function warn(name: string, summary: string, fix: string): Check {
  return Object.freeze({ name, outcome: "warn", summary, fix });
}

export function fail(name: string, summary: string, fix: string): Check {
  return Object.freeze({ name, outcome: "fail", summary, fix });
}

export function skip(name: string, why: string): Check {
  return Object.freeze({ name, outcome: "skip", summary: why });
}
