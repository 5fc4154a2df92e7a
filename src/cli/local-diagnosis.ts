import { existsSync } from "node:fs";
import { serverSideSettings } from "../connector/authorized-users.js";
import { publicCertificate } from "../connector/certificate/public-certificate.js";
import { isSelfMade } from "../connector/certificate/self-made-certificate.js";
import { readSelfMade } from "../connector/certificate/self-made-file.js";
import { ServerCertificate } from "../connector/certificate/server-certificate.js";
import { checkCertificate, type CertificateFacts } from "../connector/diagnosis/certificate-check.js";
import { checkClock } from "../connector/diagnosis/clock-check.js";
import { lookAtPort } from "../connector/diagnosis/look-at-port.js";
import { checkPort } from "../connector/diagnosis/port-check.js";
import { checkUsers } from "../connector/diagnosis/users-check.js";
import { fail, pass, skip, type Check } from "../diagnosis.js";
import { QBError } from "../errors.js";
import { checkNode, nodeFacts } from "../node-check.js";
import { readConfigFile } from "./config-file.js";
import { certificateFile, type Configuration } from "./configuration.js";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 2080;

/** What the config file says, as far as it can be read. */
export interface ReadConfiguration {
  readonly check: Check;
  readonly configuration: Configuration | undefined;
}

/** @param named The file was named by the operator, so it ought to be there. */
export function readConfiguration(file: string, named: boolean): ReadConfiguration {
  try {
    const configuration = readConfigFile(file);
    if (existsSync(file)) return { configuration, check: pass("config", `${file} is well-formed`) };
    const fix = `Run: qbconnector user add NAME${named ? ` --config '${file}'` : ""}`;
    if (named) return { configuration: undefined, check: fail("config", `there is no ${file}`, fix) };
    return {
      configuration,
      check: skip("config", `there is no ${file} yet; it is made by the first user add`),
    };
  } catch (error) {
    const { message, advice } = error as QBError;
    return { configuration: undefined, check: fail("config", message, advice) };
  }
}

/** The connector that `serve` would be, or is, with this config file. */
export async function checkLocalConnector(file: string, named: boolean): Promise<readonly Check[]> {
  const { check, configuration } = readConfiguration(file, named);
  const now = new Date();
  if (configuration === undefined) return [checkNode(nodeFacts()), check, checkClock(now)];
  const { localHost: host = DEFAULT_HOST, localPort: port = DEFAULT_PORT, users = [] } = configuration;
  const state = port === 0 ? "free" : await lookAtPort(host, port);
  return [
    checkNode(nodeFacts()),
    check,
    checkUsers({
      users: users.map(({ readOnly = false, authMode = "Normal" }) => ({ readOnly, authMode })),
      programDecides: false,
      asksWindows: process.platform === "win32",
    }),
    checkPort({ host, port, state }),
    checkCertificate(certificateFacts(configuration, file, now)),
    checkClock(now),
  ];
}

/** Makes no certificate: whoever looks changes nothing. */
function certificateFacts(configuration: Configuration, file: string, now: Date): CertificateFacts {
  const { enableSSL = true, localHost: host = DEFAULT_HOST, sslCert = {} } = configuration;
  const none = { enableSSL, host, now, certificate: undefined, failure: undefined, selfMade: false };
  if (!enableSSL) return none;
  try {
    const own = sslCert.store || sslCert.encoded;
    const certificate = own
      ? new ServerCertificate({ selfMadeFile: () => "" }, sslCert).identity().certificate
      : readSelfMade(certificateFile(configuration, file))?.certificate;
    if (certificate === undefined) return none;
    return { ...none, certificate: publicCertificate(certificate), selfMade: isSelfMade(certificate) };
  } catch (error) {
    return { ...none, failure: error as QBError };
  }
}

/** The company files that users of the config file are bound to. */
export function companyFilesOf({ users = [] }: Configuration): readonly string[] {
  const files = users.map(
    ({ qbConnectionString = "" }) => serverSideSettings(qbConnectionString).CompanyFile ?? "",
  );
  return [...new Set(files)].filter((file) => file !== "");
}
