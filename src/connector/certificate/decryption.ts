import { createDecipheriv, hash, pbkdf2Sync } from "node:crypto";
import { certificateError } from "./certificate-error.js";
import {
  isNumber,
  objectIdentifier,
  octets,
  parseDer,
  part,
  parts,
  wholeNumber,
  type DerValue,
} from "./der.js";
import { forge } from "./packages.js";
import { damaged } from "./store-content.js";

/** A second or two of work. Real stores ask for 1 to 600,000; what asks for more would block everything else. */
const MOST_ITERATIONS = 1_000_000;

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const SCRYPT = "1.3.6.1.4.1.11591.4.11";

/** Of PBKDF2. */
const DIGESTS: Readonly<Record<string, string>> = Object.freeze({
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
});

interface Cipher {
  readonly name: string;
  readonly keyBytes: number;
}

/** Of PBES2. */
const CIPHERS: Readonly<Record<string, Cipher>> = Object.freeze({
  "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keyBytes: 16 },
  "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keyBytes: 24 },
  "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", keyBytes: 32 },
  "1.2.840.113549.3.7": { name: "des-ede3-cbc", keyBytes: 24 },
});

/** Of PKCS#12 stores as they were made until about 2020. OpenSSL 3 has no RC2 any more; node-forge has. */
const OLD_CIPHERS: Readonly<Record<string, Cipher>> = Object.freeze({
  "1.2.840.113549.1.12.1.3": { name: "des-ede3-cbc", keyBytes: 24 },
  "1.2.840.113549.1.12.1.5": { name: "rc2", keyBytes: 16 },
  "1.2.840.113549.1.12.1.6": { name: "rc2", keyBytes: 5 },
});

/** Undefined is not the same as empty in the old key derivation of PKCS#12. */
export type StorePassword = string | undefined;

/**
 * Decrypts what a password protects: PBES2 (RFC 8018), or the older way of PKCS#12 (RFC 7292).
 *
 * PBES2 takes the password in UTF-8, the older way in UTF-16; node-forge takes one form for both, and so fails for passwords
 * that are not ASCII. Throws `QB_CERTIFICATE` for what is not supported, something else for what is damaged.
 */
export function decrypt(algorithm: DerValue, bytes: Buffer, password: StorePassword, named: string): Buffer {
  const identifier = objectIdentifier(part(algorithm, 0));
  const parameters = part(algorithm, 1);
  if (identifier === PBES2) return decryptPbes2(parameters, bytes, password ?? "", named);
  const cipher = OLD_CIPHERS[identifier];
  if (cipher === undefined) throw unsupported(identifier, named);
  const derivation = {
    salt: octets(part(parameters, 0)),
    iterations: iterationsOf(part(parameters, 1), named),
  };
  const key = pkcs12Key("sha1", password, { ...derivation, purpose: 1, length: cipher.keyBytes });
  const vector = pkcs12Key("sha1", password, { ...derivation, purpose: 2, length: 8 });
  return cipher.name === "rc2" ? decryptRc2(key, vector, bytes) : decipher(cipher.name, key, vector, bytes);
}

/** Throws `QB_CERTIFICATE` when an encrypted PKCS#8 key asks OpenSSL for an absurd amount of work. */
export function checkEffort(key: Uint8Array, named: string): void {
  let work: number;
  try {
    work = workFactors(part(parseDer(key), 0)).reduce((product, factor) => product * wholeNumber(factor), 1);
  } catch {
    throw damaged(named, "PEM");
  }
  if (work > MOST_ITERATIONS) throw tooMuch(work, named);
}

/** Iterations, or the three numbers of scrypt. */
function workFactors(algorithm: DerValue): DerValue[] {
  const parameters = part(algorithm, 1);
  if (objectIdentifier(part(algorithm, 0)) !== PBES2) return [part(parameters, 1)];
  const derivation = part(parameters, 0);
  const isScrypt = objectIdentifier(part(derivation, 0)) === SCRYPT;
  return parts(part(derivation, 1)).slice(1, isScrypt ? 4 : 2);
}

