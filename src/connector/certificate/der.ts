import type Forge from "node-forge";
import { forge } from "./packages.js";

export type DerValue = Forge.asn1.Asn1;

/** Throws for whatever is not one whole value in DER (or BER, as some programs write it). */
export function parseDer(bytes: Uint8Array): DerValue {
  return forge().asn1.fromDer(Buffer.from(bytes).toString("latin1"));
}

export function encodeDer(value: DerValue): Buffer {
  return Buffer.from(forge().asn1.toDer(value).getBytes(), "latin1");
}

/** What a sequence, a set or an explicit tag holds. */
export function parts(value: DerValue | undefined): DerValue[] {
  if (value === undefined || !Array.isArray(value.value)) throw new Error("a constructed value is missing");
  return value.value;
}

/** The value at an index of a sequence; it must be there. */
export function part(value: DerValue | undefined, index: number): DerValue {
  const found = parts(value)[index];
  if (found === undefined) throw new Error("a value is missing");
  return found;
}

/** The bytes of an octet string, whole or, as BER allows, in pieces. */
export function octets(value: DerValue): Buffer {
  if (Array.isArray(value.value)) return Buffer.concat(value.value.map(octets));
  return Buffer.from(value.value, "latin1");
}

export function objectIdentifier(value: DerValue): string {
  if (value.type !== forge().asn1.Type.OID || typeof value.value !== "string")
    throw new Error("an object identifier is missing");
  return forge().asn1.derToOid(value.value);
}

/** Not negative, and no larger than a number can hold exactly. */
export function wholeNumber(value: DerValue): number {
  const bytes = octets(value);
  const number = Number(`0x${bytes.toString("hex") || "-"}`);
  if (value.type !== forge().asn1.Type.INTEGER || !Number.isSafeInteger(number))
    throw new Error("a number is missing");
  return number;
}

export function isNumber(value: DerValue | undefined): boolean {
  return value?.type === forge().asn1.Type.INTEGER;
}
