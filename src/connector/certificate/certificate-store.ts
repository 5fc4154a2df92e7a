import { readFileSync, statSync, type Stats } from "node:fs";
import { sep } from "node:path";
import { QBError } from "../../errors.js";
import { readRegularFile } from "../../regular-file.js";
import type { WindowsStore } from "../../windows/certificate-stores.js";
import { certificateError } from "./certificate-error.js";
import { readJks } from "./jks-store.js";
import { readPem } from "./pem-store.js";
import { readPfx } from "./pfx-store.js";
import type { ServerIdentity } from "./server-identity.js";
import { damaged, identitiesOf, type StoreContent } from "./store-content.js";
import { fileStamp } from "./store-watch.js";
import { STORE_TYPES, type CertificateStoreType, type StoreFormat } from "./store-types.js";
import { openWindowsStore, windowsStoreName, windowsStoreStamp } from "./windows-store.js";

/** A store as the program named it. */
export interface StoreLocation {
  readonly storeType: CertificateStoreType;
  /** The name of a file or of a store of Windows, or the content: text (PEM or base64) or bytes. */
  readonly store: string | Uint8Array;
  readonly storePassword: string;
}

/** No file system has longer ones. */
const TOO_LONG_FOR_A_NAME = sep === "/" ? /[^/]{256}/ : /[^/\\]{256}/;

/** Stores with a hundred authorities have 200 KB. */
const LARGEST_STORE = 4 * 1024 * 1024;

const READERS: Readonly<
  Record<StoreFormat, (bytes: Uint8Array, password: string, named: string) => StoreContent>
> = Object.freeze({
  PFX: readPfx,
  JKS: readJks,
  PEM: (bytes, password, named) => readPem(Buffer.from(bytes).toString("utf8"), password, named),
});

/** The certificates of a store that have their private key there, in its order. Throws `QB_CERTIFICATE`. */
export function openStore(location: StoreLocation): ServerIdentity[] {
  const named = nameOf(location);
  const windows = windowsStoreOf(location);
  if (windows !== undefined) return openWindowsStore(checkWindowsStore(windows, location));
  const bytes = contentOf(location, named);
  const format = formatOf(bytes, STORE_TYPES[location.storeType].format, named);
  return identitiesOf(READERS[format](bytes, location.storePassword, named), named);
}

/** The file that is read, or undefined when the store is the content itself. */
export function fileOf({ storeType, store }: StoreLocation): string | undefined {
  if (typeof store !== "string" || STORE_TYPES[storeType].isFile === false) return undefined;
  return isFileName(store) ? store : undefined;
}

/** The store of Windows that is read, if it is one; its name is blank when it cannot be one. */
export function windowsStoreOf({ storeType, store }: StoreLocation): WindowsStore | undefined {
  const { owner } = STORE_TYPES[storeType];
  if (owner === undefined) return undefined;
  return { owner, name: typeof store === "string" && isWindowsStoreName(store) ? store : "" };
}

/** What tells one content of the store from another; undefined for content, and for what cannot be looked at. */
export function stampOf(location: StoreLocation): string | undefined {
  const windows = windowsStoreOf(location);
  if (windows !== undefined) return windowsStoreStamp(windows);
  const file = fileOf(location);
  return file === undefined ? undefined : fileStamp(file);
}

/** Throws `QB_INVALID_ARGUMENT`. */
export function checkStore(store: unknown): string | Uint8Array {
  if (typeof store === "string") return store;
  if (store instanceof Uint8Array) return Uint8Array.from(store);
  throw new QBError(
    "QB_INVALID_ARGUMENT",
    "store must be the name of a file, or the content as text or bytes",
  );
}

/** How errors call it. */
export function nameOf(location: StoreLocation): string {
  const windows = windowsStoreOf(location);
  return windows === undefined ? (fileOf(location) ?? "the certificate store") : windowsStoreName(windows);
}

/** Content must not be taken for a name: names are shown, and it holds a private key. */
function isFileName(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- no name has them
  if (text.includes("-----BEGIN ") || /[\u0000-\u001f]/.test(text)) return false;
  if (text.length > 4096 || TOO_LONG_FOR_A_NAME.test(text)) return false;
  return !isBase64(text) || exists(text);
}

/** As with files: content must not be taken for a name. */
function isWindowsStoreName(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- no name has them
  return /^[^\u0000-\u001f]{1,128}$/.test(text) && !text.includes("-----BEGIN ") && !isBase64(text);
}

function checkWindowsStore(windows: WindowsStore, { storeType }: StoreLocation): WindowsStore {
  if (windows.name !== "") return windows;
  throw new QBError(
    "QB_INVALID_ARGUMENT",
    `storeType ${storeType} needs the name of a certificate store, such as MY`,
  );
}

