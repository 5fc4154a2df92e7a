import { randomBytes } from "node:crypto";
import { native, type Native, type NativeLibrary } from "./native.js";

/** Whose certificate stores: those of the account that runs this, or of the machine. */
export type StoreOwner = "user" | "machine";

/** A certificate store of Windows, as `MY` of the user. */
export interface WindowsStore {
  readonly owner: StoreOwner;
  readonly name: string;
}

export interface StoredCertificate {
  readonly der: Buffer;
  /** Windows knows where its private key is. Whether the key may leave there is another matter. */
  readonly hasKey: boolean;
}

/** A certificate and its private key in PKCS#12, under a password that nobody else knows. */
export interface ExportedCertificate {
  readonly pfx: Buffer;
  readonly password: string;
}

/** What Windows answered when something failed. */
export class CertificateStoreFailure extends Error {
  override readonly name = "CertificateStoreFailure";
  readonly step: "open" | "find" | "export";
  /** As `0x8009000B`. */
  readonly code: string;

  constructor(step: CertificateStoreFailure["step"], lastError: number) {
    const code = `0x${lastError.toString(16).toUpperCase().padStart(8, "0")}`;
    super(`Windows answers ${code}`);
    this.step = step;
    this.code = code;
  }
}

const CERT_STORE_PROV_MEMORY = 2n;
const CERT_STORE_PROV_SYSTEM_W = 10n;
const CERT_SYSTEM_STORE = Object.freeze({ user: 0x1_0000, machine: 0x2_0000 });
const CERT_STORE_OPEN_EXISTING_FLAG = 0x4000;
const CERT_STORE_READONLY_FLAG = 0x8000;
const CERT_STORE_ADD_ALWAYS = 4;
const CERT_KEY_PROV_INFO_PROP_ID = 2;
/** EXPORT_PRIVATE_KEYS, and failures instead of certificates without their key. */
const EXPORT_FLAGS = 0x4 | 0x2 | 0x1;
const ERROR_NOT_FOUND = 0x8009_2004;

/** The certificates of a store, in its order. Throws `CertificateStoreFailure`, `QB_PLATFORM`. */
export function listCertificates(store: WindowsStore, library = "crypt32.dll"): StoredCertificate[] {
  const crypt = new Crypt32(library);
  return crypt.withSystemStore(store, (handle) => {
    const listed: StoredCertificate[] = [];
    for (const context of crypt.contextsOf(handle))
      listed.push({ der: crypt.derOf(context), hasKey: crypt.hasKey(context) });
    return listed;
  });
}

/** One certificate of a store with its private key. Throws `CertificateStoreFailure`, `QB_PLATFORM`. */
export function exportCertificate(
  store: WindowsStore,
  der: Uint8Array,
  library = "crypt32.dll",
): ExportedCertificate {
  const crypt = new Crypt32(library);
  return crypt.withSystemStore(store, (handle) => {
    for (const context of crypt.contextsOf(handle)) {
      if (crypt.derOf(context).equals(der) && crypt.hasKey(context)) return crypt.exportOf(context);
    }
    throw new CertificateStoreFailure("find", ERROR_NOT_FOUND);
  });
}

/** The calls of crypt32, with whatever they give freed again. */
class Crypt32 {
  readonly #native: Native = native();
  readonly #calls: ReturnType<typeof callsOf>;

  constructor(library: string) {
    this.#calls = loaded.get(library) ?? callsOf(this.#native, library);
    loaded.set(library, this.#calls);
  }

  withSystemStore<Result>({ owner, name }: WindowsStore, use: (handle: bigint) => Result): Result {
    const flags = CERT_SYSTEM_STORE[owner] | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG;
    return this.#withStore(CERT_STORE_PROV_SYSTEM_W, flags, name, use);
  }

  #withStore<Result>(
    provider: bigint,
    flags: number,
    name: string | null,
    use: (handle: bigint) => Result,
  ): Result {
    const handle = this.#calls.openStore(provider, 0, 0n, flags, name);
    if (!handle) throw this.#failure("open");
    try {
      return use(handle);
    } finally {
      this.#calls.closeStore(handle, 0);
    }
  }

