import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Runs openssl and gives what it prints; fails with what it complains of. It ends by itself after 30 s. */
export function openssl(parameters: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync("openssl", parameters, {
    input,
    encoding: "utf8",
    timeout: 30_000,
    maxBuffer: 1e8,
  });
  if (error !== undefined) throw new Error("openssl is missing: apt-get install openssl", { cause: error });
  if (status !== 0) throw new Error(`openssl ${parameters.join(" ")}: ${stderr}`);
  return stdout;
}

export type KeyKind = "RSA" | "RSA-PSS" | "P-256" | "Ed25519";

const KEY_OPTIONS: Readonly<Record<KeyKind, readonly string[]>> = {
  RSA: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  "RSA-PSS": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
  "P-256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  Ed25519: ["-algorithm", "ED25519"],
};

/** A private key and its certificate in PEM files. */
export interface Issued {
  readonly key: string;
  readonly certificate: string;
}

export interface Wanted {
  readonly kind?: KeyKind;
  /** As openssl writes it: `/O=Foo/CN=www.foo.com`. Default `/O=Foo Inc/CN=NAME.foo.com`. */
  readonly subject?: string;
  /** Default 100; -1 has expired. */
  readonly days?: number;
  /** Lines of an extension file. */
  readonly extensions?: readonly string[];
}

/** Without key identifiers issuers can only be told apart by their signatures. */
const NO_IDENTIFIERS = ["subjectKeyIdentifier=none", "authorityKeyIdentifier=none"];
const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign", ...NO_IDENTIFIERS];
const SERVER = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:localhost,IP:127.0.0.1", ...NO_IDENTIFIERS];

/** A root authority, an intermediate one below it, and what they issue, all made by openssl in one folder. */
export class TestAuthority {
  readonly folder: string;
  readonly root: Issued;
  readonly intermediate: Issued;

  constructor(folder: string) {
    this.folder = folder;
    const authority = { extensions: AUTHORITY };
    this.root = this.#issue("root", { ...authority, subject: "/O=Foo Inc/CN=Foo Root" });
    this.intermediate = this.#issue(
      "intermediate",
      { ...authority, subject: "/O=Foo Inc/CN=Foo Issuing" },
      this.root,
    );
  }

  /** A server's certificate, from the intermediate authority. */
  issue(name: string, wanted: Wanted = {}): Issued {
    return this.#issue(name, wanted, this.intermediate);
  }

  /** Several PEM files in one, in the given order. */
  bundle(name: string, files: readonly string[]): string {
    const bundle = join(this.folder, name);
    writeFileSync(bundle, "");
    for (const file of files) appendFileSync(bundle, readFileSync(file));
    return bundle;
  }

  /** A PKCS#12 file of the certificate and the authorities above it. */
  pfx(name: string, { key, certificate }: Issued, password: string, more: readonly string[] = []): string {
    const file = join(this.folder, name);
    const issuers = this.bundle("issuers.pem", [this.root.certificate, this.intermediate.certificate]);
    const content = ["-inkey", key, "-in", certificate, "-certfile", issuers];
    openssl(["pkcs12", "-export", ...content, "-passout", `pass:${password}`, ...more, "-out", file]);
    return file;
  }

  #issue(name: string, wanted: Wanted, issuer?: Issued): Issued {
    const { kind = "RSA", subject = `/O=Foo Inc/CN=${name}.foo.com`, days = 100 } = wanted;
    const [key, certificate] = [join(this.folder, `${name}.key`), join(this.folder, `${name}.pem`)];
    const [request, extensions] = [join(this.folder, `${name}.csr`), join(this.folder, `${name}.ext`)];
    openssl(["genpkey", ...KEY_OPTIONS[kind], "-out", key]);
    openssl(["req", "-new", "-key", key, "-subj", subject, "-out", request]);
    writeFileSync(extensions, (wanted.extensions ?? SERVER).join("\n"));
    const signer =
      issuer === undefined ? ["-signkey", key] : ["-CA", issuer.certificate, "-CAkey", issuer.key];
    const serial = ["-set_serial", String(Math.floor(Math.random() * 1e15))];
    const dates = ["-days", String(days), "-extfile", extensions];
    openssl(["x509", "-req", "-in", request, ...signer, ...serial, ...dates, "-out", certificate]);
    return { key, certificate };
  }
}
