import { createHash, X509Certificate, type KeyObject } from "node:crypto";
import { QBError } from "../../errors.js";
import { distinguishedName } from "../../wire/certificate-facts.js";
import {
  CertificateStoreFailure,
  exportCertificate,
  listCertificates,
  type StoredCertificate,
  type WindowsStore,
} from "../../windows/certificate-stores.js";
import { certificateError } from "./certificate-error.js";
import { readPfx } from "./pfx-store.js";
import { makeIdentity, type ServerIdentity } from "./server-identity.js";

const ISSUERS = "CA";
const NO_SUCH_STORE = "0x00000002";
/** A key that may not leave its place, or a place that does not give keys out: a card, a chip. */
const NOT_EXPORTABLE = new Set(["0x8009000A", "0x8009000B", "0x80090010", "0x80090029"]);
const NOT_READABLE = new Set(["0x00000005", "0x8009000D", "0x80090016"]);

/**
 * The certificates of a store of Windows that have their private key there. The key is exported when it is asked for, because
 * those of the other certificates may not be exportable. Throws `QB_CERTIFICATE`.
 *
 * @param library File name of crypt32, or of what stands in for it.
 */
export function openWindowsStore(store: WindowsStore, library?: string): ServerIdentity[] {
  const stored = list(store, library);
  const withKey = stored.filter(({ hasKey }) => hasKey);
  if (withKey.length === 0) throw withoutKey(store, stored.length);
  const others = [...stored, ...issuersBeside(store, library)].flatMap(readable);
  return withKey
    .flatMap(readable)
    .map((certificate) => makeIdentity(() => exportKey(store, certificate, library), certificate, others));
}

/** What tells one content of the store from another; undefined when it cannot be read. */
export function windowsStoreStamp(store: WindowsStore): string | undefined {
  try {
    const digest = createHash("sha256");
    for (const { der, hasKey } of listCertificates(store)) digest.update(der).update(String(hasKey));
    return digest.digest("base64");
  } catch {
    return undefined;
  }
}

export function windowsStoreName({ owner, name }: WindowsStore): string {
  return `the certificate store ${name} of the ${owner}`;
}

function list(store: WindowsStore, library?: string): StoredCertificate[] {
  return explained(store, () => listCertificates(store, library));
}

/** Windows keeps issuers in a store of their own. */
function issuersBeside({ owner }: WindowsStore, library?: string): StoredCertificate[] {
  try {
    return listCertificates({ owner, name: ISSUERS }, library);
  } catch {
    return [];
  }
}

/** One that Node.js cannot read does not spoil the others. */
function readable({ der }: StoredCertificate): X509Certificate[] {
  try {
    return [new X509Certificate(der)];
  } catch {
    return [];
  }
}

function exportKey(store: WindowsStore, certificate: X509Certificate, library?: string): KeyObject {
  const { pfx, password } = explained(
    store,
    () => exportCertificate(store, certificate.raw, library),
    certificate,
  );
  const { keys } = readPfx(pfx, password, windowsStoreName(store));
  const key = keys.find((one) => certificate.checkPrivateKey(one));
  if (key !== undefined) return key;
  throw certificateError(
    `Windows exported another private key than that of ${subjectOf(certificate)}`,
    PREFER_A_FILE,
  );
}

function explained<Result>(store: WindowsStore, read: () => Result, certificate?: X509Certificate): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CertificateStoreFailure) throw explain(store, cause, certificate);
    if (!(cause instanceof QBError)) throw cause;
    const advice = process.platform === "win32" ? cause.advice : PREFER_A_FILE;
    throw certificateError(`${windowsStoreName(store)} cannot be read: ${cause.message}`, advice, cause);
  }
}

const PREFER_A_FILE = "Export the certificate with its private key as a PFX file, and use storeType PFXFile.";

function explain(
  store: WindowsStore,
  failure: CertificateStoreFailure,
  certificate?: X509Certificate,
): QBError {
  const { step, code } = failure;
  if (step === "export") return explainExport(failure, certificate);
  if (step === "open" && code === NO_SUCH_STORE)
    return certificateError(
      `there is no certificate store ${store.name} of the ${store.owner}`,
      `Use MY, which Windows shows as Personal in ${consoleOf(store)}.`,
      failure,
    );
  return certificateError(
    `${windowsStoreName(store)} cannot be read: Windows answers ${code}`,
    NOT_READABLE.has(code) ? "Run the connector as an account that may read the store." : PREFER_A_FILE,
    failure,
  );
}

function explainExport(failure: CertificateStoreFailure, certificate?: X509Certificate): QBError {
  const subject = certificate === undefined ? "the certificate" : subjectOf(certificate);
  if (NOT_EXPORTABLE.has(failure.code))
    return certificateError(
      `the private key of ${subject} cannot be exported from the certificate store (${failure.code})`,
      "Import the certificate again with its key marked as exportable, or get a new one with such a key. A key on a card or in a chip never leaves it: use a PFX or PEM file then.",
      failure,
    );
  return certificateError(
    `Windows does not give out the private key of ${subject} (${failure.code})`,
    NOT_READABLE.has(failure.code)
      ? "Let the connector's account read the key: certlm.msc, the certificate, All Tasks, Manage Private Keys."
      : PREFER_A_FILE,
    failure,
  );
}

function withoutKey(store: WindowsStore, certificates: number): QBError {
  return certificateError(
    `${windowsStoreName(store)} holds no certificate with a private key, and ${certificates} without`,
    `Certificates with their keys are in MY, which Windows shows as Personal in ${consoleOf(store)}.`,
  );
}

function consoleOf({ owner }: WindowsStore): string {
  return owner === "user" ? "certmgr.msc" : "certlm.msc";
}

function subjectOf({ subject }: X509Certificate): string {
  return distinguishedName(subject);
}