  /** Each is freed when the next is asked for: not to be collected. The last one is freed when the loop ends early. */
  *contextsOf(handle: bigint): Generator<bigint> {
    let context = this.#calls.nextCertificate(handle, null);
    try {
      while (context) {
        yield context;
        const before = context;
        context = null;
        context = this.#calls.nextCertificate(handle, before);
      }
    } finally {
      if (context) this.#calls.freeCertificate(context);
    }
  }

  /** A CERT_CONTEXT has the encoding's kind, a pointer to the certificate, and its length. */
  derOf(context: bigint): Buffer {
    const { pointerSize } = this.#native;
    const head = this.#native.view(context, 3 * pointerSize);
    const length = head.getUint32(2 * pointerSize, true);
    const bytes = this.#native.view(this.#pointerIn(head, pointerSize), length);
    return Buffer.from(new Uint8Array(bytes.buffer, bytes.byteOffset, length));
  }

  hasKey(context: bigint): boolean {
    return this.#calls.property(context, CERT_KEY_PROV_INFO_PROP_ID, null, Buffer.alloc(4)) !== 0;
  }

  /** A store in memory with this certificate alone, because one key that cannot be exported spoils the whole. */
  exportOf(context: bigint): ExportedCertificate {
    return this.#withStore(CERT_STORE_PROV_MEMORY, 0, null, (memory) => {
      if (this.#calls.addCertificate(memory, context, CERT_STORE_ADD_ALWAYS, null) === 0)
        throw this.#failure("export");
      const password = randomBytes(24).toString("base64");
      return { pfx: this.#pfxOf(memory, password), password };
    });
  }

  /** The first call gives the length. CRYPT_DATA_BLOB is a length and a pointer. */
  #pfxOf(store: bigint, password: string): Buffer {
    const { pointerSize } = this.#native;
    const blob = Buffer.alloc(2 * pointerSize);
    const write = (): void => {
      if (this.#calls.exportPfx(store, blob, password, null, EXPORT_FLAGS) === 0)
        throw this.#failure("export");
    };
    write();
    const place = this.#calls.allocate(blob.readUInt32LE(0));
    if (!place) throw this.#failure("export");
    try {
      if (pointerSize === 8) blob.writeBigUInt64LE(place, pointerSize);
      else blob.writeUInt32LE(Number(place), pointerSize);
      write();
      const bytes = this.#native.view(place, blob.readUInt32LE(0));
      return Buffer.from(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } finally {
      this.#calls.free(place);
    }
  }

  #pointerIn(view: DataView, offset: number): bigint {
    return this.#native.pointerSize === 8
      ? view.getBigUint64(offset, true)
      : BigInt(view.getUint32(offset, true));
  }

  #failure(step: CertificateStoreFailure["step"]): CertificateStoreFailure {
    return new CertificateStoreFailure(step, this.#calls.lastError());
  }
}

type Address = bigint | null;

const loaded = new Map<string, ReturnType<typeof callsOf>>();

function callsOf(native: Native, file: string) {
  const crypt: NativeLibrary = native.open(file);
  return {
    openStore: crypt.define<Address>(
      "void *__stdcall CertOpenStore(void *provider, uint32_t encoding, uintptr_t csp, uint32_t flags, str16 name)",
    ),
    closeStore: crypt.define<number>("int32_t __stdcall CertCloseStore(void *store, uint32_t flags)"),
    nextCertificate: crypt.define<Address>(
      "void *__stdcall CertEnumCertificatesInStore(void *store, void *before)",
    ),
    freeCertificate: crypt.define<number>("int32_t __stdcall CertFreeCertificateContext(void *certificate)"),
    property: crypt.define<number>(
      "int32_t __stdcall CertGetCertificateContextProperty(void *certificate, uint32_t property, void *data, void *size)",
    ),
    addCertificate: crypt.define<number>(
      "int32_t __stdcall CertAddCertificateContextToStore(void *store, void *certificate, uint32_t how, void *copy)",
    ),
    exportPfx: crypt.define<number>(
      "int32_t __stdcall PFXExportCertStoreEx(void *store, void *blob, str16 password, void *parameter, uint32_t flags)",
    ),
    allocate: crypt.define<Address>("void *__stdcall CryptMemAlloc(uint32_t size)"),
    free: crypt.define<void>("void __stdcall CryptMemFree(void *memory)"),
    lastError: native.open("kernel32.dll").define<number>("uint32_t __stdcall GetLastError()"),
  };
}
