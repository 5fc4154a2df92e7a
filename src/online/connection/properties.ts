export type OnlinePropertyType = "text" | "digits" | "number" | "boolean" | "choice" | "url" | "loopback";

/** One property of a connection string for QuickBooks Online. */
export interface OnlineProperty {
  readonly type: OnlinePropertyType;
  /** Whether redaction replaces the value. */
  readonly secret: boolean;
  /** What holds when it is not given; undefined when there is no default. */
  readonly default: string | undefined;
  /** Of a choice. */
  readonly choices: readonly string[];
  /** Of a number. */
  readonly largest: number | undefined;
  readonly description: string;
}

function property(
  type: OnlinePropertyType,
  description: string,
  more: Partial<OnlineProperty> = {},
): OnlineProperty {
  const plain = { secret: false, default: undefined, choices: [], largest: undefined };
  return Object.freeze({ type, description, ...plain, ...more });
}

const text = (description: string, more?: Partial<OnlineProperty>): OnlineProperty =>
  property("text", description, more);
const secret = (description: string): OnlineProperty => property("text", description, { secret: true });
const url = (description: string): OnlineProperty => property("url", description);
const flag = (initial: string, description: string): OnlineProperty =>
  property("boolean", description, { default: initial, choices: ["true", "false"] });
const number = (largest: number, description: string, initial?: string): OnlineProperty =>
  property("number", description, { largest, default: initial });
const choice = (choices: readonly [string, ...string[]], description: string): OnlineProperty =>
  property("choice", description, { choices, default: choices[0] });

/** The properties of a connection string, in the order in which they are written. Frozen. */
export const ONLINE_PROPERTIES = Object.freeze({
  InitiateOAuth: choice(
    ["OFF", "GETANDREFRESH", "REFRESH"],
    "GETANDREFRESH: log in with the browser when need be, and refresh. REFRESH: refresh only. OFF: neither.",
  ),
  AuthScheme: choice(["OAuth"], "The only way to log in to QuickBooks Online."),
  OAuthClientId: text("Of the application that is registered with Intuit. Empty: the default application."),
  OAuthClientSecret: secret("Of the application that is registered with Intuit."),
  CallbackURL: url("Where Intuit sends the browser: exactly a redirect URI that is registered."),
  CallbackListener: property(
    "loopback",
    "Where this machine listens for the browser. Default: CallbackURL, when that is http on this machine.",
  ),
  Scope: text("What the user is asked to agree to, separated by blanks.", {
    default: "com.intuit.quickbooks.accounting",
  }),
  OAuthAccessToken: secret("A token got elsewhere. With REFRESH it is stored, and renewed from then on."),
  OAuthRefreshToken: secret("With REFRESH: the token with which the first refresh is made."),
  OAuthVerifier: secret(
    "With REFRESH, without a stored connection: the URL to which the browser was sent, or the code in it; a code needs CompanyId. Needs OAuthSettingsLocation.",
  ),
  OAuthExpiresIn: number(
    1e9,
    "Lifetime of OAuthAccessToken in seconds. With REFRESH, a token without it is refreshed at once.",
  ),
  OAuthTokenTimestamp: number(9e15, "When OAuthAccessToken was made, in milliseconds since 1970."),
  OAuthSettingsLocation: text(
    "Where tokens are kept, encrypted: a file, or memory://ID for this process only. Default: OAuthSettings.txt in the user's folder.",
  ),
  OAuthSettingsPassphrase: secret(
    "Encrypts the file instead of a key file beside it. Default: the environment's QBCONNECTOR_OAUTH_PASSPHRASE.",
  ),
  CompanyId: property(
    "digits",
    "The company, which Intuit also calls realm. Default: the one of the tokens.",
  ),
  UseSandbox: flag("false", "Use a sandbox company. Default: as the stored connection has it, else false."),
  CountryCode: choice(
    ["US", "AU", "CA", "IN", "UK"],
    "Edition of QuickBooks Online. testConnection() warns of a company of another; Intuit's interface takes none.",
  ),
  MinorVersion: number(9999, "Minor version of Intuit's interface; Intuit ignores those below 75.", "75"),
  DiscoveryURL: url("Discovery document of another authorization server."),
  ServiceURL: url("Another data service."),
  ProxyAutoDetect: flag(
    "true",
    "Use the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) when no other is given.",
  ),
  ProxyServer: text("Host of an HTTP proxy, or its URL with http: or https:."),
  ProxyPort: number(65535, "Port of the proxy.", "80"),
  ProxyAuthScheme: choice(["BASIC", "NONE"], "How to log in to the proxy."),
  ProxyUser: text("User for the proxy."),
  ProxyPassword: secret("Password for the proxy."),
  FirewallType: choice(["NONE", "TUNNEL", "SOCKS5"], "Reach the outside through an HTTP tunnel or SOCKS5."),
  FirewallServer: text("Host of the firewall."),
  FirewallPort: number(65535, "Port of the firewall. Default: 80 for TUNNEL, 1080 for SOCKS5."),
  FirewallUser: text("User for the firewall."),
  FirewallPassword: secret("Password for the firewall."),
  SSLServerCert: text(
    "A certificate that is trusted beside those that Node.js trusts: its PEM text, or a file with it.",
  ),
  Logfile: text("A file to which is appended what happens; never a token."),
  Verbosity: number(
    5,
    "How much Logfile gets: 1 errors, 2 warnings, 3 requests, 4 steps of OAuth, 5 all but secrets.",
    "1",
  ),
});

export type OnlinePropertyName = keyof typeof ONLINE_PROPERTIES;

export const ONLINE_PROPERTY_NAMES = Object.freeze(Object.keys(ONLINE_PROPERTIES) as OnlinePropertyName[]);
