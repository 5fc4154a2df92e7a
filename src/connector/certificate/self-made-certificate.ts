import { generateKeyPairSync, randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { isIP } from "node:net";
import { forge } from "./packages.js";
import { subjectOf } from "./subject-look-up.js";
import { DAY_MS } from "./validity.js";

const VALID_DAYS = 730;
/** By this organization a certificate that was made here is known. */
const ORGANIZATION = "qbconnector self-made";

export function makeKey(): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
}

/** A self-signed certificate of this machine for the key, valid from a day ago, for clocks that are behind. */
export function makeCertificate(key: KeyObject): X509Certificate {
  const { md, pki } = forge();
  const certificate = pki.createCertificate();
  const privateKey = pki.privateKeyFromPem(key.export({ type: "pkcs1", format: "pem" }) as string);
  certificate.publicKey = pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + VALID_DAYS * DAY_MS);
  const names = [
    { name: "organizationName", value: ORGANIZATION },
    { name: "commonName", value: commonName() },
  ];
  certificate.setSubject(names);
  certificate.setIssuer(names);
  certificate.setExtensions(extensions());
  certificate.sign(privateKey, md.sha256.create());
  return new X509Certificate(pki.certificateToPem(certificate));
}

/** Made by `makeCertificate`, here or elsewhere. */
export function isSelfMade(certificate: X509Certificate): boolean {
  return (
    certificate.subject === certificate.issuer &&
    subjectOf(certificate).split(", ").includes(`O=${ORGANIZATION}`)
  );
}

/** Less than a certificate authority: who trusts it trusts this machine, not whatever its key may sign. */
function extensions(): object[] {
  return [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectKeyIdentifier" },
    { name: "subjectAltName", altNames: alternativeNames() },
  ];
}

const DNS_NAME = 2;
const ADDRESS = 7;

/** Under what names and addresses clients may reach this machine, as far as it knows them itself. */
function alternativeNames(): object[] {
  const names = ["localhost", hostname()].filter(isHostName);
  const addresses = ["127.0.0.1", "::1", ...ownAddresses()];
  return [
    ...[...new Set(names)].map((value) => ({ type: DNS_NAME, value })),
    ...[...new Set(addresses)].map((ip) => ({ type: ADDRESS, ip })),
  ];
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((of) => of ?? []);
  // A link-local IPv6 address says nothing without its interface, which a URL cannot carry.
  return all.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
}

function isHostName(name: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/.test(name) && isIP(name) === 0;
}

/** A common name has at most 64 characters. */
function commonName(): string {
  const name = hostname();
  return isHostName(name) && name.length <= 64 ? name : "localhost";
}

/** Positive, of 16 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString("hex");
}
