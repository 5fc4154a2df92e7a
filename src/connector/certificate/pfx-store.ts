import { createHmac, timingSafeEqual, X509Certificate, type KeyObject } from "node:crypto";
import { QBError } from "../../errors.js";
import { decrypt, iterationsOf, pkcs12Key, unsupported, type StorePassword } from "./decryption.js";
import { encodeDer, objectIdentifier, octets, parseDer, part, parts, type DerValue } from "./der.js";
import { damaged, readCertificate, readKey, wrongPassword, type StoreContent } from "./store-content.js";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const X509 = "1.2.840.113549.1.9.22.1";

/** Of the MAC. */
const DIGESTS: Readonly<Record<string, string>> = Object.freeze({
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
  "2.16.840.1.101.3.4.2.4": "sha224",
});

/**
 * Reads the certificates and private keys of a PKCS#12 store (RFC 7292), new or old. Throws `QB_CERTIFICATE`.
 *
 * OpenSSL itself, as `tls` offers it, cannot do that: it gives neither the key nor several entries, and refuses the old stores and
 * those without MAC.
 */
export function readPfx(bytes: Uint8Array, password: string, named: string): StoreContent {
  try {
    return new PfxReader(password, named).read(parseDer(bytes));
  } catch (error) {
    throw error instanceof QBError ? error : damaged(named, "PKCS#12 (PFX)");
  }
}

class PfxReader {
  readonly #named: string;
  readonly #keys: KeyObject[] = [];
  readonly #certificates: X509Certificate[] = [];
  #password: StorePassword;

  constructor(password: string, named: string) {
    this.#password = password;
    this.#named = named;
  }

  read(pfx: DerValue): StoreContent {
    const [, authenticated, mac] = parts(pfx);
    const content = octets(this.#contentOf(authenticated, DATA));
    if (mac !== undefined) this.#checkMac(mac, content);
    for (const safe of parts(parseDer(content))) this.#readSafe(safe);
    return { keys: this.#keys, certificates: this.#certificates };
  }

  #contentOf(contentInfo: DerValue | undefined, type: string): DerValue {
    const found = objectIdentifier(part(contentInfo, 0));
    if (found !== type) throw unsupported(found, this.#named);
    return part(part(contentInfo, 1), 0);
  }

  /** Programs differ in what an empty password is: an empty text, or none at all. */
  #checkMac(mac: DerValue, content: Buffer): void {
    const candidates = this.#password === "" ? ["", undefined] : [this.#password];
    const right = candidates.findIndex((password) => this.#isMacOf(mac, content, password));
    if (right < 0) throw wrongPassword(this.#named);
    this.#password = candidates[right];
  }

  #isMacOf(mac: DerValue, content: Buffer, password: StorePassword): boolean {
    const [digestInfo, salt, iterations] = parts(mac);
    const identifier = objectIdentifier(part(part(digestInfo, 0), 0));
    const digest = DIGESTS[identifier];
    if (digest === undefined) throw unsupported(identifier, this.#named);
    const expected = octets(part(digestInfo, 1));
    const key = pkcs12Key(digest, password, {
      salt: octets(salt ?? part(mac, 1)),
      iterations: iterations === undefined ? 1 : iterationsOf(iterations, this.#named),
      purpose: 3,
      length: expected.length,
    });
    const actual = createHmac(digest, key).update(content).digest();
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  }

  #readSafe(safe: DerValue): void {
    const isEncrypted = objectIdentifier(part(safe, 0)) === ENCRYPTED_DATA;
    const content = this.#contentOf(safe, isEncrypted ? ENCRYPTED_DATA : DATA);
    const plain = isEncrypted ? this.#decryptSafe(part(content, 1)) : octets(content);
    for (const bag of parts(parseDer(plain))) this.#readBag(bag);
  }

  #decryptSafe(encryptedContentInfo: DerValue): Buffer {
    const [, algorithm, encrypted] = parts(encryptedContentInfo);
    return this.#decrypt(algorithm, encrypted);
  }

  /** What else may be there, as revocation lists and secret keys, does not matter. */
  #readBag(bag: DerValue): void {
    const type = objectIdentifier(part(bag, 0));
    const value = part(part(bag, 1), 0);
    if (type === KEY_BAG) this.#keys.push(readKey(encodeDer(value), this.#named));
    if (type === SHROUDED_KEY_BAG) this.#readShroudedKey(value);
    if (type === CERTIFICATE_BAG && objectIdentifier(part(value, 0)) === X509)
      this.#certificates.push(readCertificate(octets(part(part(value, 1), 0)), this.#named));
  }

  #readShroudedKey(encryptedKey: DerValue): void {
    const [algorithm, encrypted] = parts(encryptedKey);
    this.#keys.push(readKey(this.#decrypt(algorithm, encrypted), this.#named));
  }

  #decrypt(algorithm: DerValue | undefined, encrypted: DerValue | undefined): Buffer {
    if (algorithm === undefined || encrypted === undefined) return octets(part(undefined, 0));
    try {
      return decrypt(algorithm, octets(encrypted), this.#password, this.#named);
    } catch (error) {
      throw error instanceof QBError ? error : wrongPassword(this.#named);
    }
  }
}
