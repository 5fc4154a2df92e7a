import { claimCode, takePending } from "../vault/pending-authorizations.js";
import type { TokenVault } from "../vault/token-vault.js";
import type { PendingAuthorization } from "../vault/vault-record.js";
import type { IssuedTokens } from "./issued-tokens.js";
import type { OAuthClient } from "./oauth-client.js";
import { sameText } from "./same-text.js";

export interface Granted {
  readonly tokens: IssuedTokens;
  readonly companyId: string | undefined;
}

export interface LoginOptions {
  readonly client: OAuthClient;
  readonly vault: TokenVault;
  readonly pending: PendingAuthorization;
  /** Throws when nobody wants this company; nothing is exchanged then. */
  readonly checkCompany?: ((companyId: string | undefined) => Promise<void>) | undefined;
  readonly save: ((granted: Granted) => Promise<unknown>) | undefined;
}

/** One way through the browser: however often it comes back, what came first is what counts. */
export class Login {
  /** Kept when the browser, or somebody with its URL, is back. */
  readonly arrival: Promise<void>;
  readonly #options: LoginOptions;
  #arrive: () => void = () => {};
  #granted: Promise<Granted> | undefined;
  #ended = false;

  constructor(options: LoginOptions) {
    this.#options = options;
    this.arrival = new Promise((resolve) => (this.#arrive = resolve));
  }

  get arrived(): boolean {
    return this.#granted !== undefined;
  }

  /** Undefined when the URL does not belong to this login. */
  redirected(url: URL): Promise<Granted> | undefined {
    const [state = "", ...more] = url.searchParams.getAll("state");
    if (more.length > 0 || this.#ended || !sameText(state, this.#options.pending.state)) return undefined;
    this.#granted ??= this.#exchange(url);
    this.#arrive();
    return this.#granted;
  }

  async result(): Promise<Granted> {
    await this.arrival;
    return this.#granted as Promise<Granted>;
  }

  /** Nobody waits for it any more. */
  end(): void {
    this.#ended = true;
  }

  async #exchange(url: URL): Promise<Granted> {
    const { client, vault, pending, checkCompany, save } = this.#options;
    const { callbackURL, codeVerifier } = await takePending(vault, pending.state);
    const { code, companyId, parameters } = await client.validateRedirect(url, pending);
    await checkCompany?.(companyId);
    await claimCode(vault, code);
    const tokens = await client.exchange({ parameters, callbackURL, codeVerifier });
    const granted = { tokens, companyId };
    await save?.(granted);
    return granted;
  }
}
