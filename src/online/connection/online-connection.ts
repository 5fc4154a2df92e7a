import { EventDispatch, DispatchEmitter, type EventListener, eventArguments } from "../../event-dispatch.js";
import { QBError } from "../../errors.js";
import { CompanyApi } from "../data/company-api.js";
import { CompanyData } from "../data/company-data.js";
import { clearGrant, endRevokedGrant } from "../vault/stored-grant.js";
import { emptyRecord, type VaultRecord } from "../vault/vault-record.js";
import type { ConnectionParts } from "./connection-parts.js";
import { dateOf, storedStatus, type ConnectionStatus } from "./connection-status.js";
import { ConnectionTokens } from "./connection-tokens.js";
import { establishGrant } from "./established-grant.js";
import * as procedures from "./procedures.js";
import type { AccessTokenInputs, AuthorizationURLInputs } from "./procedures.js";

export interface OnlineEvents {
  /** This connection has renewed the access token; holds no token. */
  readonly tokensRefreshed: { readonly companyId: string | undefined; readonly expiresAt: Date };
  /** No token can be had any more until somebody connects again. */
  readonly reconnectNeeded: { readonly since: string | undefined; readonly reason: string | undefined };
}

export interface TestedConnection {
  readonly companyId: string;
  readonly companyName: string;
  readonly country: string | undefined;
  readonly sandbox: boolean;
}

const SERVICE = "https://quickbooks.api.intuit.com";
const SANDBOX_SERVICE = "https://sandbox-quickbooks.api.intuit.com";

