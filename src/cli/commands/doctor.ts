import { Option, type Command } from "commander";
import { parseConnectionString } from "../../connection-string.js";
import { fail, type Check } from "../../diagnosis.js";
import { QBError } from "../../errors.js";
import { formatChecks, formatCheckSummary } from "../check-report.js";
import { defaultConfigFile } from "../config-file.js";
import { EXIT } from "../exit-codes.js";
import { wrongUse } from "../failure.js";
import { paintFor } from "../finding-report.js";
import { configOption, say } from "../options.js";

interface DoctorOptions {
  readonly config?: string;
  readonly companyFile?: string;
  readonly application?: string;
  readonly open?: boolean;
  readonly to?: string;
  readonly json?: boolean;
}

interface Diagnosis {
  /** What was looked at, in words. */
  readonly of: string;
  readonly checks: readonly Check[];
}

const LOCAL_OPTIONS = ["config", "companyFile", "application", "open"] as const;

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description(
      "look at everything between a program and QuickBooks, and say what to do where it does not work",
    )
    .addOption(configOption())
    .option(
      "--company-file <path>",
      "the company file (default: those that users of the config file are bound to)",
    )
    .option("--application <name>", "the name under which QuickBooks is asked (default: qbconnector)")
    .option("--open", "open QuickBooks also when it is not running, which starts it")
    .addOption(
      new Option("--to <connection-string>", "ask this connector instead, as a user who may write").env(
        "QBCONNECTOR_TO",
      ),
    )
    .option("--json", "print one JSON document instead of the report")
    .addHelpText("after", DOCTOR_HELP)
    .action(doctor);
}

const DOCTOR_HELP = `
Without --to and QBCONNECTOR_TO it looks at this machine; with one of the options --config, --company-file, --application and --open,
too. QuickBooks itself can only be looked at on Windows.

Exit codes:
  0  no check failed; there may be warnings
  1  wrong use: bad options, a bad connection string
  5  at least one check failed

Examples:
  qbconnector doctor
  qbconnector doctor --company-file 'C:\\Books\\Shop.qbw' --application 'My Shop'`;

async function doctor(options: DoctorOptions, command: Command): Promise<void> {
  const { of, checks } = isRemote(options, command)
    ? await askConnector(options.to)
    : await lookHere(options);
  if (options.json === true) say(JSON.stringify({ of, checks }, null, 2));
  else report(of, checks);
  process.exitCode = checks.some(({ outcome }) => outcome === "fail") ? EXIT.findings : EXIT.done;
}

function report(of: string, checks: readonly Check[]): void {
  const paint = paintFor(process.stdout);
  process.stdout.write(`${of}\n\n${formatChecks(checks, paint)}\n${formatCheckSummary(checks)}`);
}

function isRemote(options: DoctorOptions, command: Command): boolean {
  if (options.to === undefined) return false;
  const local = LOCAL_OPTIONS.filter((name) => options[name] !== undefined);
  if (local.length === 0) return true;
  if (command.getOptionValueSource("to") === "env") return false;
  throw wrongUse(
    "--to asks a connector; --config, --company-file, --application and --open are for this machine",
    "Leave one of them out. What the connector opens is said in the connection string: CompanyFile, ApplicationName.",
  );
}

async function lookHere({
  config,
  companyFile,
  application,
  open = false,
}: DoctorOptions): Promise<Diagnosis> {
  // The other commands do without all of this.
  const { checkLocalConnector, companyFilesOf, readConfiguration } = await import("../local-diagnosis.js");
  const { checkLocalQuickBooks } = await import("../quickbooks-diagnosis.js");
  const file = config ?? defaultConfigFile();
  const ofConnector = await checkLocalConnector(file, config !== undefined);
  const { configuration = {} } = readConfiguration(file, config !== undefined);
  const companyFiles = companyFile === undefined ? companyFilesOf(configuration) : [companyFile];
  const ofQuickBooks = await checkLocalQuickBooks({ companyFiles, application, open });
  return { of: `This machine, with the config file ${file}`, checks: [...ofConnector, ...ofQuickBooks] };
}

async function askConnector(connectionString = ""): Promise<Diagnosis> {
  const { URL: url } = parseConnectionString(connectionString);
  if (url === undefined)
    throw wrongUse(
      "the connection string has no URL",
      "Name the connector: URL='http://127.0.0.1:2080'. For this machine leave --to and QBCONNECTOR_TO out.",
    );
  const { QBClient } = await import("../../client/qb-client.js");
  const client = new QBClient(connectionString);
  const of = `The connector at ${url}`;
  try {
    return { of, checks: await client.diagnose() };
  } catch (error) {
    if (!(error instanceof QBError)) throw error;
    return { of, checks: [fail("connection", error.message, error.advice)] };
  } finally {
    await client.close();
  }
}
