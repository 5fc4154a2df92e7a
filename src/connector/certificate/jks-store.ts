import { createPrivateKey, type KeyObject } from "node:crypto";
import type { KeyEntry, TrustedKeyEntry } from "jks-js";
import { certificateError } from "./certificate-error.js";
import { javaKeyStores } from "./packages.js";
import { damaged, readCertificate, wrongPassword, type StoreContent } from "./store-content.js";

/** Reads the certificates and private keys of a Java key store (JKS). Throws `QB_CERTIFICATE`. */
export function readJks(bytes: Uint8Array, password: string, named: string): StoreContent {
  const entries = entriesOf(Buffer.from(bytes), password, named);
  const certificates = entries.flatMap((entry) => ("chain" in entry ? entry.chain : [entry.cert]));
  return {
    keys: entries.filter(isKeyEntry).map((entry) => keyOf(entry, password, named)),
    certificates: certificates.map(({ value }) => readCertificate(value, named)),
  };
}

function isKeyEntry(entry: KeyEntry | TrustedKeyEntry): entry is KeyEntry {
  return "protectedPrivateKey" in entry;
}

function entriesOf(bytes: Buffer, password: string, named: string): (KeyEntry | TrustedKeyEntry)[] {
  // Without one jks-js would leave out the check of the store.
  if (password === "") throw certificateError(`${named} needs its password`, "Give it as storePassword.");
  try {
    return javaKeyStores().parseJks(bytes, password);
  } catch (error) {
    if (/password/i.test((error as Error).message)) throw wrongPassword(named);
    throw damaged(named, "JKS");
  }
}

function keyOf({ alias, protectedPrivateKey }: KeyEntry, password: string, named: string): KeyObject {
  try {
    return createPrivateKey(javaKeyStores().decrypt(protectedPrivateKey, password));
  } catch {
    throw certificateError(
      `${named}: the private key of the entry "${alias}" cannot be read with the password of the store`,
      "Give the key the password of the store (keytool -keypasswd), and convert keys other than RSA and EC: " +
        "keytool -importkeystore -srckeystore STORE.jks -destkeystore STORE.pfx -deststoretype PKCS12",
    );
  }
}
