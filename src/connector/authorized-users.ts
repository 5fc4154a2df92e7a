import {
  CONNECTION_STRING_NAMES,
  parseConnectionString,
  redactConnectionString,
  type ConnectionString,
} from "../connection-string.js";
import { QBError } from "../errors.js";
import { checkPasswordHash, hashPassword, IMPOSSIBLE_HASH, verifyPassword } from "./password-hash.js";

/** `Normal` compares with the stored password, `Windows` asks Windows. The component's numbers are 0 and 1. */
export type AuthMode = "Normal" | "Windows";

export interface AuthorizedUserOptions {
  readonly user: string;
  /** Empty for `Windows`. Kept only as a scrypt hash. */
  readonly password?: string;
  /** Instead of `password`: a string from `hashPassword()`. */
  readonly passwordHash?: string;
  /** Default `Normal`. */
  readonly authMode?: AuthMode | 0 | 1;
  /** How QuickBooks is opened for this user; empty leaves the defaults. */
  readonly qbConnectionString?: string;
  /** Default false. */
  readonly readOnly?: boolean;
}

/** One user whom the connector knows. Errors: `QB_INVALID_ARGUMENT`, `QB_CONNECTION_STRING`. */
export class AuthorizedUser {
  #user = "";
  #authMode: AuthMode = "Normal";
  #qbConnectionString = "";
  #settings: ConnectionString = Object.freeze({});
  #readOnly = false;
  #hash: Promise<string> | string = IMPOSSIBLE_HASH;
  #revision = 0;
  readonly #mayBeCalled: (name: string, self: AuthorizedUser) => void;

  /** @internal Users are made by the collection, which sees to it that names differ. */
  constructor(mayBeCalled: (name: string, self: AuthorizedUser) => void) {
    this.#mayBeCalled = mayBeCalled;
  }

  get user(): string {
    return this.#user;
  }

  set user(name: string) {
    // eslint-disable-next-line no-control-regex -- these are what HTTP Basic cannot carry
    if (name === "" || /[:\u0000-\u001f\u007f]/.test(name)) {
      throw new QBError(
        "QB_INVALID_ARGUMENT",
        "a user name must not be empty nor contain a colon or control characters",
      );
    }
    this.#mayBeCalled(name, this);
    this.#user = name;
    this.#revision++;
  }

  /** Reads back empty. */
  get password(): string {
    return "";
  }

  set password(password: string) {
    if (password === "") this.#hash = IMPOSSIBLE_HASH;
    else this.#keepHash(hashPassword(password));
    this.#revision++;
  }

  get authMode(): AuthMode {
    return this.#authMode;
  }

  set authMode(mode: AuthMode | 0 | 1) {
    const known: Record<string, AuthMode> = {
      0: "Normal",
      1: "Windows",
      Normal: "Normal",
      Windows: "Windows",
    };
    const found = Object.hasOwn(known, mode) ? known[mode] : undefined;
    if (found === undefined)
      throw new QBError("QB_INVALID_ARGUMENT", `authMode is "Normal" (0) or "Windows" (1)`);
    this.#authMode = found;
    this.#revision++;
  }

