import { readFileSync } from "node:fs";
import { join } from "node:path";
import { native } from "../../../dist/windows/native.js";
import type { WindowsStore } from "../../../dist/windows/certificate-stores.js";
import { stubFolder } from "./stub-libraries.js";

const CERT_STORE_PROV_SYSTEM_W = 10n;
const FLAGS = { user: 0x1_0000, machine: 0x2_0000 };
const CERT_STORE_DELETE_FLAG = 0x10;
const X509_ASN_ENCODING = 1;
const CERT_STORE_ADD_REPLACE_EXISTING = 3;
const CERT_KEY_PROV_INFO_PROP_ID = 2;

function calls() {
  const crypt = native().open("crypt32.dll");
  return {
    open: crypt.define<bigint | null>(
      "void *__stdcall CertOpenStore(void *provider, uint32_t encoding, uintptr_t csp, uint32_t flags, str16 name)",
    ),
    close: crypt.define<number>("int32_t __stdcall CertCloseStore(void *store, uint32_t flags)"),
    add: crypt.define<number>(
      "int32_t __stdcall CertAddEncodedCertificateToStore(void *store, uint32_t kind, void *der, uint32_t length, uint32_t how, void *context)",
    ),
    setProperty: crypt.define<number>(
      "int32_t __stdcall CertSetCertificateContextProperty(void *certificate, uint32_t property, uint32_t flags, void *data)",
    ),
    free: crypt.define<number>("int32_t __stdcall CertFreeCertificateContext(void *certificate)"),
    allocate: crypt.define<bigint>("void *__stdcall CryptMemAlloc(uint32_t size)"),
  };
}

/** One of the certificates that `stub-libraries/build.mjs` made. */
export function madeCertificate(name: string, extension: "der" | "pem" | "key"): Buffer {
  return readFileSync(join(stubFolder(), `${name}.${extension}`));
}

/** Puts certificates into a real store, which comes into being; those of `withKey` point to a private key. */
export function fillStore(
  { owner, name }: WindowsStore,
  certificates: Readonly<Record<string, boolean>>,
): void {
  const { open, close, add, setProperty, free } = calls();
  const store = open(CERT_STORE_PROV_SYSTEM_W, 0, 0n, FLAGS[owner], name);
  if (!store) throw new Error(`cannot open ${name}`);
  for (const [certificate, withKey] of Object.entries(certificates)) {
    const der = madeCertificate(certificate, "der");
    const place = Buffer.alloc(8);
    if (add(store, X509_ASN_ENCODING, der, der.length, CERT_STORE_ADD_REPLACE_EXISTING, place) === 0)
      throw new Error(`cannot add ${certificate}`);
    const context = place.readBigUInt64LE(0);
    if (withKey) setProperty(context, CERT_KEY_PROV_INFO_PROP_ID, 0, keyProviderInfo(certificate));
    free(context);
  }
  close(store, 0);
}

export function deleteStore({ owner, name }: WindowsStore): void {
  calls().open(CERT_STORE_PROV_SYSTEM_W, 0, 0n, FLAGS[owner] | CERT_STORE_DELETE_FLAG, name);
}

/** CRYPT_KEY_PROV_INFO: the names of container and provider, type, flags, no parameters, and which key. */
function keyProviderInfo(container: string): Buffer {
  const info = Buffer.alloc(48);
  info.writeBigUInt64LE(wideText(`qbconnector ${container}`), 0);
  info.writeBigUInt64LE(wideText("Microsoft Enhanced Cryptographic Provider v1.0"), 8);
  info.writeUInt32LE(1, 16);
  info.writeUInt32LE(1, 40);
  return info;
}

function wideText(text: string): bigint {
  const bytes = Buffer.from(`${text}\0`, "utf16le");
  const address = calls().allocate(bytes.length);
  const view = native().view(address, bytes.length);
  bytes.forEach((byte, index) => view.setUint8(index, byte));
  return address;
}
