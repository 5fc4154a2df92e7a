import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ConnectionString, ConnectionStringName } from "../connection-string.js";
import { QBError } from "../errors.js";
import { publicKeyPin } from "../wire/certificate-facts.js";

/** What a connection string says of the connector's certificate. */
export interface ServerTrust {
  /** When given they alone decide. */
  readonly pins: ReadonlySet<string> | undefined;
  /** The pin of a certificate that is trusted beside those of the system. */
  readonly acceptedPin: string | undefined;
}

export function serverTrust({
  SSLPin: pins,
  SSLAcceptServerCert: certificate,
}: ConnectionString): ServerTrust {
  const der = certificate === undefined ? undefined : Buffer.from(certificate, "base64");
  return Object.freeze({
    pins: pins === undefined ? undefined : new Set(pins.split(";")),
    acceptedPin: der === undefined ? undefined : publicKeyPin(new X509Certificate(der)),
  });
}

const NAMES = ["SSLPin", "SSLAcceptServerCert", "SSLAcceptServerCertFile"] as const;

/**
 * The values with the certificate itself in place of its file. Throws `QB_CONNECTION_STRING` when the file cannot be read, and
 * for certificates that could not be used.
 */
export function withCertificateOfFile(values: ConnectionString): ConnectionString {
  const [first, second] = NAMES.filter((name) => values[name] !== undefined);
  if (first === undefined) return values;
  if (second !== undefined) throw refusal(second, `${first} is given as well; only one of them can hold`);
  if (!/^https:/i.test(values.URL ?? ""))
    throw refusal(first, "it is for connectors with TLS, so the URL has to begin with https:");
  const { SSLAcceptServerCertFile: file, ...rest } = values;
  if (file === undefined) return values;
  return Object.freeze({ ...rest, SSLAcceptServerCert: readCertificate(file).raw.toString("base64") });
}

/** PEM or DER. The file's name stays out of the errors: it may have swallowed a password. */
function readCertificate(file: string): X509Certificate {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code = "no code" } = error as NodeJS.ErrnoException;
    throw refusal("SSLAcceptServerCertFile", `the file cannot be read (${code})`);
  }
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw refusal(
      "SSLAcceptServerCertFile",
      "the file holds no certificate, neither as PEM nor as DER",
      cause,
    );
  }
}

function refusal(name: ConnectionStringName, why: string, cause?: unknown): QBError {
  return new QBError("QB_CONNECTION_STRING", `Connection string: ${name}: ${why}`, {
    details: { name },
    cause,
  });
}
