import { createPrivateKey, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { QBError } from "../../errors.js";
import { createFile, readPrivateFile, replaceFile } from "../../private-file.js";
import { certificateError } from "./certificate-error.js";
import { readPem } from "./pem-store.js";
import { isSelfMade, makeCertificate, makeKey } from "./self-made-certificate.js";
import { makeIdentity, type ServerIdentity } from "./server-identity.js";
import { identitiesOf } from "./store-content.js";
import { daysLeft } from "./validity.js";

/** So long before its end a certificate is renewed. */
const RENEWAL_DAYS = 30;

/** The self-made certificate in the file; it is made when there is no file. Throws `QB_CERTIFICATE`. */
export function openSelfMade(file: string): ServerIdentity {
  return readSelfMade(file) ?? create(file);
}

/** Undefined when there is no file. One that holds anything else is refused, and never overwritten. Throws `QB_CERTIFICATE`. */
export function readSelfMade(file: string): ServerIdentity | undefined {
  const text = readPrivateFile(file, "QB_CERTIFICATE");
  if (text === undefined) return undefined;
  let identity: ServerIdentity | undefined;
  try {
    [identity] = identitiesOf(readPem(text, "", file), file);
  } catch (cause) {
    throw foreign(file, cause instanceof QBError ? cause.message : `${file} cannot be read`);
  }
  if (identity !== undefined && isSelfMade(identity.certificate)) return identity;
  throw foreign(file, `${file} holds a certificate that was not made by qbconnector`);
}

export function isDueForRenewal({ certificate }: ServerIdentity): boolean {
  return daysLeft(certificate) < RENEWAL_DAYS;
}

/** A new certificate for the same key, so that pins stay true, in place of the file. Throws `QB_CERTIFICATE`. */
export function renewSelfMade(file: string, { key }: ServerIdentity): ServerIdentity {
  const sameKey = createPrivateKey(key);
  const identity = makeIdentity(sameKey, makeCertificate(sameKey), []);
  writing(file, () => replaceFile(existsSync(file) ? realpathSync(file) : file, textOf(identity)));
  return identity;
}

/** Of several processes at once one makes it, and all use that one. */
function create(file: string): ServerIdentity {
  const key: KeyObject = makeKey();
  const identity = makeIdentity(key, makeCertificate(key), []);
  const isMade = writing(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return createFile(file, textOf(identity));
  });
  return isMade ? identity : (readSelfMade(file) ?? leadsNowhere(file));
}

function textOf({ key, certificate }: ServerIdentity): string {
  return `${key}${certificate.toString()}`;
}

function writing<Result>(file: string, write: () => Result): Result {
  try {
    return write();
  } catch (cause) {
    throw certificateError(
      `cannot write the self-made certificate to ${file}: ${(cause as Error).message}`,
      "Name a file in another folder with sslCertFile, or give a certificate of your own with sslCert.",
      cause,
    );
  }
}

function leadsNowhere(file: string): never {
  throw certificateError(
    `${file} is a link to a file that does not exist`,
    "Remove the link, or put the certificate where it leads.",
  );
}

function foreign(file: string, message: string): QBError {
  return certificateError(
    message,
    `Name your own certificate with sslCert.store, not sslCertFile; or move ${file} away: a new certificate is made, with a new pin.`,
  );
}
