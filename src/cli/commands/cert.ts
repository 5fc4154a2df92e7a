import { existsSync, statSync, writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import type { PublicCertificate } from "../../connector/certificate/public-certificate.js";
import { readSelfMade, renewSelfMade } from "../../connector/certificate/self-made-file.js";
import { ServerCertificate } from "../../connector/certificate/server-certificate.js";
import { daysLeft } from "../../connector/certificate/validity.js";
import { defaultConfigFile, readConfigFile } from "../config-file.js";
import { certificateFile } from "../configuration.js";
import { naming, wrongUse } from "../failure.js";
import { configOption, say } from "../options.js";
import { onOneLine } from "../table.js";

interface CertOptions {
  readonly config?: string;
  readonly file?: string;
}

interface ExportOptions extends CertOptions {
  readonly output?: string;
  readonly der?: boolean;
}

/** The certificate that `serve` uses. */
interface Found {
  readonly certificate: ServerCertificate;
  /** The file in which it is kept, if it is one. */
  readonly file: string | undefined;
  /** Where it is kept, in words. */
  readonly place: string;
  /** Made here; otherwise it is the operator's own. */
  readonly selfMade: boolean;
}

export function addCertCommand(program: Command): void {
  const cert = program
    .command("cert")
    .description("show, export and renew the connector's certificate")
    .addHelpText("after", CERT_HELP);
  withOptions(cert.command("show"), "qbconnector cert show")
    .description("print the certificate's subject, names, dates and pin")
    .action(show);
  withOptions(cert.command("export"), "qbconnector cert export --output connector.pem")
    .description("print the certificate, without its private key, for clients")
    .option("--output <file>", "write it there")
    .option("--der", "in DER instead of PEM")
    .action(exportCertificate);
  withOptions(cert.command("renew"), "qbconnector cert renew")
    .description("make the self-made certificate anew with the same key, so that its pin stays")
    .action(renew);
}

const CERT_HELP = `
Without sslCert in the config file the connector makes a certificate itself, on first use; show and export make it, too.

Example:
  qbconnector cert show`;

function withOptions(command: Command, example: string): Command {
  return command
    .addOption(configOption())
    .addOption(
      new Option(
        "--file <file>",
        "the self-made certificate (default: sslCertFile of the config file, else certificate.pem beside it)",
      ),
    )
    .addHelpText("after", `\nExample:\n  ${example}`);
}

function find(options: CertOptions): Found {
  if (options.file !== undefined) return selfMadeIn(options.file);
  const configFile = options.config ?? defaultConfigFile();
  // Else a slip of the pen would make another certificate, whose pin is not that of the connector.
  if (options.config !== undefined && !existsSync(options.config)) throw noConfigFile(options.config);
  const configuration = readConfigFile(configFile);
  const { sslCert = {} } = configuration;
  const selfMade = !sslCert.store && !sslCert.encoded;
  if (selfMade) return selfMadeIn(certificateFile(configuration, configFile));
  const certificate = new ServerCertificate({ selfMadeFile: () => "" }, sslCert);
  return { certificate, ...placeOf(certificate), selfMade };
}

function placeOf({ store, storeType }: ServerCertificate): Pick<Found, "file" | "place"> {
  if (storeType === "User" || storeType === "Machine")
    return { file: undefined, place: `none: the store ${store} of Windows, ${storeType}` };
  if (store === "") return { file: undefined, place: "none: the config file holds it" };
  return { file: store, place: store };
}

function selfMadeIn(file: string): Found {
  const certificate = new ServerCertificate({ selfMadeFile: () => file });
  return { certificate, file, place: file, selfMade: true };
}

function show(options: CertOptions): void {
  const { certificate, place } = find(options);
  tell(certificate.exportPublic(), place);
}

function tell(shown: PublicCertificate, place: string): void {
  const facts = {
    file: place,
    subject: shown.subject,
    ...(shown.issuer === shown.subject ? {} : { issuer: shown.issuer }),
    names: shown.names.join(", ") || "none",
    valid: validity(shown),
    pin: shown.pin,
  };
  for (const [name, value] of Object.entries(facts)) say(`${name.padEnd(8)} ${onOneLine(value)}`);
}

function validity(shown: PublicCertificate): string {
  const dates = `${day(shown.validFrom)} to ${day(shown.validTo)}`;
  const left = daysLeft(shown);
  if (left <= 0) return `${dates}: it has expired`;
  return `${dates}, ${Math.round(left) === 1 ? "1 day" : `${Math.round(left)} days`} left`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function exportCertificate(options: ExportOptions): void {
  const { certificate, file } = find(options);
  const { pem, der } = certificate.exportPublic();
  const content = options.der === true ? der : pem;
  if (options.output === undefined) return print(content);
  if (file !== undefined && isSameFile(options.output, file)) throw overwritten(file);
  save(options.output, content);
  say(`Wrote the certificate, without its private key, to ${options.output}.`);
}

function print(content: string | Buffer): void {
  if (typeof content !== "string" && process.stdout.isTTY)
    throw wrongUse("DER is not for terminals", "Name a file with --output, or leave --der out.");
  process.stdout.write(content);
}

function save(output: string, content: string | Buffer): void {
  naming(`cannot write ${output}`, "Name another file with --output.", () => writeFileSync(output, content));
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((file) => statSync(file, { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

function noConfigFile(file: string): Error {
  return wrongUse(
    `there is no ${file}`,
    `Check --config, or run first: qbconnector user add NAME --config '${file}'`,
  );
}

function overwritten(file: string): Error {
  return wrongUse(
    `${file} holds the private key, which would be overwritten`,
    "Name another file with --output.",
  );
}

function renew(options: CertOptions): void {
  const { file, selfMade } = find(options);
  if (!selfMade || file === undefined) throw notSelfMade(file, options.config ?? defaultConfigFile());
  const before = readSelfMade(file);
  if (before === undefined)
    throw wrongUse(`there is no ${file}`, `Run: qbconnector cert show --file '${file}'`);
  renewSelfMade(file, before);
  tell(find(options).certificate.exportPublic(), file);
  say("The key, and so the pin, is the same. A connector that is serving takes it over within seconds.");
}

function notSelfMade(file: string | undefined, config: string): Error {
  return wrongUse(
    `${config} names a certificate of your own${file === undefined ? "" : `, ${file}`}`,
    "Renew it where you have it from, and put the new one in its place. A connector that is serving reads it again.",
  );
}
