import { createPrivateKey, type X509Certificate } from "node:crypto";
import { QBError } from "../../errors.js";
import { certificateError } from "./certificate-error.js";
import {
  checkStore,
  fileOf,
  nameOf,
  openStore,
  stampOf,
  windowsStoreOf,
  type StoreLocation,
} from "./certificate-store.js";
import { FollowedIdentity, type IdentitySource } from "./followed-identity.js";
import { readPem } from "./pem-store.js";
import { publicCertificate, type PublicCertificate } from "./public-certificate.js";
import { findIdentity, notFound, readIdentity, type IdentityLocation } from "./read-identity.js";
import { isDueForRenewal, openSelfMade, readSelfMade, renewSelfMade } from "./self-made-file.js";
import { checkUsable, makeIdentity, type ServerIdentity } from "./server-identity.js";
import { identitiesOf } from "./store-content.js";
import { checkStoreType, type CertificateStoreType } from "./store-types.js";
import { fileStamp } from "./store-watch.js";
import { subjectOf } from "./subject-look-up.js";
import { validityWarning } from "./validity.js";

export interface ServerCertificateOptions {
  /** The name of a file or of a store of Windows, or the content: text (PEM or base64) or bytes. */
  readonly store?: string | Uint8Array;
  /** Name, or number of the component. Default `Auto`: what the content shows. */
  readonly storeType?: CertificateStoreType | number;
  readonly storePassword?: string;
  /** Which certificate of the store. Default `*`, the first. */
  readonly subject?: string;
  /** Instead of a store: the certificate and its private key in PEM. Without the key, that is looked for in the store. */
  readonly encoded?: string;
}

interface ServerCertificateSurroundings {
  /** Where the self-made certificate is kept. */
  readonly selfMadeFile: () => string;
  /** Hears what went wrong while the certificate from before stays in use. */
  readonly onError?: (error: QBError) => void;
}

type Choice =
  { readonly by: "subject"; readonly text: string } | { readonly by: "encoded"; readonly text: string };

const OPTIONS = new Set(["store", "storeType", "storePassword", "subject", "encoded"]);

/**
 * The connector's certificate, with its private key. Without `store` and `encoded` it is made on first use and kept in a file.
 *
 * Neither the key nor the password can be read from it. A certificate that does not work is `QB_CERTIFICATE`.
 */
export class ServerCertificate {
  readonly #surroundings: ServerCertificateSurroundings;
  #storeType: CertificateStoreType = "Auto";
  #store: string | Uint8Array = "";
  #storePassword = "";
  #choice: Choice | undefined;
  #followed: FollowedIdentity | undefined;

  /** @internal */
  constructor(surroundings: ServerCertificateSurroundings, options: ServerCertificateOptions = {}) {
    this.#surroundings = surroundings;
    this.reset(options);
  }

  /** @internal Forgets everything and takes the options; their store is read on first use. Throws `QB_INVALID_ARGUMENT`. */
  reset(options: ServerCertificateOptions = {}): void {
    checkOptions(options);
    const storeType = checkStoreType(options.storeType ?? "Auto");
    const store = checkStore(options.store ?? "");
    this.#storeType = storeType;
    this.#store = store;
    this.#storePassword = options.storePassword ?? "";
    this.#choice = choiceOf(options);
    this.#followed = undefined;
  }

  /** What kind of store it is; default `Auto`. Takes numbers of the component, too. */
  get storeType(): CertificateStoreType {
    return this.#storeType;
  }

  set storeType(type: CertificateStoreType | number) {
    this.#storeType = checkStoreType(type);
    this.#forgetSubject();
  }

  /** The name of the store or its file, or its content. Content reads back empty, because the private key is in it. */
  get store(): string {
    return fileOf(this.#location) ?? windowsStoreOf(this.#location)?.name ?? "";
  }

  set store(store: string | Uint8Array) {
    this.#store = checkStore(store);
    this.#choose(undefined);
  }

  /** Reads back empty. */
  get storePassword(): string {
    return "";
  }

  set storePassword(password: string) {
    this.#storePassword = checkText("storePassword", password);
    this.#forgetSubject();
  }

  /**
   * The subject of the certificate in use, empty when there is none. Setting it looks for it in the store: exactly this one, else
   * the first that contains the text; `*` takes the first. Set it after the store.
   */
  get subject(): string {
    const inUse = this.#inUse();
    return inUse === undefined ? "" : subjectOf(inUse.certificate);
  }

  set subject(subject: string) {
    const text = checkText("subject", subject);
    this.#choose(undefined);
    if (this.#hasStore && findIdentity(this.#location, text) !== undefined)
      this.#choose({ by: "subject", text });
  }

  /** The certificate in use in PEM, without its key; empty when there is none. May be set to PEM with the key in it. */
  get encoded(): string {
    return this.#inUse()?.certificate.toString() ?? "";
  }

  set encoded(pem: string) {
    const text = checkText("encoded", pem);
    this.#choose(undefined);
    if (text === "") return;
    this.#fromEncoded(text);
    this.#choose({ by: "encoded", text });
  }

  /** What to hand to clients: the certificate without its key, and its pin. Makes the self-made certificate when needed. */
  exportPublic(): PublicCertificate {
    return publicCertificate(this.identity().certificate);
  }

  /** @internal What to serve with now; cheap enough to be asked for each connection. Throws `QB_CERTIFICATE`. */
  identity(): ServerIdentity {
    this.#followed ??= new FollowedIdentity(this.#source(), (error) => this.#surroundings.onError?.(error));
    return this.#followed.identity;
  }

  /** @internal The certificate for one connection; a blank store and password are its own. Throws `QB_CERTIFICATE`. */
  identityFor({ storeType, store, storePassword = "", subject }: IdentityLocation): ServerIdentity {
    const isOwn = store.length === 0 || store === this.#store;
    if (isOwn && !this.#hasStore) return this.identity();
    return readIdentity({
      storeType: storeType ?? this.#storeType,
      store: isOwn ? this.#store : store,
      storePassword: isOwn && storePassword === "" ? this.#storePassword : storePassword,
      subject: subject || "*",
    });
  }

  /** @internal What an operator should hear of the dates of the certificate in use. */
  warning(): string | undefined {
    return validityWarning(this.identity().certificate);
  }

  get #location(): StoreLocation {
    return { storeType: this.#storeType, store: this.#store, storePassword: this.#storePassword };
  }

  get #hasStore(): boolean {
    return this.#store.length > 0;
  }

  #choose(choice: Choice | undefined): void {
    this.#choice = choice;
    this.#followed = undefined;
  }

  #forgetSubject(): void {
    this.#choose(this.#choice?.by === "encoded" ? this.#choice : undefined);
  }

