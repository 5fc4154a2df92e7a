import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { QBError } from "../errors.js";
import { FairQueue } from "../quickbooks/fair-queue.js";
import type { AuthorizedUser, AuthorizedUsers } from "./authorized-users.js";
import { networkOf, type LoginThrottle } from "./login-throttle.js";
import { IMPOSSIBLE_HASH, verifyPassword } from "./password-hash.js";
import type { WindowsAccounts } from "./windows-accounts.js";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Verdict {
  readonly credentials: Credentials;
  /** The listed user whose name and password match. */
  readonly match: AuthorizedUser | undefined;
  /** Stands for the header; undefined when there were no credentials. */
  readonly digest: string | undefined;
}

/** What was made of the header that a connection sent last: it mostly sends the same one again. */
export interface SeenHeader {
  bytes: Buffer;
  digest: string;
  credentials: Credentials;
}

/** Where a login comes from. */
export interface LoginPlace {
  readonly address: string;
  readonly lastHeader: SeenHeader;
}

export interface AuthenticatorOptions {
  readonly users: AuthorizedUsers;
  readonly throttle: LoginThrottle;
  readonly windowsAccounts: WindowsAccounts;
}

interface Candidate {
  readonly user: AuthorizedUser;
  readonly revision: number;
}

/** A listed user whose credentials are right, or have to be judged by Windows. */
interface Compared extends Candidate {
  readonly byWindows: boolean;
}

interface Verified extends Candidate {
  /** Windows is asked again from time to time, because its passwords change without notice. */
  readonly until: number;
}

const NOBODY: Credentials = Object.freeze({ user: "", password: "" });
const NO_CREDENTIALS: Verdict = Object.freeze({ credentials: NOBODY, match: undefined, digest: undefined });
const WINDOWS_HOLDS_MS = 300_000;
const MAX_REMEMBERED = 1_000;
const MAX_CHECKS_AT_ONCE = 2;
/** Of one network. */
const MAX_CHECKS_WAITING = 64;

