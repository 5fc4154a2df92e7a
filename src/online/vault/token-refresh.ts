import { randomUUID } from "node:crypto";
import { isErrorCode, QBError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { IssuedTokens } from "../oauth/issued-tokens.js";
import {
  liveGrant,
  reconnect,
  tokenOf,
  usableToken,
  type AccessToken,
  type TokenWish,
} from "./access-token.js";
import { grantFrom, refreshTokenEnd } from "./grant.js";
import type { HeldRecord, SealedStore } from "./sealed-store.js";
import { nextRecord, type EndedGrant, type RefreshIntent, type VaultRecord } from "./vault-record.js";

export type SendRefresh = (refreshToken: string, record: VaultRecord) => Promise<IssuedTokens>;

/** Tokens that came for a refresh token and are not stored yet. */
interface UnsavedTokens {
  readonly sent: string;
  readonly tokens: IssuedTokens;
}

/** By place: what could not be written, as on a full disk, is tried again. Nobody uses it before. */
const unsaved = new Map<string, UnsavedTokens>();

/** How often somebody else may be faster, which takes a lock that was lost. */
const ATTEMPTS = 10;

/** Failures after which the refresh token certainly was not used up. */
const UNTOUCHED = new Set(["QB_UNREACHABLE", "QB_TLS", "QB_OAUTH_APPLICATION", "QB_CLOSED"]);

/** Refreshes under the lock. Holding the lock twice, which happens when its holder was stopped for long, does no harm. */
export class TokenRefresh {
  readonly #store: SealedStore;
  readonly #send: SendRefresh;
  readonly #logger: Logger;
  readonly #now: () => number;

  constructor(store: SealedStore, send: SendRefresh, logger: Logger, now: () => number) {
    this.#store = store;
    this.#send = send;
    this.#logger = logger;
    this.#now = now;
  }

  get hasUnsaved(): boolean {
    return unsaved.has(this.#store.name);
  }

  /**
   * A token as wished: the stored one, or a new one that is stored. Whoever finds that the lock was lost asks for it anew
   * before anything else is sent.
   */
  async token(wish: TokenWish): Promise<AccessToken> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const token = await this.#store.exclusively(async () => {
        const waiting = unsaved.get(this.#store.name);
        return waiting === undefined ? this.#attempt(wish) : this.#keep(waiting);
      });
      if (token !== undefined) return token;
    }
    throw this.#contested();
  }

  /** Undefined when somebody else changed what is stored meanwhile. */
  async #attempt(wish: TokenWish): Promise<AccessToken | undefined> {
    const held = await this.#store.held();
    const grant = liveGrant(held.record);
    const stored = usableToken(held.record, wish, this.#now());
    if (stored !== undefined) return stored;
    if (grant.refreshToken === undefined) throw notRefreshable();
    const earlier = held.record.refreshing;
    const refreshing = { id: randomUUID(), startedAt: earlier?.startedAt ?? this.#now() };
    const marked = await this.#store.replace(held, nextRecord(held.record, { refreshing }));
    if (marked === undefined || !(await this.#store.isStill(marked))) return undefined;
    return this.#refresh(grant.refreshToken, marked, earlier);
  }

  async #refresh(
    sent: string,
    marked: HeldRecord,
    earlier: RefreshIntent | undefined,
  ): Promise<AccessToken | undefined> {
    let tokens: IssuedTokens;
    try {
      tokens = await this.#send(sent, marked.record);
    } catch (error) {
      const { code } = error as QBError;
      if (code === "QB_RECONNECT") return this.#end(marked, earlier, error);
      if (isErrorCode(code) && UNTOUCHED.has(code)) await this.#unmark(marked, earlier);
      throw error;
    }
    return this.#keep({ sent, tokens });
  }

  /** Stores tokens before anybody uses them; undefined when later ones, or a revocation, are stored. */
  async #keep(waiting: UnsavedTokens): Promise<AccessToken | undefined> {
    unsaved.set(this.#store.name, waiting);
    const { sent, tokens } = waiting;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const held = await this.#store.held();
      const { grant, ended } = held.record;
      // Whoever refreshes the token that we sent, or was refused, did so after us: ours come after it.
      if (grant?.refreshToken !== sent || ended?.reason === "revoked") {
        unsaved.delete(this.#store.name);
        this.#logger.warn({}, "tokens of a refresh were thrown away: what is stored came later");
        return undefined;
      }
      const renewed = grantFrom(tokens, undefined, grant);
      const changes = { grant: renewed, refreshing: undefined, ended: undefined };
      if ((await this.#store.replace(held, nextRecord(held.record, changes))) === undefined) continue;
      unsaved.delete(this.#store.name);
      return tokenOf(renewed);
    }
    throw this.#contested();
  }

  /** The refresh token was refused: by what we know of it, or because another process used it meanwhile. */
  async #end(
    marked: HeldRecord,
    earlier: RefreshIntent | undefined,
    cause: unknown,
  ): Promise<AccessToken | undefined> {
    const ended = this.#ending(marked.record, earlier);
    const changes = { ended, refreshing: undefined };
    if ((await this.#store.replace(marked, nextRecord(marked.record, changes))) === undefined) {
      const { record } = await this.#store.held();
      if (record.grant?.refreshToken !== marked.record.grant?.refreshToken || record.ended) return undefined;
      throw this.#contested(cause);
    }
    throw reconnect(ended, cause);
  }

  #ending({ grant }: VaultRecord, earlier: RefreshIntent | undefined): EndedGrant {
    if (earlier !== undefined) return { since: earlier.startedAt, reason: "lost" };
    const end = refreshTokenEnd(grant);
    const now = this.#now();
    return end !== undefined && end <= now
      ? { since: end, reason: "expired" }
      : { since: now, reason: "refused" };
  }

  async #unmark(marked: HeldRecord, earlier: RefreshIntent | undefined): Promise<void> {
    try {
      await this.#store.replace(marked, nextRecord(marked.record, { refreshing: earlier }));
    } catch (error) {
      this.#logger.warn({ error }, "a refresh that was not sent stays marked as unanswered");
    }
  }

  #contested(cause?: unknown): QBError {
    const message = `another process changes ${this.#store.name} at the same time`;
    return new QBError("QB_TOKEN_STORE_BUSY", message, { cause });
  }
}

function notRefreshable(): QBError {
  return new QBError("QB_ACCESS_TOKEN_EXPIRED", "the access token ended, and there is no refresh token", {
    advice: "Give OAuthRefreshToken, or connect again.",
  });
}
