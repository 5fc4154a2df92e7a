import type { Command } from "commander";
import type { RetryClass } from "../../hresult.js";
import { explain, type Explanation } from "../../qbxml/status/explain.js";
import { say } from "../options.js";

export function addExplainCommand(program: Command): void {
  program
    .command("explain <code>")
    .description("say what an HRESULT or a status code of QuickBooks means, and what to do")
    .option("--json", "print it as JSON")
    .addHelpText("after", EXPLAIN_HELP)
    .action(explainCode);
}

const EXPLAIN_HELP = `
The code is an HRESULT, as 0x80040408 or -2147220472, or the status code of a response, as 3200.

Exit codes:
  0  explained; a code without an explanation of its own is explained by its range
  1  wrong use: what was given is no code

Example:
  qbconnector explain 0x80040408`;

function explainCode(code: string, { json }: { readonly json?: boolean }): void {
  const explanation = explain(code);
  say(json === true ? JSON.stringify(explanation, undefined, 2) : describe(explanation));
}

const GO_ON: Readonly<Record<RetryClass, string>> = {
  no: "sending the same again does not help",
  wait: "wait, then send the same again",
  fix: "send again after the remedy",
  user: "a person has to act first",
  reconnect: "drop the connection and open a new one",
};

function describe(explanation: Explanation): string {
  const isStatus = explanation.kind === "status";
  const isFailure = explanation.errorCode !== undefined;
  const lines: readonly (readonly [name: string, value: string | undefined])[] = [
    [isStatus ? "status" : "HRESULT", String(explanation.code)],
    ["severity", isStatus ? explanation.severity : undefined],
    ["meaning", explanation.meaning],
    ["go on", isFailure ? GO_ON[explanation.retry] : undefined],
    ["who", explanation.who],
    ["advice", explanation.advice],
    ["error", explanation.errorCode],
    ["sure", explanation.known ? explanation.sure : `${explanation.sure}, by its range alone`],
  ];
  const shown = lines.filter(([, value]) => value !== undefined);
  return shown.map(([name, value]) => `${name.padEnd(10)} ${value}`).join("\n");
}