  /** Does not make a self-made one; that nothing works is said by `identity()`. */
  #inUse(): ServerIdentity | undefined {
    if (this.#followed === undefined && this.#choice === undefined) return undefined;
    try {
      return this.identity();
    } catch {
      return undefined;
    }
  }

  #source(): IdentitySource {
    const choice = this.#choice;
    if (choice === undefined && !this.#hasStore) return selfMadeSource(this.#surroundings.selfMadeFile());
    const open = (): ServerIdentity => this.#open(choice);
    const location = this.#location;
    return { stamp: this.#hasStore ? () => stampOf(location) : undefined, open, reopen: open };
  }

  #open(choice: Choice | undefined): ServerIdentity {
    if (choice === undefined) throw nothingChosen(nameOf(this.#location));
    if (choice.by === "encoded") return this.#fromEncoded(choice.text);
    const identity = findIdentity(this.#location, choice.text);
    if (identity !== undefined) return identity;
    throw notFound(this.#location, choice.text);
  }

  #fromEncoded(text: string): ServerIdentity {
    const content = readPem(framed(text), this.#storePassword, "encoded");
    const [certificate] = content.certificates;
    if (certificate === undefined || content.keys.length > 0 || !this.#hasStore) {
      const [complete] = identitiesOf(content, "encoded");
      if (complete !== undefined) return checkUsable(complete);
    }
    const stored = openStore(this.#location);
    const owner = stored.find(({ certificate: one }) => hasSameKey(one, certificate));
    if (certificate === undefined || owner === undefined) throw withoutKey(nameOf(this.#location));
    const others = [...content.certificates, ...owner.chain];
    return checkUsable(makeIdentity(createPrivateKey(owner.key), certificate, others));
  }
}

function checkOptions(options: ServerCertificateOptions): void {
  if (typeof options !== "object" || options === null) throw invalid("sslCert must be an object");
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) throw invalid(`sslCert has no option "${unknown}"`);
  const { storePassword = "", subject, encoded = "", store = "" } = options;
  checkText("storePassword", storePassword);
  checkText("subject", subject ?? "");
  checkText("encoded", encoded);
  if (subject !== undefined && encoded !== "") throw invalid("sslCert takes subject or encoded, not both");
  if (subject !== undefined && checkStore(store).length === 0)
    throw invalid("sslCert.subject needs a store to look in");
}

function choiceOf({ store = "", subject = "*", encoded = "" }: ServerCertificateOptions): Choice | undefined {
  if (encoded !== "") return { by: "encoded", text: encoded };
  return store.length > 0 ? { by: "subject", text: subject } : undefined;
}

function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw invalid(`sslCert.${name} must be text`);
}

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}

function selfMadeSource(file: string): IdentitySource {
  return {
    stamp: () => fileStamp(file),
    open: () => openSelfMade(file),
    reopen: () => readSelfMade(file) ?? gone(file),
    renewal: { isDue: isDueForRenewal, renew: (identity) => renewSelfMade(file, identity) },
  };
}

/** While it is in use no new one is made, because its key, and so its pin, would be another. */
function gone(file: string): never {
  throw certificateError(
    `${file}, the self-made certificate, is gone; the connector goes on with what it has`,
    "Put the file back; after a restart there would be a new certificate, with a new pin.",
  );
}

function nothingChosen(named: string): Error {
  return certificateError(
    `no certificate of ${named} is chosen`,
    'Set sslCert.subject last, after store, storeType and storePassword; "*" takes the first certificate.',
  );
}

function withoutKey(named: string): Error {
  return certificateError(
    `the private key of sslCert.encoded is neither there nor in ${named}`,
    "Give the private key in the same PEM, or the store that holds it.",
  );
}

function hasSameKey(one: X509Certificate, other: X509Certificate | undefined): boolean {
  return other !== undefined && one.publicKey.equals(other.publicKey);
}

/** The bare base64 of a certificate gets the frame of PEM. */
function framed(text: string): string {
  return text.includes("-----BEGIN ")
    ? text
    : `-----BEGIN CERTIFICATE-----\n${text.trim()}\n-----END CERTIFICATE-----\n`;
}
