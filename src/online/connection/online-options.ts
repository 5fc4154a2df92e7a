import type { Logger } from "../../logger.js";
import type { TokenStore } from "../vault/token-store.js";

export interface OnlineOptions {
  /** Keeps the tokens instead of OAuthSettingsLocation; needs a passphrase. */
  readonly store?: TokenStore | undefined;
  /** As OAuthSettingsPassphrase. */
  readonly passphrase?: string | undefined;
  /** Default: the browser of the system. */
  readonly openBrowser?: ((url: URL) => unknown) | undefined;
  /** For logins without a listener: gives the URL to which the browser was sent at the end. */
  readonly readRedirectedURL?:
    ((request: { readonly url: URL; readonly signal: AbortSignal }) => Promise<string>) | undefined;
  /** Told where to log in, before the browser opens. */
  readonly onAuthorizationURL?: ((url: URL) => unknown) | undefined;
  /** Default: warnings and errors go to standard error. */
  readonly logger?: Logger | undefined;
  /** Ends connect(). */
  readonly signal?: AbortSignal | undefined;
  /** How long a login in the browser may take. Default: 5 minutes. */
  readonly authorizationTimeoutMs?: number | undefined;
}
