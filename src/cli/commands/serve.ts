import { hostname } from "node:os";
import { Option, type Command } from "commander";
import { formatConnectionString } from "../../connection-string.js";
import type { QBConnectorOptions } from "../../connector/connector-options.js";
import { QBConnector } from "../../connector/qb-connector.js";
import { QBError } from "../../errors.js";
import { defaultConfigFile, readServingConfigFile } from "../config-file.js";
import { checkLogLevel, connectorOptions, LOG_LEVELS, type Configuration } from "../configuration.js";
import { describeFailure, wrongUse } from "../failure.js";
import { LogFile } from "../log-file.js";
import { configOption, parseWholeNumber, say } from "../options.js";
import { needWindows, quickBooksRoad, simulatedRoad } from "../road.js";
import { untilStopped } from "../until-stopped.js";

interface ServeOptions {
  readonly simulate?: boolean;
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly logLevel?: string;
  readonly logFile?: string;
  /** False only for `--no-ssl`. */
  readonly ssl: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("serve QuickBooks to the users in the config file, until Ctrl-C")
    .option("--simulate", "serve a simulated company, in memory, on any system, instead of QuickBooks")
    .addOption(configOption())
    .option(
      "--port <number>",
      "TCP port; 0 takes a free one (default: localPort of the file, else 2080)",
      parseWholeNumber,
    )
    .option("--host <address>", "interface (default: localHost of the file, else 127.0.0.1)")
    .option("--no-ssl", "speak plain HTTP instead of HTTPS, as enableSSL: false in the file does")
    .addOption(
      new Option(
        "--log-level <level>",
        "how much is logged (default: logLevel of the file, else info)",
      ).choices(LOG_LEVELS),
    )
    .option("--log-file <file>", "append the log to this file, which only its owner can read")
    .addHelpText("after", SERVE_HELP)
    .action(serve);
}

const SERVE_HELP = `
Ctrl-C or SIGTERM lets running requests end and exits with 0; a second one cuts them and exits with 130.
The log goes to standard error, short lines on a terminal, else JSON; or with --log-file to a file, in lines for people.

Without --simulate it serves the QuickBooks of this machine, which must be Windows, in the session of the Windows user who runs it: have
QuickBooks open there. qbconnector install has Windows start it at log-on.

It speaks HTTPS, with a certificate that is made on first use and kept, or with sslCert of the file. The connection string that it prints
carries the pin of the certificate, so that clients know the connector without any authority. Beyond this machine plain HTTP needs
allowInsecure: true in the file.

Examples:
  qbconnector user add Foo
  qbconnector serve
  qbconnector serve --simulate`;

async function serve(options: ServeOptions): Promise<void> {
  const logFile = options.logFile === undefined ? undefined : new LogFile(options.logFile);
  // Windows shows nobody what a program says that it started by itself.
  const keep = (error: unknown): void =>
    logFile?.write(`${new Date().toISOString()} ${describeFailure(error)}`);
  process.on("uncaughtExceptionMonitor", keep);
  try {
    await serveUntilStopped(options, logFile);
  } catch (error) {
    keep(error);
    throw error;
  } finally {
    logFile?.close();
  }
}

async function serveUntilStopped(options: ServeOptions, logFile: LogFile | undefined): Promise<void> {
  const file = options.config ?? defaultConfigFile();
  if (options.simulate !== true) needWindows(process.platform);
  const configuration = readServingConfigFile(file, options.config);
  const level = checkLogLevel(options.logLevel ?? configuration.logLevel, "--log-level") ?? "info";
  const { makeLog } = await import("../log.js");
  const logger = makeLog(level, logFile);
  const road =
    options.simulate === true ? await simulatedRoad() : await quickBooksRoad(configuration, logger);
  const connector = makeConnector(configuration, file, options, { quickbooks: road.processor, logger });
  await listen(connector, file);
  const stopped = untilStopped(connector, say);
  say(`Serving ${road.served} on ${urlOf(connector)} (${userCount(connector)}). Ctrl-C stops.`);
  if (connector.enableSSL) tellCertificate(connector);
  if (road.reminder !== undefined) say(road.reminder);
  await stopped;
}

function tellCertificate(connector: QBConnector): void {
  const { subject, validTo, pin } = connector.sslCert.exportPublic();
  const [user] = connector.authorizedUsers;
  const connectionString = formatConnectionString({
    URL: urlOf(connector),
    User: user?.user,
    Password: "...",
    SSLPin: pin,
  });
  say(`Certificate ${subject}, valid until ${validTo.toISOString().slice(0, 10)}, pin ${pin}`);
  say(`Clients connect with, the password put in:\n\n${connectionString}\n`);
}

function makeConnector(
  configuration: Configuration,
  file: string,
  { port, host, ssl }: ServeOptions,
  made: Pick<QBConnectorOptions, "quickbooks" | "logger">,
): QBConnector {
  return new QBConnector({
    ...connectorOptions(configuration, file),
    enableSSL: ssl && (configuration.enableSSL ?? true),
    ...(port === undefined ? {} : { localPort: port }),
    ...(host === undefined ? {} : { localHost: host }),
    ...made,
  });
}

async function listen(connector: QBConnector, file: string): Promise<void> {
  try {
    await connector.listen();
  } catch (error) {
    if (!(error instanceof QBError)) throw error;
    if (!connector.enableSSL && error.details["reason"] === undefined) throw wantsTls(error, file);
    if (error.details["reason"] === undefined) throw error;
    throw wrongUse(
      error.message,
      `Choose another with --port and --host, or localPort and localHost in ${file}.`,
      error,
    );
  }
}

function wantsTls(error: QBError, file: string): QBError {
  const advice = `Leave --no-ssl out, and enableSSL: false of ${file}. If something else protects the network: allowInsecure: true there.`;
  return wrongUse(error.message, advice, error);
}

/** As other machines write it when every interface is served. */
function urlOf({ enableSSL, localHost, localPort }: QBConnector): string {
  const host = localHost === "0.0.0.0" || localHost === "::" ? hostname() : localHost;
  return `${enableSSL ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${localPort}`;
}

function userCount({ authorizedUsers: { count } }: QBConnector): string {
  return count === 1 ? "1 user" : `${count} users`;
}