  /** Reads back with its secrets replaced. */
  get qbConnectionString(): string {
    return redactConnectionString(this.#qbConnectionString);
  }

  set qbConnectionString(text: string) {
    this.#settings = serverSideSettings(text);
    this.#qbConnectionString = text;
  }

  /** True: only requests that do not write. */
  get readOnly(): boolean {
    return this.#readOnly;
  }

  set readOnly(readOnly: boolean) {
    this.#readOnly = Boolean(readOnly);
  }

  /** @internal */
  get settings(): ConnectionString {
    return this.#settings;
  }

  /** @internal Changes whenever what was verified before no longer holds. */
  get revision(): number {
    return this.#revision;
  }

  /** @internal */
  set passwordHash(hash: string) {
    this.#hash = checkPasswordHash(hash);
    this.#revision++;
  }

  /** @internal */
  async matches(password: string): Promise<boolean> {
    return verifyPassword(password, await this.#hash);
  }

  #keepHash(hash: Promise<string>): void {
    const failed = hash.catch(() => IMPOSSIBLE_HASH);
    this.#hash = failed;
    void failed.then((text) => {
      if (this.#hash === failed) this.#hash = text;
    });
  }
}

const CLIENT_NAMES = CONNECTION_STRING_NAMES.filter(({ use }) => use !== "settings").map(({ name }) => name);

/** What a server-side string may say: not where the connector is, nor who calls it. */
export function serverSideSettings(text: string): ConnectionString {
  const settings = parseConnectionString(text);
  const foreign = CLIENT_NAMES.filter((name) => settings[name] !== undefined);
  if (foreign.length === 0) return settings;
  throw new QBError(
    "QB_CONNECTION_STRING",
    `here the string says how QuickBooks is opened on this machine; for clients only: ${foreign.join(", ")}`,
  );
}

/** The clients that may connect, in order. Changes hold from the next request on. */
export class AuthorizedUsers implements Iterable<AuthorizedUser> {
  #users: AuthorizedUser[] = [];

  /** Number of users. A smaller number removes the last ones; a greater one adds blank users whom nobody can be yet. */
  get count(): number {
    return this.#users.length;
  }

  set count(count: number) {
    if (!Number.isInteger(count) || count < 0 || count > 10_000) {
      throw new QBError("QB_INVALID_ARGUMENT", "count must be a whole number from 0 to 10000");
    }
    while (this.#users.length < count) this.#users.push(this.#blank());
    this.#users.length = count;
  }

  get length(): number {
    return this.#users.length;
  }

  /** The user at an index from 0. Throws `QB_INVALID_ARGUMENT` when there is none. */
  at(index: number): AuthorizedUser {
    const user = this.#users[index];
    if (user !== undefined) return user;
    throw new QBError("QB_INVALID_ARGUMENT", `there is no user ${index}; the list has ${this.#users.length}`);
  }

  find(name: string): AuthorizedUser | undefined {
    return this.#users.find((user) => user.user === name);
  }

  indexOf(user: AuthorizedUser): number {
    return this.#users.indexOf(user);
  }

  add(options: AuthorizedUserOptions): AuthorizedUser {
    const user = this.#blank();
    user.user = options.user;
    user.authMode = options.authMode ?? "Normal";
    this.#setPassword(user, options);
    user.qbConnectionString = options.qbConnectionString ?? "";
    user.readOnly = options.readOnly ?? false;
    this.#users.push(user);
    return user;
  }

  /** By name or index; gives whether there was one. */
  remove(which: string | number): boolean {
    const index = typeof which === "number" ? which : this.#users.findIndex((user) => user.user === which);
    return index >= 0 && this.#users.splice(index, 1).length === 1;
  }

  clear(): void {
    this.#users = [];
  }

  [Symbol.iterator](): Iterator<AuthorizedUser> {
    return this.#users[Symbol.iterator]();
  }

  #blank(): AuthorizedUser {
    return new AuthorizedUser((name, self) => {
      const holder = this.find(name);
      if (holder !== undefined && holder !== self) {
        throw new QBError("QB_INVALID_ARGUMENT", `there is a user "${name}" already`);
      }
    });
  }

  #setPassword(user: AuthorizedUser, { password = "", passwordHash }: AuthorizedUserOptions): void {
    const given = password !== "" || passwordHash !== undefined;
    if (user.authMode === "Windows" && given) {
      throw new QBError(
        "QB_INVALID_ARGUMENT",
        "a Windows user's password is Windows' own; leave it empty here",
      );
    }
    if (user.authMode === "Normal" && !given) {
      throw new QBError("QB_INVALID_ARGUMENT", `user "${user.user}" needs a password`);
    }
    if (passwordHash !== undefined) user.passwordHash = passwordHash;
    else user.password = password;
  }
}
