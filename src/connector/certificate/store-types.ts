import { QBError } from "../../errors.js";
import type { StoreOwner } from "../../windows/certificate-stores.js";

/** Where a certificate and its private key come from. `Auto` looks at the content. */
export type CertificateStoreType =
  "User" | "Machine" | "PFXFile" | "PFXBlob" | "JKSFile" | "JKSBlob" | "PEMKeyFile" | "PEMKeyBlob" | "Auto";

export type StoreFormat = "PFX" | "JKS" | "PEM";

interface StoreTypeRow {
  readonly number: number;
  /** Undefined: what the content shows. */
  readonly format: StoreFormat | undefined;
  /** Undefined: either. */
  readonly isFile: boolean | undefined;
  /** Of a store of Windows, which has a name; undefined for files and content. */
  readonly owner: StoreOwner | undefined;
}

function row(
  number: number,
  format: StoreFormat | undefined,
  place: "file" | "content" | "either" | StoreOwner,
): StoreTypeRow {
  const isFile = place === "either" ? undefined : place === "file";
  const owner = place === "user" || place === "machine" ? place : undefined;
  return Object.freeze({ number, format, isFile, owner });
}

/** The types that work. The numbers are those of the QBConnector component. */
export const STORE_TYPES: Readonly<Record<CertificateStoreType, StoreTypeRow>> = Object.freeze({
  User: row(0, undefined, "user"),
  Machine: row(1, undefined, "machine"),
  PFXFile: row(2, "PFX", "file"),
  PFXBlob: row(3, "PFX", "content"),
  JKSFile: row(4, "JKS", "file"),
  JKSBlob: row(5, "JKS", "content"),
  PEMKeyFile: row(6, "PEM", "file"),
  PEMKeyBlob: row(7, "PEM", "content"),
  Auto: row(99, undefined, "either"),
});

/** What the component knows beyond them. */
const REFUSED: Readonly<Record<number, string>> = Object.freeze({
  8: "PublicKeyFile",
  9: "PublicKeyBlob",
  10: "SSHPublicKeyBlob",
  11: "P7BFile",
  12: "P7BBlob",
  13: "SSHPublicKeyFile",
  14: "PPKFile",
  15: "PPKBlob",
  16: "XMLFile",
  17: "XMLBlob",
  18: "JWKFile",
  19: "JWKBlob",
  20: "SecurityKey",
  21: "BCFKSFile",
  22: "BCFKSBlob",
});

/** The name of a type that is given by name or number. Throws `QB_INVALID_ARGUMENT` with the list of what works. */
export function checkStoreType(type: unknown): CertificateStoreType {
  const names = Object.keys(STORE_TYPES) as CertificateStoreType[];
  const known = names.find((name) => name === type || STORE_TYPES[name].number === type);
  if (known !== undefined) return known;
  const works = names.map((name) => `${name} (${STORE_TYPES[name].number})`).join(", ");
  throw new QBError("QB_INVALID_ARGUMENT", `storeType ${described(type)}; these work: ${works}`, {
    advice: adviceFor(type),
  });
}

function refusedName(type: unknown): string | undefined {
  return Object.entries(REFUSED).find(([number, name]) => name === type || Number(number) === type)?.[1];
}

function described(type: unknown): string {
  const name = refusedName(type);
  if (name !== undefined) return `${name} is not supported`;
  return typeof type === "string" || typeof type === "number"
    ? `${JSON.stringify(type)} is not known`
    : "must be a name or a number";
}

function adviceFor(type: unknown): string | undefined {
  return refusedName(type) === undefined
    ? undefined
    : "Convert it to a PFX or PEM file that holds the certificate and its private key.";
}