/** Either alphabet of it. The shortest private key, of Ed25519, has 64 characters; few names go on so long without a dot. */
function isBase64(text: string): boolean {
  if (!/^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(text)) return false;
  return text.length >= 200 || /\S{64}/.test(text);
}

function exists(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function contentOf(location: StoreLocation, named: string): Uint8Array {
  const { store, storeType } = location;
  const file = fileOf(location);
  if (file !== undefined) return readStoreFile(file);
  if (STORE_TYPES[storeType].isFile === true) {
    throw new QBError("QB_INVALID_ARGUMENT", `storeType ${storeType} needs the name of a file as store`, {
      advice: `If it is a name, there is no such file. For the content of a store take ${storeType.replace("File", "Blob")} or Auto.`,
    });
  }
  if (typeof store !== "string") return store;
  if (store.includes("-----BEGIN ")) return Buffer.from(store);
  if (isBase64(store)) return Buffer.from(store, "base64");
  throw certificateError(
    `${named} is neither PEM nor base64`,
    `Give the content, or the name of a file with storeType PFXFile, JKSFile or PEMKeyFile.`,
  );
}

function readStoreFile(file: string): Uint8Array {
  const read = (descriptor: number, { size }: Stats): Uint8Array => {
    if (size > LARGEST_STORE) throw notAStore(file, "is larger than 4 MB");
    return readFileSync(descriptor);
  };
  try {
    return readRegularFile(file, read, () => notAStore(file, "is not a file"));
  } catch (cause) {
    if (cause instanceof QBError) throw cause;
    throw certificateError(
      `cannot read the certificate store ${file}: ${(cause as Error).message}`,
      "Check the path, and that the connector's account may read the file.",
      cause,
    );
  }
}

function notAStore(file: string, why: string): QBError {
  return certificateError(
    `the certificate store ${file} ${why}`,
    "Name a PFX, PEM or JKS file with the certificate and its private key.",
  );
}

/** What the content is; it must be what was said, but for PKCS#12 in a Java key store, which Java itself makes by default. */
function formatOf(bytes: Uint8Array, said: StoreFormat | undefined, named: string): StoreFormat {
  const found = sniff(bytes, named);
  if (found === undefined) throw damaged(named, said ?? "PFX, PEM or JKS");
  if (said === undefined || said === found || (said === "JKS" && found === "PFX")) return found;
  throw certificateError(
    `${named} is a ${found} store, not a ${said} store`,
    "Correct storeType, or use Auto, which looks at the content.",
  );
}

function sniff(bytes: Uint8Array, named: string): StoreFormat | undefined {
  const start = Buffer.from(bytes.subarray(0, 64));
  const magic = start.length < 4 ? 0 : start.readUInt32BE(0);
  if (magic === 0xfeedfeed) return "JKS";
  if (magic === 0xcececece) throw convert(named, "JCEKS");
  if (Buffer.from(bytes).includes("-----BEGIN ")) return "PEM";
  return start[0] === 0x30 ? sniffDer(start, named) : undefined;
}

/** Of the files that are one sequence in DER only PKCS#12 holds both a certificate and its key. */
function sniffDer(start: Buffer, named: string): StoreFormat | undefined {
  const content = start.subarray(headerLength(start)).toString("hex");
  if (content.startsWith("020103")) return "PFX";
  if (content.startsWith("0609" + PKCS7))
    throw incomplete(named, "PKCS#7 (P7B) file, which holds certificates only");
  if (content.startsWith("0201")) throw incomplete(named, "private key in DER, without its certificate");
  if (content.includes(PBES2)) throw convert(named, "BCFKS");
  if (content.startsWith("30")) throw incomplete(named, "certificate in DER, without its private key");
  return undefined;
}

/** Without the last byte of the object identifiers: the kind of content. */
const PKCS7 = "2a864886f70d0107";
const PBES2 = "2a864886f70d01050d";

function headerLength(start: Buffer): number {
  const length = start[1] ?? 0;
  return length > 0x80 ? 2 + (length & 0x7f) : 2;
}

function convert(named: string, format: string): QBError {
  return certificateError(
    `${named} is a ${format} store, which is not supported`,
    `Convert it: keytool -importkeystore -srckeystore STORE -srcstoretype ${format} -destkeystore STORE.pfx -deststoretype PKCS12`,
  );
}

function incomplete(named: string, what: string): QBError {
  return certificateError(
    `${named} is a ${what}`,
    "A server needs both: put them into one PEM file, or make a PFX: openssl pkcs12 -export -inkey KEY.pem -in CERTIFICATE.pem -out STORE.pfx",
  );
}
