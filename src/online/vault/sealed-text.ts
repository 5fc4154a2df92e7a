import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { storeFailure } from "./store-failure.js";
import type { VaultRecord } from "./vault-record.js";

/** Which key opens a text. `id` shows whether a key is the right one. */
export type KeyNote =
  | { readonly kind: "file"; readonly id: string }
  | {
      readonly kind: "passphrase";
      readonly id: string;
      readonly salt: string;
      readonly N: number;
      readonly r: number;
      readonly p: number;
    };

export interface SealedText {
  readonly generation: number;
  readonly key: KeyNote;
  readonly nonce: string;
  readonly sealed: string;
}

const FORMAT = "qbconnector-oauth";
const VERSION = 1;
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a record; what stands outside is protected, too. */
export function sealRecord(record: VaultRecord, key: Buffer, note: KeyNote): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(heading(record.generation, note));
  const sealed = [cipher.update(JSON.stringify(record)), cipher.final(), cipher.getAuthTag()];
  return render({
    generation: record.generation,
    key: note,
    nonce: nonce.toString("base64"),
    sealed: Buffer.concat(sealed).toString("base64"),
  });
}

/** Decrypts with a key whose id was found right. */
export function openRecord({ generation, key: note, nonce, sealed }: SealedText, key: Buffer): VaultRecord {
  const bytes = Buffer.from(sealed, "base64");
  const end = Math.max(bytes.length - TAG_BYTES, 0);
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, "base64"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(heading(generation, note)).setAuthTag(bytes.subarray(end));
    const text = Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]).toString("utf8");
    return JSON.parse(text) as VaultRecord;
  } catch (error) {
    throw damaged("it was changed after it was written", error);
  }
}

/** The parts of a text, when it is exactly one that `sealRecord` gives. */
export function readSealedText(text: string): SealedText {
  const found = parsed(text);
  if (found["format"] !== FORMAT) throw damaged("it is not one of this library, or it was changed");
  if (found["version"] !== VERSION)
    throw storeFailure(
      `the settings are of version ${JSON.stringify(found["version"])}, which this library does not know`,
      "Use a newer qbconnector.",
    );
  const { generation, key, nonce, sealed } = found as unknown as SealedText;
  const written = { generation, key: keyNote(key), nonce, sealed };
  const well = Number.isSafeInteger(generation) && isBase64(nonce, NONCE_BYTES) && isBase64(sealed);
  if (!well || render(written).trimEnd() !== text.trimEnd()) throw damaged("it was changed");
  return written;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === "object" && found !== null) return found as Record<string, unknown>;
  } catch {
    // The same as another kind of value.
  }
  throw damaged(text.trim() === "" ? "it is empty" : "it was cut or changed");
}

function keyNote(note: unknown): KeyNote {
  const { kind, id, salt, N, r, p } = (note ?? {}) as Record<string, unknown>;
  if (typeof id === "string" && kind === "file") return { kind, id };
  if (typeof id === "string" && kind === "passphrase" && typeof salt === "string")
    return { kind, id, salt, N: Number(N), r: Number(r), p: Number(p) };
  throw damaged("it does not say which key opens it");
}

function isBase64(text: unknown, bytes?: number): boolean {
  if (typeof text !== "string") return false;
  const decoded = Buffer.from(text, "base64");
  return decoded.toString("base64") === text && (bytes === undefined || decoded.length === bytes);
}

function render({ generation, key, nonce, sealed }: SealedText): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, generation, key, nonce, sealed })}\n`;
}

function heading(generation: number, key: KeyNote): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, VERSION, generation, key]));
}

function damaged(how: string, cause?: unknown): Error {
  return storeFailure(
    `the stored settings cannot be used: ${how}`,
    "Bring back the settings file as it was; or delete it and connect again.",
    cause,
  );
}
