#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addCertCommand } from "./commands/cert.js";
import { addDemoCommand } from "./commands/demo.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addExplainCommand } from "./commands/explain.js";
import { addInstallCommands } from "./commands/install.js";
import { addLintCommand } from "./commands/lint.js";
import { addOnlineCommands } from "./commands/online.js";
import { addSendCommand } from "./commands/send.js";
import { addServeCommand } from "./commands/serve.js";
import { addUserCommand } from "./commands/user.js";
import { EXIT } from "./exit-codes.js";
import { describeFailure } from "./failure.js";

const HELP = `
Examples:
  qbconnector demo
  qbconnector user add Foo
  qbconnector serve --simulate
  qbconnector lint request.xml
  QBCONNECTOR_TO="URL='http://127.0.0.1:2080' User='Foo' Password='Bar'" qbconnector send request.xml`;

function makeProgram(): Command {
  const program = new Command("qbconnector")
    .description("Reach QuickBooks on another machine: serve it over HTTP, send qbXML to it.")
    .version(version(), "--version", "print the version")
    .helpOption("-h, --help", "print what a command does, with an example")
    .helpCommand(false)
    .addHelpText("after", HELP);
  addServeCommand(program);
  addInstallCommands(program);
  addUserCommand(program);
  addCertCommand(program);
  addSendCommand(program);
  addExplainCommand(program);
  addLintCommand(program);
  addDoctorCommand(program);
  addOnlineCommands(program);
  addDemoCommand(program);
  return program;
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Whoever reads the output may stop before its end, as `head` does. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") fail(error);
});

try {
  await makeProgram().parseAsync();
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(describeFailure(error));
  process.exitCode = EXIT.wrongUse;
}
