import { createHmac, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createFile, readPrivateFile } from "../../private-file.js";
import { allowOwnerOnly } from "./access-list.js";
import { leadsNowhere, orStoreFailure, storeFailure } from "./store-failure.js";

export const KEY_BYTES = 32;
const FORMAT = "qbconnector-oauth-key";

/** The key of a key file; undefined when there is no such file. */
export function readKeyFile(file: string): Buffer | undefined {
  const text = readPrivateFile(file, "QB_TOKEN_STORE");
  if (text === undefined) return undefined;
  const key = Buffer.from(partOf(text, "key"), "base64");
  if (key.length === KEY_BYTES && text.trimEnd() === keyText(key).trimEnd()) return key;
  throw storeFailure(
    `${file} is not a key file, or it was cut or changed`,
    "Bring back the key file that belongs to the settings file.",
  );
}

/** The key of a new key file; of several processes that make it at once, all use the same. */
export function makeKeyFile(file: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  const won = orStoreFailure(`write ${file}`, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return createFile(file, keyText(key), (temporary) => allowOwnerOnly(temporary));
  });
  return won ? key : (readKeyFile(file) ?? leadsNowhere(file));
}

/** Tells keys apart without telling anything about them. */
export function keyId(key: Buffer): string {
  return createHmac("sha256", key).update("qbconnector key id").digest("hex").slice(0, 16);
}

function keyText(key: Buffer): string {
  return `${JSON.stringify({ format: FORMAT, version: 1, id: keyId(key), key: key.toString("base64") })}\n`;
}

function partOf(text: string, name: string): string {
  try {
    return String((JSON.parse(text) as Record<string, unknown> | null)?.[name]);
  } catch {
    return "";
  }
}
