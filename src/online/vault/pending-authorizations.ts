import { createHash } from "node:crypto";
import { QBError } from "../../errors.js";
import type { TokenVault } from "./token-vault.js";
import type { PendingAuthorization, VaultRecord } from "./vault-record.js";

const MOST_KEPT = 100;
/** Longer than any code lives. */
const CODE_MEMORY_MS = 86_400_000;

export async function addPending(vault: TokenVault, pending: PendingAuthorization): Promise<void> {
  await vault.change((record) => ({
    ...record,
    pending: [...waiting(record, vault.now()), pending].slice(-MOST_KEPT),
  }));
}

/** The authorization that was begun with this state; it can be taken once. Throws `QB_AUTHORIZATION_STATE`. */
export async function takePending(vault: TokenVault, state: string): Promise<PendingAuthorization> {
  const [taken] = await take(vault, (pending) => pending.state === state);
  if (taken !== undefined) return taken;
  throw new QBError(
    "QB_AUTHORIZATION_STATE",
    "no authorization waits for this state: it was never begun here, was used already, or took too long",
  );
}

/** For a code without state: the authorization that waits for this callback, when it is the only one. */
export async function takeOnlyPending(
  vault: TokenVault,
  callbackURL: string,
): Promise<PendingAuthorization | undefined> {
  const [only, another] = await take(vault, (pending) => pending.callbackURL === callbackURL, 1);
  if (another === undefined) return only;
  throw new QBError(
    "QB_AUTHORIZATION_STATE",
    "several authorizations were begun: the code alone does not say whose it is",
    {
      advice: "Give the whole URL to which the browser was sent at the end.",
    },
  );
}

/** Takes all that match, or none when they are more than `most`. */
async function take(
  vault: TokenVault,
  matches: (pending: PendingAuthorization) => boolean,
  most = MOST_KEPT,
): Promise<readonly PendingAuthorization[]> {
  let found: readonly PendingAuthorization[] = [];
  await vault.change((record) => {
    const all = waiting(record, vault.now());
    found = all.filter(matches);
    if (found.length === 0 || found.length > most) return record;
    return { ...record, pending: all.filter((pending) => !matches(pending)) };
  });
  return found;
}

/** Remembers that a code is exchanged now. Throws `QB_AUTHORIZATION_CODE` when it was before, by whichever process. */
export async function claimCode(vault: TokenVault, code: string): Promise<void> {
  const hash = createHash("sha256").update(code).digest("base64url");
  await vault.change((record) => {
    const now = vault.now();
    const remembered = record.usedCodes.filter(({ until }) => until > now);
    if (remembered.some((used) => used.hash === hash)) throw usedBefore();
    return { ...record, usedCodes: [...remembered, { hash, until: now + CODE_MEMORY_MS }].slice(-MOST_KEPT) };
  });
}

function waiting({ pending }: VaultRecord, now: number): readonly PendingAuthorization[] {
  return pending.filter(({ expiresAt }) => expiresAt > now);
}

function usedBefore(): QBError {
  return new QBError("QB_AUTHORIZATION_CODE", "this code was exchanged before; a code works once");
}
