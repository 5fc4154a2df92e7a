import { QBError } from "../../errors.js";
import { UndiciClient } from "../http/undici-client.js";
import type { HttpClient } from "../http/http-client.js";
import type { IssuedTokens } from "../oauth/issued-tokens.js";
import { OAuthClient } from "../oauth/oauth-client.js";
import { memoryStore } from "../vault/memory-store.js";
import { keyFileSealer, passphraseSealer, plainSealer, type Sealer } from "../vault/sealing.js";
import { fileStore } from "../vault/settings-file.js";
import type { TokenStore } from "../vault/token-store.js";
import { TokenVault } from "../vault/token-vault.js";
import type { Application, VaultRecord } from "../vault/vault-record.js";
import { ConnectionLog } from "./connection-log.js";
import { defaultApplication, noApplication } from "./default-application.js";
import type { OnlineOptions } from "./online-options.js";
import type { OnlineSettings } from "./settings.js";
import { UnfinishedWork } from "./unfinished-work.js";

/** What a connection is made of. */
export interface ConnectionParts {
  readonly settings: OnlineSettings;
  readonly options: OnlineOptions;
  readonly log: ConnectionLog;
  readonly http: HttpClient;
  readonly client: OAuthClient;
  readonly vault: TokenVault;
  /** Of the place where the tokens are kept. */
  readonly place: string;
  readonly sandbox: boolean;
  /** Whether grants are kept: with OFF only where the connection string says where. */
  readonly keeps: boolean;
  readonly application: () => Promise<Application>;
  readonly unfinished: UnfinishedWork;
  /** Aborted when the connection is closed. */
  readonly closing: AbortController;
}

/** `onRefreshed` hears of each refresh that this connection made itself. */
export async function makeParts(
  settings: OnlineSettings,
  options: OnlineOptions,
  onRefreshed: (tokens: IssuedTokens) => void,
): Promise<ConnectionParts> {
  const { store, sealer } = storeAndSealer(settings, options);
  const unfinished = new UnfinishedWork();
  const log = new ConnectionLog(settings.logfile, settings.verbosity, options.logger);
  const { logger } = log;
  const http = log.watching(new UndiciClient(settings.http));
  const keeps = settings.initiate !== "OFF" || settings.isLocated || options.store !== undefined;
  try {
    const refresh = async (token: string, record: VaultRecord): Promise<IssuedTokens> => {
      checkApplication(settings, record);
      const tokens = await client.refresh(token);
      logger.info({ expiresIn: tokens.expiresIn }, "the access token was refreshed");
      onRefreshed(tokens);
      return tokens;
    };
    const vault = new TokenVault({ store: watched(store, unfinished), sealer, refresh, logger });
    // What others keep at the default place is no matter of a connection that keeps nothing there.
    const sandbox = settings.sandbox ?? (keeps ? (await vault.read())?.sandbox : undefined) ?? false;
    const application = async (): Promise<Application> => {
      const preset = defaultApplication();
      const own = settings.application ?? (keeps ? undefined : preset);
      const stored = own === undefined ? (await vault.read())?.application : undefined;
      // Of the same application the program knows the secret that holds now.
      const found = own ?? (stored === undefined || stored.clientId === preset?.clientId ? preset : stored);
      if (found === undefined) throw noApplication();
      return { clientId: found.clientId, clientSecret: found.clientSecret };
    };
    const endpoints = { sandbox, discoveryURL: settings.discoveryURL };
    const client = new OAuthClient({ http, endpoints, application, logger });
    const closing = new AbortController();
    const place = store.name;
    const rest = { place, sandbox, keeps, application, unfinished, closing };
    return { settings, options, log, http, client, vault, ...rest };
  } catch (error) {
    await http.close();
    log.close();
    throw error;
  }
}

/** What runs under the lock is not cut; what waits for the lock is. */
function watched(store: TokenStore, unfinished: UnfinishedWork): TokenStore {
  return {
    name: store.name,
    read: () => store.read(),
    replace: (expected, next) => store.replace(expected, next),
    exclusively: (work) => store.exclusively(() => unfinished.track(work())),
  };
}

function storeAndSealer(
  settings: OnlineSettings,
  options: OnlineOptions,
): { readonly store: TokenStore; readonly sealer: Sealer } {
  const { location } = settings;
  // The environment is for all connections, and so comes last.
  const passphrase =
    settings.passphrase ?? options.passphrase ?? (process.env["QBCONNECTOR_OAUTH_PASSPHRASE"] || undefined);
  if (passphrase === "") throw new QBError("QB_INVALID_ARGUMENT", "the option passphrase is empty");
  const own = options.store;
  if (own !== undefined) {
    if (passphrase !== undefined) return { store: own, sealer: passphraseSealer(passphrase) };
    throw new QBError(
      "QB_INVALID_ARGUMENT",
      "the option store needs a passphrase, to encrypt what it keeps",
      {
        advice: "Give the option passphrase, OAuthSettingsPassphrase, or QBCONNECTOR_OAUTH_PASSPHRASE.",
      },
    );
  }
  const id = /^memory:\/\/(.+)$/i.exec(location)?.[1];
  if (id !== undefined) return { store: memoryStore(id), sealer: plainSealer };
  const store = fileStore(location);
  const sealer = passphrase === undefined ? keyFileSealer(`${store.name}.key`) : passphraseSealer(passphrase);
  return { store, sealer };
}

/** With another application than the one that it was given to, the server would refuse a grant for good. */
export function checkApplication(
  { application: asked }: OnlineSettings,
  { grant, ended, application: stored }: VaultRecord,
): void {
  if (grant === undefined || ended !== undefined || asked === undefined) return;
  if (stored === undefined || stored.clientId === asked.clientId) return;
  throw new QBError("QB_OAUTH_APPLICATION", "the stored connection belongs to another OAuthClientId", {
    advice: "Give each application an OAuthSettingsLocation of its own.",
  });
}

/** Refuses a grant of another company than the one that the connection string or the stored grant names. */
export function checkCompany(
  { settings, sandbox }: Pick<ConnectionParts, "settings" | "sandbox">,
  companyId: string | undefined,
  stored?: VaultRecord,
): void {
  for (const known of [settings.companyId, stored?.grant?.companyId])
    if (known !== undefined && companyId !== undefined && known !== companyId)
      throw new QBError(
        "QB_WRONG_COMPANY",
        `company ${companyId} was chosen, but the connection is to company ${known}`,
        {
          details: { expected: known, companyId },
        },
      );
  if (stored?.grant === undefined || stored.sandbox === sandbox) return;
  const [is, asked] = stored.sandbox ? ["a sandbox", "no sandbox"] : ["no sandbox", "a sandbox"];
  throw new QBError(
    "QB_WRONG_COMPANY",
    `the stored connection is to ${is} company, UseSandbox asks for ${asked}`,
  );
}
