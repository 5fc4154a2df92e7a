import { hostname } from "node:os";
import { Option, type Command } from "commander";
import { formatConnectionString } from "../../connection-string.js";
import { QBConnector } from "../../connector/qb-connector.js";
import { QBError } from "../../errors.js";
import { defaultConfigFile, readConfigFile } from "../config-file.js";
import { checkLogLevel, connectorOptions, LOG_LEVELS, type Configuration } from "../configuration.js";
import { wrongUse } from "../failure.js";
import { configOption, parseWholeNumber, say } from "../options.js";
import { untilStopped } from "../until-stopped.js";

interface ServeOptions {
  readonly simulate?: boolean;
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly logLevel?: string;
  /** False only for `--no-ssl`. */
  readonly ssl: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("serve QuickBooks to the users in the config file, until Ctrl-C")
    .option("--simulate", "serve a simulated company, in memory, instead of QuickBooks")
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
    .addHelpText("after", SERVE_HELP)
    .action(serve);
}

const SERVE_HELP = `
Ctrl-C or SIGTERM lets running requests end and exits with 0; a second one cuts them and exits with 130.
The log goes to standard error: short lines on a terminal, else JSON.

It speaks HTTPS, with a certificate that is made on first use and kept, or with sslCert of the file. The connection string that it prints
carries the pin of the certificate, so that clients know the connector without any authority. Beyond this machine plain HTTP needs
allowInsecure: true in the file.

Example:
  qbconnector user add Foo
  qbconnector serve --simulate`;

async function serve(options: ServeOptions): Promise<void> {
  if (options.simulate !== true) throw noRoad();
  const file = options.config ?? defaultConfigFile();
  const configuration = readConfigFile(file);
  if ((configuration.users ?? []).length === 0) throw noUsers(file, options.config);
  const connector = await makeConnector(configuration, file, options);
  await listen(connector, file);
  const stopped = untilStopped(connector, say);
  say(`Serving a simulated company on ${urlOf(connector)} (${userCount(connector)}). Ctrl-C stops.`);
  if (connector.enableSSL) tellCertificate(connector);
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

async function makeConnector(
  configuration: Configuration,
  file: string,
  { port, host, logLevel, ssl }: ServeOptions,
): Promise<QBConnector> {
  const level = checkLogLevel(logLevel ?? configuration.logLevel, "--log-level") ?? "info";
  const { Simulator } = await import("../../quickbooks/simulator/index.js");
  const { makeLog } = await import("../log.js");
  return new QBConnector({
    ...connectorOptions(configuration, file),
    enableSSL: ssl && (configuration.enableSSL ?? true),
    ...(port === undefined ? {} : { localPort: port }),
    ...(host === undefined ? {} : { localHost: host }),
    quickbooks: new Simulator(),
    logger: makeLog(level),
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

function noRoad(): QBError {
  return new QBError("QB_NO_ROAD", "this version has no way of its own to a real QuickBooks", {
    advice: "Serve the simulated company instead: qbconnector serve --simulate",
  });
}

function noUsers(file: string, named: string | undefined): QBError {
  const config = named === undefined ? "" : ` --config '${named}'`;
  return wrongUse(
    `${file} has no users, so nobody could connect`,
    `Run first: qbconnector user add NAME${config}`,
  );
}

/** As other machines write it when every interface is served. */
function urlOf({ enableSSL, localHost, localPort }: QBConnector): string {
  const host = localHost === "0.0.0.0" || localHost === "::" ? hostname() : localHost;
  return `${enableSSL ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${localPort}`;
}

function userCount({ authorizedUsers: { count } }: QBConnector): string {
  return count === 1 ? "1 user" : `${count} users`;
}
