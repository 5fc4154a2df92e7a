import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificateOptions {
  /** Default EC on P-256. */
  readonly algorithm?: "ec" | "rsa";
  /** Names and addresses it is for. Default `localhost` and `127.0.0.1`. */
  readonly names?: readonly string[];
  /** -1 makes one that ended yesterday. Default 2. */
  readonly days?: number;
  /** Whose key signs it. Default: its own. */
  readonly issuer?: Certificate;
  /** Whose key it has; default a new one. */
  readonly keyOf?: Certificate;
}

/** A certificate with its key, in files and as PEM. */
export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  readonly key: string;
  readonly cert: string;
}

const ALGORITHMS = {
  ec: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsa: ["rsa", "-pkeyopt", "rsa_keygen_bits:2048"],
} as const;

/** Certificates by openssl, in a folder of their own that lives as long as the test process. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { algorithm = "ec", names = ["localhost", "127.0.0.1"], days = 2, issuer, keyOf } = options;
  const folder = newFolder();
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "certificate.pem");
  if (keyOf === undefined) openssl(["genpkey", "-algorithm", ...ALGORITHMS[algorithm], "-out", keyFile]);
  else writeFileSync(keyFile, keyOf.key);
  const alternatives = names.map((name) => `${/^[\d.]+$|:/.test(name) ? "IP" : "DNS"}:${name}`).join();
  const request = join(folder, "request.pem");
  const extensions = ["-addext", `subjectAltName=${alternatives}`];
  openssl(["req", "-new", "-key", keyFile, "-subj", `/CN=${names[0]}`, ...extensions, "-out", request]);
  const signing =
    issuer === undefined ? ["-key", keyFile] : ["-CA", issuer.certificateFile, "-CAkey", issuer.keyFile];
  const common = ["-days", String(days), "-copy_extensions", "copyall", "-out", certificateFile];
  openssl(["x509", "-req", "-in", request, ...signing, ...common]);
  return withFiles(keyFile, certificateFile);
}

/** One that may sign others. */
export function makeAuthority(): Certificate {
  const folder = newFolder();
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "certificate.pem");
  const key = ["-newkey", ...ALGORITHMS.ec, "-nodes", "-keyout", keyFile];
  openssl(["req", "-x509", ...key, "-subj", "/CN=Test Authority", "-days", "2", "-out", certificateFile]);
  return withFiles(keyFile, certificateFile);
}

/** The base64 of its DER form. */
export function encoded({ certificateFile }: Certificate): string {
  return derOf(certificateFile).toString("base64");
}

export function derOf(certificateFile: string): Buffer {
  return openssl(["x509", "-in", certificateFile, "-outform", "der"]);
}

/** The pin as openssl computes it. */
export function pinOf({ certificateFile }: Pick<Certificate, "certificateFile">): string {
  const key = openssl(["x509", "-in", certificateFile, "-pubkey", "-noout"]);
  const der = openssl(["pkey", "-pubin", "-outform", "der"], key);
  return `sha256//${openssl(["dgst", "-sha256", "-binary"], der).toString("base64")}`;
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that lives as long as the test process. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-certificates-"));
  folders.push(folder);
  return folder;
}

function withFiles(keyFile: string, certificateFile: string): Certificate {
  const [key, cert] = [readFileSync(keyFile, "utf8"), readFileSync(certificateFile, "utf8")];
  return { keyFile, certificateFile, key, cert };
}

function openssl(parameters: readonly string[], input: Uint8Array = new Uint8Array()): Buffer {
  return execFileSync("openssl", parameters, { input, stdio: ["pipe", "pipe", "pipe"] });
}