/** A connection to a company of QuickBooks Online, made by `connect()`. */
export class OnlineConnection extends CompanyData implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  readonly #tokens: ConnectionTokens;
  readonly #emitter = new DispatchEmitter<OnlineEvents>();
  readonly #events: EventDispatch<OnlineEvents>;
  #expiresAt: number | undefined;

  /** @internal */
  constructor(parts: ConnectionParts) {
    const { settings, sandbox, http, log } = parts;
    const tokens = new ConnectionTokens(parts);
    const { minorVersion, serviceURL = new URL(sandbox ? SANDBOX_SERVICE : SERVICE) } = settings;
    const token: ConnectionTokens["token"] = (wish) => this.#watched(tokens.token(wish));
    const companyId = (): Promise<string> => tokens.companyId();
    super(
      new CompanyApi({ http, tokens: { token }, serviceURL, companyId, minorVersion, logger: log.logger }),
    );
    this.#parts = parts;
    this.#tokens = tokens;
    this.#events = new EventDispatch(this.#emitter, {
      timeLimitMs: () => 0,
      onListenerError: (event, error) =>
        log.logger.error({ event, reason: String((error as Error)?.message) }, "a listener failed"),
    });
  }

  /** @internal What connect() does once the parts are there. */
  establish(): Promise<void> {
    return this.#watched(establishGrant(this.#parts, this.#tokens));
  }

  /** @internal */
  refreshed(expiresAt: number): void {
    this.#expiresAt = expiresAt;
  }

  on<Name extends keyof OnlineEvents>(event: Name, listener: EventListener<OnlineEvents, Name>): this {
    this.#emitter.on(event, listener);
    return this;
  }

  off<Name extends keyof OnlineEvents>(event: Name, listener: EventListener<OnlineEvents, Name>): this {
    this.#emitter.off(event, listener);
    return this;
  }

  /** The company; rejects when nobody has said which one it is. */
  companyId(): Promise<string> {
    return this.#tokens.companyId();
  }

  /** Asks for the company's name, and so shows that all of the way works. */
  async testConnection(signal?: AbortSignal): Promise<TestedConnection> {
    const companyId = await this.companyId();
    const { CompanyName: companyName, Country: country } = await this.companyInfo({ signal });
    this.#compareCountry(country);
    return Object.freeze({
      companyId,
      companyName,
      country,
      sandbox: this.#parts.sandbox,
    });
  }

  #compareCountry(country: string | undefined): void {
    const { countryCode } = this.#parts.settings;
    const own = country === "GB" ? "UK" : country;
    if (countryCode !== undefined && own !== undefined && own !== countryCode)
      this.#parts.log.logger.warn({ country }, `CountryCode is ${countryCode}, but the company is of ${own}`);
  }

  /** How the tokens stand. Asks nobody. */
  async status(): Promise<ConnectionStatus> {
    const { vault, sandbox, settings } = this.#parts;
    const { held, isDetached } = this.#tokens;
    if (held === undefined) {
      const record = isDetached ? undefined : await vault.read();
      return storedStatus(record ?? { ...emptyRecord(), sandbox }, Date.now());
    }
    const { companyId = settings.companyId, expiresAt } = held;
    const nothing = storedStatus({ ...emptyRecord(), sandbox }, Date.now());
    const connected = expiresAt === undefined || expiresAt > Date.now();
    return Object.freeze({ ...nothing, connected, companyId, accessTokenExpiresAt: dateOf(expiresAt) });
  }

  /** The URL to open in a browser, and the state with which it comes back. */
  getOAuthAuthorizationURL(inputs: AuthorizationURLInputs = {}): Promise<procedures.AuthorizationURLOutputs> {
    return this.#watched(procedures.getOAuthAuthorizationURL(this.#parts, inputs));
  }

  /** With AuthMode APP, and no Verifier: by the browser on this machine. Else exchanges what came back from one. */
  getOAuthAccessToken(inputs: AccessTokenInputs = {}): Promise<procedures.AccessTokenOutputs> {
    return this.#watched(procedures.getOAuthAccessToken(this.#parts, this.#tokens, inputs));
  }

  refreshOAuthAccessToken(inputs: procedures.RefreshInputs = {}): Promise<procedures.RefreshOutputs> {
    return this.#watched(procedures.refreshOAuthAccessToken(this.#parts, this.#tokens, inputs));
  }

  /** A procedure by its documented name; names of inputs may have any case. */
  async call(
    name: string,
    inputs: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Readonly<Record<string, string | number>>> {
    const { name: procedure, inputs: given } = procedures.readCall(name, inputs);
    const run: Record<procedures.ProcedureName, () => Promise<object>> = {
      // Their AuthMode is checked there.
      GetOAuthAuthorizationURL: () => this.getOAuthAuthorizationURL(given as AuthorizationURLInputs),
      GetOAuthAccessToken: () => this.getOAuthAccessToken(given as AccessTokenInputs),
      RefreshOAuthAccessToken: () => this.refreshOAuthAccessToken(given),
    };
    return (await run[procedure]()) as Readonly<Record<string, string | number>>;
  }

  /** Ends the connection at Intuit. What is stored says so afterwards, and keeps the company. */
  async revoke(): Promise<void> {
    const { vault, client } = this.#parts;
    const { held, isDetached } = this.#tokens;
    if (held !== undefined) {
      await client.revoke(held.refreshToken ?? held.value);
      return this.#tokens.drop();
    }
    let token = isDetached ? undefined : tokenToRevoke(await vault.read());
    if (token === undefined) throw new QBError("QB_NOT_CONNECTED", "there is nothing to revoke");
    // A refresh that was under way may have brought another one; after the end is stored, none begins.
    for (let revoked: string | undefined; token !== revoked && token !== undefined;) {
      await client.revoke(token);
      revoked = token;
      token = tokenToRevoke(await endRevokedGrant(vault));
    }
    this.#parts.log.logger.info({}, "the connection was revoked");
  }

  /** Forgets stored tokens and company; the application stays, so that one can connect again. */
  async forget(): Promise<void> {
    this.#tokens.drop();
    if (this.#tokens.isDetached) return;
    if ((await this.#parts.vault.read()) !== undefined) await clearGrant(this.#parts.vault);
  }

  /** Ends running calls, but waits for tokens that were asked for; may be called twice. Stored tokens stay. */
  async close(): Promise<void> {
    const { closing, unfinished, http, log, vault } = this.#parts;
    this.endCalls();
    closing.abort();
    await unfinished.finished();
    await vault.storeWaiting().catch((error: unknown) => log.failed(error));
    await http.close();
    log.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Tells listeners what the way to a token brought about. */
  async #watched<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#parts.log.failed(error);
      if (error instanceof QBError && error.code === "QB_RECONNECT") {
        const { since, reason } = error.details as { since?: string; reason?: string };
        this.#events.notify("reconnectNeeded", () => eventArguments({ since, reason }));
      }
      throw error;
    } finally {
      const expiresAt = this.#expiresAt;
      this.#expiresAt = undefined;
      if (expiresAt !== undefined) await this.#tellRefreshed(new Date(expiresAt));
    }
  }

  async #tellRefreshed(expiresAt: Date): Promise<void> {
    if (!this.#events.has("tokensRefreshed")) return;
    const companyId = await this.#tokens.companyId().catch(() => undefined);
    this.#events.notify("tokensRefreshed", () => eventArguments({ companyId, expiresAt }));
  }
}

function tokenToRevoke(record: VaultRecord | undefined): string | undefined {
  return record?.grant?.refreshToken ?? record?.grant?.accessToken;
}
