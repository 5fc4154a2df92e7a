import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { certificateError } from "./certificate-error.js";
import { checkEffort } from "./decryption.js";
import { damaged, wrongPassword, type StoreContent } from "./store-content.js";

interface Block {
  readonly label: string;
  readonly text: string;
}

const CERTIFICATES = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
const LARGEST_NUMBER_OF_BLOCKS = 1000;

/** Reads certificates and private keys from PEM, in any order; what else is there does not matter. Throws `QB_CERTIFICATE`. */
export function readPem(text: string, password: string, named: string): StoreContent {
  const blocks = blocksIn(text, named);
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const certificates = blocks.filter(({ label }) => CERTIFICATES.has(label));
  if (keys.length + certificates.length === 0) throw foreign(blocks, named);
  return {
    keys: keys.map((block) => readPemKey(block, password, named)),
    certificates: certificates.map((block) => readPemCertificate(block, named)),
  };
}

/** Line by line: a search over all of the text for each beginning would take for ever on a hostile one. */
function blocksIn(text: string, named: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, verb, label = ""] = /^\s*-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----\s*$/.exec(line) ?? [];
    if (verb === "BEGIN") lines = [line.trim()];
    else if (lines.length > 0) lines.push(line.trim());
    if (verb !== "END" || lines[0] !== `-----BEGIN ${label}-----`) continue;
    blocks.push({ label, text: `${lines.join("\n")}\n` });
    lines = [];
    if (blocks.length > LARGEST_NUMBER_OF_BLOCKS) throw damaged(named, "PEM");
  }
  return blocks;
}

function readPemCertificate({ text }: Block, named: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw damaged(named, "PEM");
  }
}

function readPemKey({ label, text }: Block, password: string, named: string): KeyObject {
  const isEncrypted = label.startsWith("ENCRYPTED") || /^Proc-Type: *4, *ENCRYPTED/m.test(text);
  if (isEncrypted && password === "") {
    throw certificateError(`${named}: the private key is encrypted`, "Give its password as storePassword.");
  }
  if (label.startsWith("ENCRYPTED")) checkEffort(derOf(text), named);
  try {
    return createPrivateKey({ key: text, format: "pem", passphrase: password });
  } catch (cause) {
    if (isEncrypted) throw wrongPassword(named, cause);
    throw certificateError(
      `${named} holds a private key that cannot be read`,
      "Use an RSA, EC or Ed25519 key in PEM.",
      cause,
    );
  }
}

function derOf(text: string): Buffer {
  return Buffer.from(text.replace(/^-----.*$/gm, ""), "base64");
}

function foreign(blocks: readonly Block[], named: string): Error {
  const [first] = blocks;
  if (first === undefined) return damaged(named, "PEM");
  return certificateError(
    `${named} holds "${first.label}", neither a certificate nor a private key`,
    "Use a PEM file with the certificate and its private key.",
  );
}
