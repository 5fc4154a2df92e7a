import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { certificateError } from "./certificate-error.js";
import { checkStore, fileOf, nameOf, openStore, stampOf, type StoreLocation } from "./certificate-store.js";
import { checkUsable, type ServerIdentity } from "./server-identity.js";
import { checkStoreType } from "./store-types.js";
import { lookUp, subjectOf } from "./subject-look-up.js";

/** What names a certificate: where it is, and which of those there. */
export interface IdentityLocation {
  /** Name or number. Default `Auto`. */
  readonly storeType?: string | number;
  readonly store: string | Uint8Array;
  readonly storePassword?: string;
  /** Default `*`, the first. */
  readonly subject?: string;
}

/** A connector may have a store for each of its names; nothing else runs while the key of a password is derived. */
const LARGEST_CACHE = 256;
const cache = new Map<string, ServerIdentity>();

/**
 * The certificate with its private key. The last ones are kept, by all that names them and by how their files are, so that this
 * can be asked for each connection. Throws `QB_CERTIFICATE`, and `QB_INVALID_ARGUMENT` for a wrong type.
 */
export function readIdentity(wanted: IdentityLocation): ServerIdentity {
  const location: StoreLocation = {
    storeType: checkStoreType(wanted.storeType ?? "Auto"),
    store: checkStore(wanted.store),
    storePassword: wanted.storePassword ?? "",
  };
  const subject = wanted.subject ?? "*";
  const identity = findIdentity(location, subject);
  if (identity !== undefined) return identity;
  throw notFound(location, subject);
}

/** As `readIdentity`, but undefined when no certificate of the store has such a subject. */
export function findIdentity(location: StoreLocation, subject: string): ServerIdentity | undefined {
  const name = cacheName(location, subject);
  const known = cache.get(name);
  const identity = known ?? lookUp(openStore(location), subject);
  if (identity !== undefined) keep(name, known ?? checkUsable(identity));
  return identity;
}

function keep(name: string, identity: ServerIdentity): void {
  cache.delete(name);
  cache.set(name, identity);
  const [oldest] = cache.keys();
  if (cache.size > LARGEST_CACHE && oldest !== undefined) cache.delete(oldest);
}

export function notFound(location: StoreLocation, subject: string): Error {
  const there = openStore(location).slice(0, 10);
  const subjects = there.map(({ certificate }) => `"${subjectOf(certificate)}"`).join("; ");
  return certificateError(
    `no certificate in ${nameOf(location)} has the subject "${subject}"`,
    `Those with a private key there: ${subjects}. "*" takes the first.`,
  );
}

/** A digest, so that no password is kept here. */
function cacheName(location: StoreLocation, subject: string): string {
  const { storeType, store, storePassword } = location;
  const file = fileOf(location);
  const stamp = stampBefore(location);
  const content = typeof store === "string" ? store : Buffer.from(store).toString("base64");
  const named = file === undefined ? content : resolve(file);
  const all = JSON.stringify([storeType, named, storePassword, subject, stamp]);
  return createHash("sha256").update(all).digest("base64");
}

/** What is wrong with the store is said by who reads it. */
function stampBefore(location: StoreLocation): string {
  try {
    return stampOf(location) ?? "";
  } catch {
    return "";
  }
}