function decryptPbes2(parameters: DerValue, bytes: Buffer, password: string, named: string): Buffer {
  const [derivation, scheme] = parts(parameters);
  const derivationIdentifier = objectIdentifier(part(derivation, 0));
  if (derivationIdentifier !== PBKDF2) throw unsupported(derivationIdentifier, named);
  const cipherIdentifier = objectIdentifier(part(scheme, 0));
  const cipher = CIPHERS[cipherIdentifier];
  if (cipher === undefined) throw unsupported(cipherIdentifier, named);
  const [salt, iterations, ...optional] = parts(part(derivation, 1));
  if (salt === undefined || iterations === undefined) throw new Error("salt and iterations are missing");
  const digest = digestOf(
    optional.find((value) => !isNumber(value)),
    named,
  );
  const count = iterationsOf(iterations, named);
  const key = pbkdf2Sync(password, octets(salt), count, cipher.keyBytes, digest);
  return decipher(cipher.name, key, octets(part(scheme, 1)), bytes);
}

function digestOf(algorithm: DerValue | undefined, named: string): string {
  if (algorithm === undefined) return "sha1";
  const identifier = objectIdentifier(part(algorithm, 0));
  const digest = DIGESTS[identifier];
  if (digest === undefined) throw unsupported(identifier, named);
  return digest;
}

/** Throws `QB_CERTIFICATE` when there are too many. */
export function iterationsOf(value: DerValue, named: string): number {
  const iterations = wholeNumber(value);
  if (iterations >= 1 && iterations <= MOST_ITERATIONS) return iterations;
  throw tooMuch(iterations, named);
}

function tooMuch(iterations: number, named: string): Error {
  return certificateError(
    `${named}: its password is to be hashed ${iterations} times; 1 to ${MOST_ITERATIONS} are accepted`,
    "Make the store anew with fewer iterations; 100000 are plenty.",
  );
}

function decipher(name: string, key: Buffer, vector: Buffer, bytes: Buffer): Buffer {
  const one = createDecipheriv(name, key, vector);
  return Buffer.concat([one.update(bytes), one.final()]);
}

function decryptRc2(key: Buffer, vector: Buffer, bytes: Buffer): Buffer {
  const { rc2, util } = forge();
  const cipher = rc2.createDecryptionCipher(key.toString("latin1"), key.length * 8);
  cipher.start(vector.toString("latin1"));
  cipher.update(util.createBuffer(bytes.toString("latin1")));
  if (!cipher.finish()) throw new Error("the padding is wrong");
  return Buffer.from(cipher.output.getBytes(), "latin1");
}

interface Pkcs12Derivation {
  readonly salt: Buffer;
  readonly iterations: number;
  /** 1 gives a key, 2 an initial vector, 3 the key of a MAC. */
  readonly purpose: 1 | 2 | 3;
  readonly length: number;
}

/** Key derivation of PKCS#12: RFC 7292, appendix B.2, with its letters. */
export function pkcs12Key(digest: string, password: StorePassword, derivation: Pkcs12Derivation): Buffer {
  const { salt, iterations, purpose, length } = derivation;
  const v = digest === "sha384" || digest === "sha512" ? 128 : 64;
  const D = Buffer.alloc(v, purpose);
  const I = Buffer.concat([repeated(salt, v), repeated(utf16(password), v)]);
  const pieces: Buffer[] = [];
  for (let made = 0; made < length;) {
    let A = hash(digest, Buffer.concat([D, I]), "buffer");
    for (let round = 1; round < iterations; round++) A = hash(digest, A, "buffer");
    pieces.push(A);
    made += A.length;
    if (made < length) addToBlocks(I, filled(A, v));
  }
  return Buffer.concat(pieces).subarray(0, length);
}

/** UTF-16, the more significant byte first, with a zero character at the end. */
function utf16(password: StorePassword): Buffer {
  return password === undefined ? Buffer.alloc(0) : Buffer.from(`${password}\0`, "utf16le").swap16();
}

/** As often as it takes to fill whole blocks. */
function repeated(bytes: Buffer, block: number): Buffer {
  return bytes.length === 0 ? bytes : filled(bytes, Math.ceil(bytes.length / block) * block);
}

function filled(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** Adds B and 1 to each block of I, as numbers without overflow. */
function addToBlocks(I: Buffer, B: Buffer): void {
  for (let start = 0; start < I.length; start += B.length) {
    let carry = 1;
    for (let at = B.length - 1; at >= 0; at--) {
      const sum = I.readUInt8(start + at) + B.readUInt8(at) + carry;
      I.writeUInt8(sum & 0xff, start + at);
      carry = sum >> 8;
    }
  }
}

export function unsupported(identifier: string, named: string): Error {
  return certificateError(
    `${named} is protected in a way that is not supported (object identifier ${identifier})`,
    "Make the store anew with AES, for example with: openssl pkcs12 -export -inkey KEY.pem -in CERTIFICATE.pem -out STORE.pfx",
  );
}
