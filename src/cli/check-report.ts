import type { Check, CheckOutcome } from "../diagnosis.js";
import type { Paint } from "./finding-report.js";
import { onOneLine } from "./table.js";

const COLOURS = Object.freeze({ pass: "fixed", warn: "warning", fail: "error", skip: "faint" } as const);
const COUNTED: readonly (readonly [outcome: CheckOutcome, one: string, many: string])[] = [
  ["fail", "failure", "failures"],
  ["warn", "warning", "warnings"],
  ["pass", "pass", "passes"],
  ["skip", "not looked at", "not looked at"],
];

/** A line for each check, and below it what helps. */
export function formatChecks(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map((check) => formatCheck(check, width, paint)).join("");
}

function formatCheck({ name, outcome, summary, fix }: Check, width: number, paint: Paint): string {
  const label = onOneLine(name).padEnd(width);
  const head = `${paint(outcome, COLOURS[outcome])}  ${paint(label, "strong")}  ${onOneLine(summary)}\n`;
  return fix === undefined ? head : `${head}      ${paint("=", "faint")} help: ${onOneLine(fix)}\n`;
}

/** `1 failure, 2 warnings, 5 passes in 8 checks.` */
export function formatCheckSummary(checks: readonly Check[]): string {
  const parts = COUNTED.map(([outcome, one, many]) => {
    const count = checks.filter((check) => check.outcome === outcome).length;
    return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
  });
  const total = checks.length === 1 ? "1 check" : `${checks.length} checks`;
  return `${parts.filter((part) => part !== "").join(", ")} in ${total}.\n`;
}
