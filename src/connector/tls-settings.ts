import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { QBError } from "../errors.js";
import { userFolder } from "../user-folder.js";
import { ServerCertificate } from "./certificate/server-certificate.js";
import type { QBConnectorOptions } from "./connector-options.js";

/** When TLS begins on a connection: at once, or never. */
export type SSLStartMode = "Implicit" | "None";

/** The component's numbers; the other two begin without TLS. */
const START_MODES: Readonly<Record<string, SSLStartMode>> = Object.freeze({
  "1": "Implicit",
  "3": "None",
  implicit: "Implicit",
  none: "None",
});
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What a connector was told about TLS. */
export class TlsSettings {
  readonly certificate: ServerCertificate;
  authenticateClients = false;
  #enabled = false;
  #clientAuthorities: readonly string[] | undefined;
  #file: string | undefined;

  constructor(onError: (error: QBError) => void) {
    this.certificate = new ServerCertificate({ selfMadeFile: () => this.#certificateFile(), onError });
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(enabled: boolean) {
    this.#enabled = checkBoolean("enableSSL", enabled);
  }

  get startMode(): SSLStartMode {
    return this.#enabled ? "Implicit" : "None";
  }

  set startMode(mode: SSLStartMode | 1 | 3) {
    const name = String(mode).toLowerCase();
    const known = Object.hasOwn(START_MODES, name) ? START_MODES[name] : undefined;
    if (known === undefined) {
      const why = "HTTP has no command that begins TLS in the middle of a connection";
      throw invalid(`sslStartMode is "Implicit" or "None" (1 or 3); the others are not possible: ${why}`);
    }
    this.#enabled = known === "Implicit";
  }

  get clientAuthorities(): readonly string[] | undefined {
    return this.#clientAuthorities;
  }

  /** Throws `QB_INVALID_ARGUMENT` when clients are to show certificates where nobody can. */
  check(): void {
    if (this.authenticateClients && !this.#enabled)
      throw invalid("sslAuthenticateClients has no effect without enableSSL");
  }

  /** Throws `QB_INVALID_ARGUMENT`, `QB_CERTIFICATE`. */
  reset(given: QBConnectorOptions): void {
    const { enableSSL = false, sslAuthenticateClients = false } = given;
    this.enabled = enableSSL;
    this.authenticateClients = checkBoolean("sslAuthenticateClients", sslAuthenticateClients);
    this.#clientAuthorities = readAuthorities(given.sslClientAuthorities);
    this.#file = checkFileName(given.sslCertFile);
    this.certificate.reset(given.sslCert);
  }

  #certificateFile(): string {
    return this.#file ?? join(userFolder(), "certificate.pem");
  }
}

export function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(`${name} is true or false`);
}

function checkFileName(file: string | undefined): string | undefined {
  if (file === undefined || (typeof file === "string" && file !== "")) return file;
  throw invalid("sslCertFile must be the name of a file");
}

/** The certificates in PEM texts, one by one. */
function readAuthorities(given: string | readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const certificates = [given].flat().flatMap(certificatesIn);
  if (certificates.length === 0) throw invalid("sslClientAuthorities holds no certificate");
  for (const certificate of certificates) checkCertificate(certificate);
  return Object.freeze(certificates);
}

function certificatesIn(text: unknown): readonly string[] {
  const found = typeof text === "string" ? text.match(CERTIFICATE) : null;
  if (found !== null) return found;
  throw invalid("sslClientAuthorities must be certificates in PEM form, not names of files or anything else");
}

function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw invalid("sslClientAuthorities holds a certificate that cannot be read", cause);
  }
}

function invalid(message: string, cause?: unknown): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message, { cause });
}
