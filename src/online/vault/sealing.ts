import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { KEY_BYTES, keyId, makeKeyFile, readKeyFile } from "./key-file.js";
import { openRecord, readSealedText, sealRecord, type KeyNote, type SealedText } from "./sealed-text.js";
import { storeFailure } from "./store-failure.js";
import { emptyRecord, type VaultRecord } from "./vault-record.js";

/** Makes the text that is kept of a record, and the record of the text. */
export interface Sealer {
  seal(record: VaultRecord): Promise<string>;
  open(text: string): Promise<VaultRecord>;
}

type PassphraseNote = Extract<KeyNote, { kind: "passphrase" }>;
type Derivation = Omit<PassphraseNote, "kind" | "id">;

const deriveKey = promisify<string, Buffer, number, object, Buffer>(scrypt);
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const MOST_MEMORY = 256 * 1024 * 1024;

/** With a random key in a file of its own, which is made for the first record. Copy both to use them elsewhere. */
export function keyFileSealer(file: string): Sealer {
  return Object.freeze({
    seal: async (record: VaultRecord) => {
      const key = readKeyFile(file) ?? makeKeyFile(file);
      return sealRecord(record, key, { kind: "file", id: keyId(key) });
    },
    open: async (text: string) => {
      const sealed = readSealedText(text);
      if (sealed.key.kind !== "file") throw otherKind("a passphrase", "Give OAuthSettingsPassphrase.");
      const key = readKeyFile(file);
      if (key === undefined) throw missingKey(file);
      if (keyId(key) !== sealed.key.id) throw wrongKey(`the key file ${file} belongs to other settings`);
      return opened(sealed, key);
    },
  });
}

/** With a key made from a passphrase: the settings file alone can be used elsewhere. */
export function passphraseSealer(passphrase: string): Sealer {
  let kept: { readonly note: PassphraseNote; readonly key: Buffer } | undefined;
  const keyFor = async (how: Derivation) => {
    if (kept === undefined || !sameDerivation(kept.note, how)) kept = await derived(passphrase, how);
    return kept;
  };
  return Object.freeze({
    seal: async (record: VaultRecord) => {
      const { note, key } = kept ?? (await keyFor({ salt: randomBytes(16).toString("base64"), ...COST }));
      return sealRecord(record, key, note);
    },
    open: async (text: string) => {
      const sealed = readSealedText(text);
      if (sealed.key.kind !== "passphrase")
        throw otherKind("a key file", "Leave OAuthSettingsPassphrase out.");
      const { note, key } = await keyFor(sealed.key);
      if (note.id !== sealed.key.id) throw wrongKey("the passphrase is not the one they were encrypted with");
      return opened(sealed, key);
    },
  });
}

/** Without encryption, for what never leaves the process. */
export const plainSealer: Sealer = Object.freeze({
  seal: async (record: VaultRecord) => JSON.stringify(record),
  open: async (text: string) => ({ ...emptyRecord(), ...(JSON.parse(text) as VaultRecord) }),
});

function opened(sealed: SealedText, key: Buffer): VaultRecord {
  return { ...emptyRecord(), ...openRecord(sealed, key) };
}

async function derived(passphrase: string, { salt, N, r, p }: Derivation) {
  const bytes = Buffer.from(salt, "base64");
  // A file from elsewhere decides neither how long this takes nor how much memory.
  if (!(N <= 2 ** 17 && r <= 16 && p <= 4))
    throw wrongKey("they ask for an unreasonable derivation of the key");
  try {
    const key = await deriveKey(passphrase.normalize("NFC"), bytes, KEY_BYTES, {
      N,
      r,
      p,
      maxmem: MOST_MEMORY,
    });
    return { note: { kind: "passphrase", id: keyId(key), salt, N, r, p } as const, key };
  } catch (error) {
    throw storeFailure(`the stored settings cannot be opened: ${(error as Error).message}`, undefined, error);
  }
}

function sameDerivation(one: Derivation, other: Derivation): boolean {
  return one.salt === other.salt && one.N === other.N && one.r === other.r && one.p === other.p;
}

function missingKey(file: string): Error {
  return storeFailure(
    `the key file ${file} is missing, without which the stored settings cannot be opened`,
    "Bring it back, or copy it with the settings file; without it delete the settings file and connect again.",
  );
}

function wrongKey(why: string): Error {
  const advice = "Use the key file or passphrase that belongs to these settings, or other settings.";
  return storeFailure(`the stored settings cannot be opened: ${why}, or they were changed`, advice);
}

function otherKind(kind: string, advice: string): Error {
  return storeFailure(`the stored settings were encrypted with ${kind}`, advice);
}