/**
 * Finds out who sent an Authorization header.
 *
 * A password is checked with scrypt once; after that the header itself is recognised by a keyed digest, until the user's
 * entry changes. Recognised headers are never throttled. An unknown user costs the same work as a wrong password.
 *
 * A Windows account is asked about again after a while. Its header, once right, is not throttled then either: else whoever guesses
 * would shut the account's owner out.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #key = randomBytes(32);
  readonly #verified = new Map<string, Verified>();
  /** Headers that a listener let in although nobody on the list matches, with the listed user of that name, if any. */
  readonly #letIn = new Map<string, Partial<Verified>>();
  readonly #underWay = new Map<string, Promise<AuthorizedUser | undefined>>();
  /** Networks take turns, so that guesses from one do not keep the users of another waiting. */
  readonly #waiting = new FairQueue<{ readonly user: string; readonly start: () => void }>();
  #checking = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Gives the verdict at once for a header that was verified before. Throws `QB_THROTTLED` (also later, as a rejection). */
  verify(header: string | undefined, { address, lastHeader }: LoginPlace): Verdict | Promise<Verdict> {
    if (header === undefined) return NO_CREDENTIALS;
    this.#read(header, lastHeader);
    const { credentials, digest } = lastHeader;
    if (credentials === NOBODY) return NO_CREDENTIALS;
    const known = this.#recognise(digest);
    if (known !== undefined) return { credentials, match: known, digest };
    if (this.#isKnownGuest(digest, credentials)) return { credentials, match: undefined, digest };
    const admit = (): void => {
      if (this.#letIn.has(digest) || this.#wasRight(digest)) return;
      this.#options.throttle.check(address);
      if (this.#isWindowsUser(credentials.user)) this.#options.windowsAccounts.check(credentials.user);
    };
    admit();
    return this.#check(digest, credentials, { address, admit }).then((match) => ({
      credentials,
      match,
      digest,
    }));
  }

  /** To be told of what was decided in the end, after the listeners. */
  decided(address: string, { credentials, digest, match }: Verdict, accepted: boolean): void {
    if (digest === undefined) return;
    if (!accepted) {
      this.#letIn.delete(digest);
      if (match === undefined) this.#options.throttle.failed(address);
    } else if (match === undefined) {
      const user = this.#options.users.find(credentials.user);
      bounded(this.#letIn).set(digest, user === undefined ? {} : { user, revision: user.revision });
    }
  }

  /** True while the comparison that found no match would find none again; the listeners are asked each time. */
  #isKnownGuest(digest: string, { user: name }: Credentials): boolean {
    const known = this.#letIn.get(digest);
    const user = this.#options.users.find(name);
    if (known === undefined || user?.authMode === "Windows") return false;
    return known.user === user && known.revision === user?.revision;
  }

  #read(header: string, last: SeenHeader): void {
    const bytes = Buffer.from(header, "latin1");
    if (bytes.length === last.bytes.length && timingSafeEqual(bytes, last.bytes)) return;
    last.bytes = bytes;
    last.digest = createHmac("sha256", this.#key).update(bytes).digest("base64");
    last.credentials = readBasicCredentials(header);
  }

  #recognise(digest: string): AuthorizedUser | undefined {
    if (!this.#wasRight(digest)) return undefined;
    const known = this.#verified.get(digest);
    return known !== undefined && Date.now() < known.until ? known.user : undefined;
  }

  /** True also when Windows has to be asked again. */
  #wasRight(digest: string): boolean {
    const known = this.#verified.get(digest);
    if (known === undefined) return false;
    const { user, revision } = known;
    if (user.revision === revision && this.#options.users.indexOf(user) >= 0) return true;
    this.#verified.delete(digest);
    return false;
  }

  #isWindowsUser(name: string): boolean {
    return this.#options.users.find(name)?.authMode === "Windows";
  }

  /** Requests with the same header that arrive meanwhile share one check. `admit` throws when its turn comes too late. */
  #check(
    digest: string,
    credentials: Credentials,
    { address, admit }: { address: string; admit: () => void },
  ): Promise<AuthorizedUser | undefined> {
    const shared = this.#underWay.get(digest);
    if (shared !== undefined) return shared;
    const compare = (): Promise<Compared | undefined> => {
      admit();
      return this.#compare(credentials);
    };
    // Windows may take long; the others' turns do not wait for it.
    const check = this.#inTurn(networkOf(address), compare)
      .then((candidate) => candidate && this.#confirm(digest, credentials, candidate))
      .finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, check);
    return check;
  }

  async #compare({ user: name, password }: Credentials): Promise<Compared | undefined> {
    const user = this.#options.users.find(name);
    const revision = user?.revision ?? 0;
    const byWindows = user?.authMode === "Windows";
    const normal = byWindows ? undefined : user;
    const matches = await (normal === undefined
      ? verifyPassword(password, IMPOSSIBLE_HASH)
      : normal.matches(password));
    if (user === undefined || !(byWindows || matches)) return undefined;
    return { user, revision, byWindows };
  }

  async #confirm(
    digest: string,
    credentials: Credentials,
    { user, revision, byWindows }: Compared,
  ): Promise<AuthorizedUser | undefined> {
    if (byWindows && !(await this.#windowsAccepts(digest, credentials))) return undefined;
    this.#verified.delete(digest);
    const until = byWindows ? Date.now() + WINDOWS_HOLDS_MS : Infinity;
    bounded(this.#verified).set(digest, { user, revision, until });
    return user;
  }

  async #windowsAccepts(digest: string, credentials: Credentials): Promise<boolean> {
    const { windowsAccounts } = this.#options;
    if (!this.#wasRight(digest)) {
      if (this.#letIn.has(digest) && windowsAccounts.isPaused(credentials.user)) return false;
      windowsAccounts.check(credentials.user);
    }
    const verdict = await windowsAccounts.ask({ ...credentials, digest });
    if (verdict === "refused") this.#verified.delete(digest);
    return verdict === "accepted";
  }

  /** Each check takes 32 MB and a thread, so only a few run at once. */
  async #inTurn<Value>(network: string, check: () => Promise<Value>): Promise<Value> {
    if (this.#checking < MAX_CHECKS_AT_ONCE) this.#checking++;
    else await this.#turn(network);
    try {
      return await check();
    } finally {
      const next = this.#waiting.take(() => true);
      if (next === undefined) this.#checking--;
      else next.start();
    }
  }

  #turn(network: string): Promise<void> {
    if (this.#waiting.waitingOf(network) >= MAX_CHECKS_WAITING)
      throw new QBError("QB_THROTTLED", "too many logins are being checked", { retryAfter: 5 });
    return new Promise((start) => this.#waiting.add({ user: network, start }));
  }
}

export function noHeaderYet(): SeenHeader {
  return { bytes: Buffer.alloc(0), digest: "", credentials: NOBODY };
}

/** Blank credentials for anything but well-formed Basic. */
function readBasicCredentials(header: string): Credentials {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1];
  if (encoded === undefined) return NOBODY;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? NOBODY : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Makes room for one more, at the expense of the oldest. */
function bounded<Collection extends Map<string, unknown>>(collection: Collection): Collection {
  const oldest = collection.size >= MAX_REMEMBERED ? collection.keys().next() : undefined;
  if (oldest !== undefined && oldest.done !== true) collection.delete(oldest.value);
  return collection;
}
