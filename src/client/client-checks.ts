import { fail, pass, skip, warn, type Check, type CheckOutcome } from "../diagnosis.js";
import { QBError } from "../errors.js";

/** What only the client can see. */
export interface ConnectionFacts {
  readonly origin: string;
  /** Of a request for which the connector has nothing to do, on a connection that is open. */
  readonly latencyMs: number;
  readonly now: Date;
  /** What the connector said in its header, with seconds. */
  readonly connectorDate: string | undefined;
  /** The certificate that was shown; undefined for plain HTTP, and when another's dispatcher judged it. */
  readonly certificate: { readonly subject: string; readonly validTo: Date } | undefined;
}

const SLOW_MS = 1_000;
const CLOCK_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 30;
const OUTCOMES: ReadonlySet<unknown> = new Set<CheckOutcome>(["pass", "warn", "fail", "skip"]);

export function checkConnection(facts: ConnectionFacts): readonly Check[] {
  return [checkLatency(facts), checkClockDifference(facts), checkShownCertificate(facts)];
}

function checkLatency({ origin, latencyMs }: ConnectionFacts): Check {
  const found = `${origin} answers after ${Math.round(latencyMs)} ms`;
  if (latencyMs < SLOW_MS) return pass("connection", found);
  return warn(
    "connection",
    `${found}, which is slow`,
    "Look at the network between the two machines, and at what keeps the connector's machine busy.",
  );
}

function checkClockDifference({ now, connectorDate }: ConnectionFacts): Check {
  const theirs = Date.parse(connectorDate ?? "");
  if (Number.isNaN(theirs)) return skip("clock-difference", "the connector's answer has no date");
  const difference = theirs - now.getTime();
  const seconds = Math.round(Math.abs(difference) / 1000);
  if (Math.abs(difference) <= CLOCK_MS)
    return pass(
      "clock-difference",
      "the clocks of this machine and of the connector's agree within a minute",
    );
  return warn(
    "clock-difference",
    `the clock of the connector's machine is ${seconds} s ${difference > 0 ? "ahead of" : "behind"} this one`,
    "Have both machines set their clocks by themselves.",
  );
}

function checkShownCertificate({ certificate, now, origin }: ConnectionFacts): Check {
  if (certificate === undefined)
    return skip(
      "shown-certificate",
      origin.startsWith("https:") ? "this client does not see it" : "plain HTTP has none",
    );
  const { subject, validTo } = certificate;
  const days = Math.floor((validTo.getTime() - now.getTime()) / DAY_MS);
  const fix =
    "Renew the connector's certificate; one that it made itself: qbconnector cert renew, on its machine.";
  const until = `the certificate ${subject} that the connector shows is valid until ${validTo.toISOString().slice(0, 10)}`;
  if (validTo <= now) return fail("shown-certificate", `${until}: it has expired`, fix);
  return days < SOON_DAYS
    ? warn("shown-certificate", `${until}, ${days} days`, fix)
    : pass("shown-certificate", `${until}, ${days} days`);
}

/** The checks in a connector's answer. Throws `QB_NOT_A_CONNECTOR`. */
export function checksIn(text: string): readonly Check[] {
  const checks = parsedChecks(text);
  if (Array.isArray(checks) && checks.every(isCheck)) return checks.map(plainCheck);
  throw new QBError("QB_NOT_A_CONNECTOR", "the answer holds no checks");
}

function parsedChecks(text: string): unknown {
  try {
    return (JSON.parse(text) as { checks?: unknown } | null)?.checks;
  } catch {
    return undefined;
  }
}

function isCheck(value: unknown): value is Check {
  if (typeof value !== "object" || value === null) return false;
  const { name, outcome, summary, fix } = value as Partial<Record<keyof Check, unknown>>;
  if (typeof name !== "string" || typeof summary !== "string" || !OUTCOMES.has(outcome)) return false;
  return fix === undefined || typeof fix === "string";
}

function plainCheck({ name, outcome, summary, fix }: Check): Check {
  return Object.freeze({ name, outcome, summary, ...(fix === undefined ? {} : { fix }) });
}
