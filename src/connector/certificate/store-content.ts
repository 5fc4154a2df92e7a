import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { certificateError } from "./certificate-error.js";
import { makeIdentity, type ServerIdentity } from "./server-identity.js";

/** What a store holds, in its order. */
export interface StoreContent {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly X509Certificate[];
}

/** Every certificate whose private key is there, with its chain. Throws `QB_CERTIFICATE` when there is none; `named` is the store. */
export function identitiesOf({ keys, certificates }: StoreContent, named: string): ServerIdentity[] {
  if (keys.length === 0) throw withoutKey(certificates.length, named);
  const identities = keys.flatMap((key) =>
    certificates
      .filter((certificate) => belongTogether(certificate, key))
      .map((certificate) => makeIdentity(key, certificate, certificates)),
  );
  if (identities.length > 0) return identities;
  throw certificateError(
    certificates.length === 0
      ? `${named} holds a private key but no certificate`
      : `${named}: the private key belongs to none of the certificates there`,
    "Put the certificate and the private key that it was made for into one store.",
  );
}

function belongTogether(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** Throws `QB_CERTIFICATE`. */
export function readCertificate(der: Uint8Array, named: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw certificateError(`${named} holds a certificate that cannot be read`, "Make the store anew.", cause);
  }
}

/** Throws `QB_CERTIFICATE`. */
export function readKey(der: Buffer, named: string): KeyObject {
  try {
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch (cause) {
    throw certificateError(
      `${named} holds a private key that cannot be read`,
      "Use an RSA, EC or Ed25519 key.",
      cause,
    );
  }
}

export function wrongPassword(named: string, cause?: unknown): Error {
  return certificateError(
    `${named}: the password is wrong, or the store is damaged`,
    "Correct storePassword.",
    cause,
  );
}

export function damaged(named: string, format: string): Error {
  return certificateError(
    `${named} is damaged, or not a ${format} store`,
    "Make the store anew, or correct storeType.",
  );
}

function withoutKey(certificates: number, named: string): Error {
  const count = certificates === 1 ? "a certificate" : `${certificates} certificates`;
  return certificateError(
    `${named} holds ${certificates === 0 ? "neither a certificate nor a private key" : `${count} but no private key`}`,
    "A server needs the private key, too: use the store that the certificate was requested with, or export it with the key.",
  );
}
