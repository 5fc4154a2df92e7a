import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { QBError } from "../errors.js";

/** 2^15 blocks of 1 KB: 32 MB and some 70 ms for each check. */
const LOG2_COST = 15;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,64})\$([A-Za-z0-9+/]{22,128})$/;

interface ScryptHash {
  readonly log2Cost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** The password as a `$scrypt$ln=15,r=8,p=1$salt$key` string, with a new salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { log2Cost: LOG2_COST, blockSize: BLOCK_SIZE, parallelism: PARALLELISM, salt };
  const key = await derive(password, parameters, KEY_BYTES);
  return `$scrypt$ln=${LOG2_COST},r=${BLOCK_SIZE},p=${PARALLELISM}$${base64(salt)}$${base64(key)}`;
}

/** Throws `QB_INVALID_ARGUMENT` when the text is not such a string, or asks for more than 1 GB of memory. */
export function checkPasswordHash(text: string): string {
  parse(text);
  return text;
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const expected = parse(hash);
  return timingSafeEqual(await derive(password, expected, expected.key.length), expected.key);
}

/** A hash that no password matches; checking against it costs as much as against a real one. */
export const IMPOSSIBLE_HASH: string = `$scrypt$ln=${LOG2_COST},r=${BLOCK_SIZE},p=${PARALLELISM}$${base64(randomBytes(SALT_BYTES))}$${base64(randomBytes(KEY_BYTES))}`;

function parse(text: string): ScryptHash {
  const match = FORM.exec(text);
  const [, ln, r, p, salt = "", key = ""] = match ?? [];
  const hash: ScryptHash = {
    log2Cost: Number(ln),
    blockSize: Number(r),
    parallelism: Number(p),
    salt: Buffer.from(salt, "base64"),
    key: Buffer.from(key, "base64"),
  };
  const reasonable =
    hash.log2Cost >= 10 && hash.blockSize >= 1 && hash.parallelism >= 1 && memory(hash) <= 2 ** 30;
  if (match === null || !reasonable)
    throw new QBError("QB_INVALID_ARGUMENT", "a password hash must be a $scrypt$ string");
  return hash;
}

function memory({ log2Cost, blockSize }: Pick<ScryptHash, "log2Cost" | "blockSize">): number {
  return 128 * 2 ** log2Cost * blockSize;
}

function derive(password: string, hash: Omit<ScryptHash, "key">, length: number): Promise<Buffer> {
  const options = {
    N: 2 ** hash.log2Cost,
    r: hash.blockSize,
    p: hash.parallelism,
    maxmem: memory(hash) + 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), hash.salt, length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
