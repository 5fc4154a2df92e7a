import { QBError } from "../../errors.js";
import type { AccessToken } from "../vault/access-token.js";
import type { IssuedTokens } from "../oauth/issued-tokens.js";
import { checkCompany, type ConnectionParts } from "./connection-parts.js";

interface HeldToken {
  readonly value: string;
  readonly companyId: string | undefined;
  readonly expiresAt: number | undefined;
  readonly refreshToken?: string | undefined;
}

/** Where the access token of each call comes from. */
export class ConnectionTokens {
  readonly #parts: ConnectionParts;
  /** With OFF: the token of the connection string, or what a procedure got since. */
  #held: HeldToken | undefined;
  #hadOwn: boolean;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    const { initiate, tokens, companyId } = parts.settings;
    this.#hadOwn = tokens !== undefined;
    if (initiate === "OFF" && tokens?.accessToken !== undefined)
      this.#held = {
        ...{ value: tokens.accessToken, companyId },
        ...{ expiresAt: tokens.expiresAt, refreshToken: tokens.refreshToken },
      };
  }

  /** Of the connection string or a procedure, not from the store; undefined when there is none. */
  get held(): HeldToken | undefined {
    return this.#held;
  }

  /** Had tokens of its own, and keeps none: what is at the default place belongs to others, also when its own are gone. */
  get isDetached(): boolean {
    return this.#hadOwn && !this.#parts.keeps;
  }

  /** With OFF, what a procedure got is used from now on, unless the store has it. */
  hold(tokens: IssuedTokens, companyId: string | undefined): void {
    if (this.#parts.settings.initiate !== "OFF") return;
    const { accessToken: value, issuedAt, expiresIn, refreshToken } = tokens;
    this.#hadOwn = true;
    this.#held = { value, companyId, expiresAt: issuedAt + expiresIn * 1_000, refreshToken };
  }

  drop(): void {
    this.#held = undefined;
  }

  async token(
    wish: { readonly refused?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Pick<AccessToken, "value" | "companyId">> {
    const { settings, vault } = this.#parts;
    if (settings.initiate === "OFF") return this.#unrefreshed(wish.refused);
    const token = await vault.accessToken(wish);
    checkCompany(this.#parts, token.companyId);
    return token;
  }

  async companyId(): Promise<string> {
    const { settings } = this.#parts;
    const found = settings.companyId ?? (await this.token()).companyId;
    if (found !== undefined) return found;
    throw new QBError("QB_INVALID_ARGUMENT", "nobody said which company the tokens are for", {
      advice: "Give CompanyId in the connection string: the realmId that came with the tokens.",
    });
  }

  async #unrefreshed(refused: string | undefined): Promise<HeldToken> {
    const token = this.#held ?? (await this.#stored());
    const ended = token.expiresAt !== undefined && token.expiresAt <= Date.now();
    if (!ended && token.value !== refused) return token;
    const why = ended ? "the access token has expired" : "the access token was refused";
    throw new QBError("QB_ACCESS_TOKEN_EXPIRED", `${why}, and InitiateOAuth=OFF renews none`);
  }

  async #stored(): Promise<HeldToken> {
    const record = this.isDetached ? undefined : await this.#parts.vault.read();
    if (record?.grant === undefined || record.ended !== undefined)
      throw new QBError("QB_NOT_CONNECTED", "there is no access token, neither given nor stored");
    const { accessToken: value, companyId, accessTokenExpiresAt: expiresAt } = record.grant;
    checkCompany(this.#parts, companyId, record);
    return { value, companyId, expiresAt };
  }
}
