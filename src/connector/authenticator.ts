import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { QBError } from "../errors.js";
import { FairQueue } from "../quickbooks/fair-queue.js";
import type { AuthorizedUser, AuthorizedUsers } from "./authorized-users.js";
import { networkOf, type LoginThrottle } from "./login-throttle.js";
import { IMPOSSIBLE_HASH, verifyPassword } from "./password-hash.js";

/** Asks Windows whether a logon with these credentials succeeds. */
export type WindowsLogon = (credentials: {
  readonly user: string;
  readonly password: string;
  /** Interactive instead of network logon. */
  readonly interactive: boolean;
}) => Promise<boolean>;

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
  readonly windowsLogon: WindowsLogon | undefined;
  readonly useInteractiveLogon: () => boolean;
  /** Hears why a Windows logon could not be tried. */
  readonly onError: (error: QBError) => void;
}

interface Verified {
  readonly user: AuthorizedUser;
  readonly revision: number;
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
      if (!this.#letIn.has(digest)) this.#options.throttle.check(address);
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
    const known = this.#verified.get(digest);
    if (known === undefined) return undefined;
    const { user, revision, until } = known;
    if (user.revision === revision && Date.now() < until && this.#options.users.indexOf(user) >= 0)
      return user;
    this.#verified.delete(digest);
    return undefined;
  }

  /** Requests with the same header that arrive meanwhile share one check. `admit` throws when its turn comes too late. */
  #check(
    digest: string,
    credentials: Credentials,
    { address, admit }: { address: string; admit: () => void },
  ): Promise<AuthorizedUser | undefined> {
    const shared = this.#underWay.get(digest);
    if (shared !== undefined) return shared;
    const compare = (): Promise<AuthorizedUser | undefined> => {
      admit();
      return this.#compare(digest, credentials);
    };
    const check = this.#inTurn(networkOf(address), compare).finally(() => this.#underWay.delete(digest));
    this.#underWay.set(digest, check);
    return check;
  }

  async #compare(digest: string, { user: name, password }: Credentials): Promise<AuthorizedUser | undefined> {
    const user = this.#options.users.find(name);
    const revision = user?.revision ?? 0;
    const normal = user?.authMode === "Normal" ? user : undefined;
    const matches = await (normal === undefined
      ? verifyPassword(password, IMPOSSIBLE_HASH)
      : normal.matches(password));
    const accepted = user?.authMode === "Windows" ? await this.#askWindows(name, password) : matches;
    if (!accepted || user === undefined) return undefined;
    bounded(this.#verified).set(digest, {
      user,
      revision,
      until: user.authMode === "Windows" ? Date.now() + WINDOWS_HOLDS_MS : Infinity,
    });
    return user;
  }

  async #askWindows(user: string, password: string): Promise<boolean> {
    const { windowsLogon, useInteractiveLogon, onError } = this.#options;
    if (password === "") return false;
    if (windowsLogon === undefined) {
      onError(
        new QBError(
          "QB_LOGON_UNAVAILABLE",
          `user "${user}" has a Windows account, which cannot be checked here`,
        ),
      );
      return false;
    }
    try {
      return (await windowsLogon({ user, password, interactive: useInteractiveLogon() })) === true;
    } catch (cause) {
      onError(
        new QBError("QB_LOGON_UNAVAILABLE", `the Windows account of user "${user}" could not be checked`, {
          cause,
        }),
      );
      return false;
    }
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
