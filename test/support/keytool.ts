import { spawnSync } from "node:child_process";

/** Runs Java's keytool, which takes a second or so; it ends by itself after 60 s. */
export function keytool(parameters: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync("keytool", parameters, {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (error !== undefined)
    throw new Error("keytool is missing: apt-get install default-jre-headless", { cause: error });
  if (status !== 0) throw new Error(`keytool ${parameters[0] ?? ""}: ${stdout}${stderr}`);
  return stdout;
}

export const STORE_PASSWORD = "sesame";

export interface Entry {
  readonly alias: string;
  /** As keytool writes it: `CN=www.foo.com, O=Foo, C=US`. */
  readonly subject: string;
  readonly algorithm: "RSA" | "EC" | "Ed25519";
}

/** Makes a self-signed certificate with its key in the store, which is made when there is none. */
export function addKey(store: string, storeType: "PKCS12" | "JKS", entry: Entry): void {
  const { alias, subject, algorithm } = entry;
  const size = { RSA: ["-keysize", "2048"], EC: ["-groupname", "secp256r1"], Ed25519: [] }[algorithm];
  const key = ["-alias", alias, "-dname", subject, "-keyalg", algorithm, ...size, "-validity", "100"];
  keytool(["-genkeypair", "-keystore", store, "-storetype", storeType, "-storepass", STORE_PASSWORD, ...key]);
}

/** Adds a certificate that the store trusts, without a key. */
export function addTrusted(store: string, alias: string, certificate: string): void {
  const what = ["-alias", alias, "-file", certificate];
  keytool(["-importcert", "-noprompt", "-keystore", store, "-storepass", STORE_PASSWORD, ...what]);
}

/** Adds a key that is no certificate's. */
export function addSecretKey(store: string, alias: string): void {
  const what = ["-alias", alias, "-keyalg", "AES", "-keysize", "128"];
  keytool(["-genseckey", "-keystore", store, "-storepass", STORE_PASSWORD, ...what]);
}

/** The same entries in a new store of another type. */
export function convertStore(from: string, to: string, storeType: string, ...more: readonly string[]): void {
  const passwords = ["-srcstorepass", STORE_PASSWORD, "-deststorepass", STORE_PASSWORD];
  const stores = ["-srckeystore", from, "-destkeystore", to, "-deststoretype", storeType];
  keytool(["-importkeystore", "-noprompt", ...stores, ...passwords, ...more]);
}
