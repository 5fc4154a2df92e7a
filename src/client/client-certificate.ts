import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { ConnectionString } from "../connection-string.js";
import { QBError } from "../errors.js";

/** The client's own certificate with its private key, in one of two forms. */
export interface ClientCertificate {
  /** Certificate and private key in PEM, and the issuers between, if any. */
  readonly pem?: string;
  /** The content of a PKCS#12 file. */
  readonly pfx?: Uint8Array;
  /** Of the private key, or of the PKCS#12 file. */
  readonly password?: string;
}

export type CertificateOptions = Pick<SecureContextOptions, "cert" | "key" | "pfx" | "passphrase">;

const NAMES = new Set(["pem", "pfx", "password"]);

/** As TLS takes it. Throws `QB_INVALID_ARGUMENT`, and `QB_CERTIFICATE` when it cannot be used. */
export function certificateOptions(certificate: ClientCertificate | undefined): CertificateOptions {
  if (certificate === undefined) return {};
  checkForm(certificate);
  const { pem, pfx, password } = certificate;
  if ((pem === undefined) === (pfx === undefined)) throw invalid("clientCertificate takes pem or pfx");
  const content = pfx === undefined ? { cert: pem, key: pem } : { pfx: Buffer.from(pfx) };
  const options = { ...content, ...(password === undefined ? {} : { passphrase: password }) };
  checkUsable(options as CertificateOptions);
  return options as CertificateOptions;
}

/** Throws `QB_INVALID_ARGUMENT` when there is no TLS in which the certificate could be shown. */
export function checkClientCertificate(
  values: ConnectionString,
  { clientCertificate }: { readonly clientCertificate: CertificateOptions },
): void {
  if (Object.keys(clientCertificate).length === 0 || /^https:/i.test(values.URL ?? "")) return;
  throw invalid("clientCertificate is for connectors with TLS, so the URL has to begin with https:");
}

/** Callers without types get here with anything. */
function checkForm(certificate: ClientCertificate): void {
  if (typeof certificate !== "object" || (certificate as unknown) === null)
    throw invalid("clientCertificate must be an object with pem or pfx");
  const unknown = Object.keys(certificate).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw invalid(`clientCertificate.${unknown} is not known`);
  const { pem = "", pfx = new Uint8Array(), password = "" } = certificate;
  if (typeof pem !== "string") throw invalid("clientCertificate.pem must be a string");
  if (!(pfx instanceof Uint8Array)) throw invalid("clientCertificate.pfx must be a Uint8Array");
  if (typeof password !== "string") throw invalid("clientCertificate.password must be a string");
}

/** OpenSSL's message names neither password nor key. */
function checkUsable(options: CertificateOptions): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new QBError("QB_CERTIFICATE", `clientCertificate cannot be used: ${(cause as Error).message}`, {
      who: "developer",
      advice:
        "Give the certificate with its private key, and the right password. A PKCS#12 file with RC2 is too old.",
      cause,
    });
  }
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
