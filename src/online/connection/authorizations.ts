import { QBError } from "../../errors.js";
import { openInBrowser } from "../oauth/browser.js";
import { checkCallbackURL } from "../oauth/callback-url.js";
import { authorizeInteractively, type Granted } from "../oauth/interactive-authorization.js";
import { isLoopback } from "../../wire/loopback.js";
import { addPending, claimCode, takeOnlyPending, takePending } from "../vault/pending-authorizations.js";
import { saveGrant } from "../vault/stored-grant.js";
import { unlessAborted } from "../vault/unless-aborted.js";
import type { PendingAuthorization, VaultRecord } from "../vault/vault-record.js";
import { checkCompany, type ConnectionParts } from "./connection-parts.js";
import { defaultApplication } from "./default-application.js";

export interface AuthorizationWishes {
  readonly callbackURL?: string | undefined;
  readonly scope?: string | undefined;
  readonly state?: string | undefined;
}

export interface RedirectedAuthorization extends AuthorizationWishes {
  /** The URL to which the browser was sent, or the code in it. */
  readonly verifier: string;
  readonly companyId?: string | undefined;
}

/** Exchanges and logins that are under way in this process, by what they ask for and on which conditions. */
const underWay = new Map<string, Promise<Granted>>();

async function shared(
  parts: ConnectionParts,
  asked: RedirectedAuthorization | AuthorizationWishes,
  work: () => Promise<Granted>,
  signal?: AbortSignal,
): Promise<Granted> {
  const { place, sandbox, settings, application } = parts;
  const { clientId } = await application();
  const key = JSON.stringify([place, clientId, sandbox, settings.companyId, asked]);
  for (let running = underWay.get(key); running !== undefined; running = underWay.get(key)) {
    const granted = await unlessGivenUp(running, signal);
    if (granted !== undefined) return granted;
  }
  const granted = work().finally(() => underWay.delete(key));
  underWay.set(key, granted);
  return parts.unfinished.track(granted);
}

/** What another call gets; undefined when it was given up, which is no matter of those who share it. */
async function unlessGivenUp(
  running: Promise<Granted>,
  signal: AbortSignal | undefined,
): Promise<Granted | undefined> {
  try {
    return await unlessAborted(() => running, signal);
  } catch (error) {
    if ((error as QBError).code === "QB_ABORTED" && signal?.aborted === false) return undefined;
    throw error;
  }
}

/** Begins an authorization that comes back by another way than a listener of ours. */
export async function beginAuthorization(
  parts: ConnectionParts,
  { callbackURL: wished, scope = parts.settings.scope, state }: AuthorizationWishes,
): Promise<{ readonly url: URL; readonly state: string }> {
  const callbackURL = await callbackOf(parts, wished);
  const { url, pending } = await parts.client.begin({ callbackURL, scope, state });
  await addPending(parts.vault, pending);
  parts.log.logger.info({ callbackURL }, "an authorization was begun");
  return { url, state: pending.state };
}

/** Ends it. Of two that say the same at the same time one exchanges, and both get what it got. */
export function endAuthorization(
  parts: ConnectionParts,
  redirected: RedirectedAuthorization,
): Promise<Granted> {
  return shared(parts, redirected, async () => {
    const granted = /^https?:\/\//i.test(redirected.verifier)
      ? await exchangeRedirect(parts, redirected)
      : await exchangeBareCode(parts, redirected);
    parts.log.logger.info({ companyId: granted.companyId }, "the code was exchanged");
    await keep(parts, granted, redirected.callbackURL);
    return granted;
  });
}

async function exchangeRedirect(
  parts: ConnectionParts,
  { verifier, state: expected, companyId: wished }: RedirectedAuthorization,
): Promise<Granted> {
  const { client, vault, settings } = parts;
  if (!URL.canParse(verifier))
    throw new QBError("QB_AUTHORIZATION_STATE", "the redirected URL cannot be read");
  const redirected = new URL(verifier);
  const state = redirected.searchParams.get("state") ?? "";
  if (expected !== undefined && expected !== state)
    throw new QBError(
      "QB_AUTHORIZATION_STATE",
      "the state of the redirected URL is not the one that was given",
    );
  const pending = await takePending(vault, state);
  const { code, companyId = wished, parameters } = await client.validateRedirect(redirected, pending);
  checkCompany(parts, companyId ?? settings.companyId, await kept(parts));
  await claimCode(vault, code);
  const { callbackURL, codeVerifier } = pending;
  const tokens = await client.exchange({ parameters, callbackURL, codeVerifier });
  return { tokens, companyId: companyId ?? settings.companyId };
}

async function exchangeBareCode(
  parts: ConnectionParts,
  { verifier: code, state, companyId: wished, callbackURL: asked }: RedirectedAuthorization,
): Promise<Granted> {
  const { vault, settings, client } = parts;
  const stored = await kept(parts);
  const companyId = wished ?? settings.companyId ?? stored?.grant?.companyId;
  if (companyId === undefined)
    throw new QBError("QB_INVALID_ARGUMENT", "a code alone does not say which company it is for", {
      advice: "Give the whole URL to which the browser was sent, or the realmId in it as CompanyId.",
    });
  checkCompany(parts, companyId, stored);
  const callbackURL = await callbackOf(parts, asked);
  const pending: PendingAuthorization | undefined =
    state === undefined ? await takeOnlyPending(vault, callbackURL) : await takePending(vault, state);
  await claimCode(vault, code);
  const { codeVerifier } = pending ?? {};
  const tokens = await client.exchange({
    code,
    callbackURL: pending?.callbackURL ?? callbackURL,
    codeVerifier,
  });
  return { tokens, companyId };
}

/** By the browser on this machine, or a URL that somebody pastes. One login at a time for a place. */
export function authorizeHere(
  parts: ConnectionParts,
  wishes: AuthorizationWishes = {},
  signal?: AbortSignal,
): Promise<Granted> {
  const closing = parts.closing.signal;
  const ending = signal === undefined ? closing : AbortSignal.any([signal, closing]);
  const login = async (): Promise<Granted> => {
    const { settings, options, client, vault, log } = parts;
    const callbackURL = await callbackOf(parts, wishes.callbackURL);
    const { openBrowser = openInBrowser, authorizationTimeoutMs: timeoutMs } = options;
    const { readRedirectedURL, onAuthorizationURL } = options;
    const named = ({ tokens, companyId = settings.companyId }: Granted): Granted => ({ tokens, companyId });
    const granted = await authorizeInteractively({
      ...{
        client,
        vault,
        callbackURL,
        openBrowser,
        readRedirectedURL,
        onAuthorizationURL,
        timeoutMs,
        signal: ending,
      },
      scope: wishes.scope ?? settings.scope,
      listener: settings.listener ?? ownListener(callbackURL),
      logger: log.logger,
      checkCompany: async (companyId) => checkCompany(parts, companyId, await kept(parts)),
      save: (found) => keep(parts, named(found), callbackURL),
    });
    return named(granted);
  };
  return shared(parts, wishes, login, ending);
}

function ownListener(callbackURL: string): URL | undefined {
  const url = new URL(callbackURL);
  return url.protocol === "http:" && isLoopback(url.hostname.replace(/^\[|\]$/g, "")) ? url : undefined;
}

async function keep(
  parts: ConnectionParts,
  { tokens, companyId }: Granted,
  callbackURL?: string,
): Promise<void> {
  const { vault, sandbox, keeps, application } = parts;
  checkCompany(parts, companyId, await kept(parts));
  if (!keeps) return;
  await saveGrant(vault, { tokens, companyId, application: await application(), sandbox, callbackURL });
}

/** What the place holds, when grants are kept there. */
async function kept({ vault, keeps }: ConnectionParts): Promise<VaultRecord | undefined> {
  return keeps ? vault.read() : undefined;
}

async function callbackOf(parts: ConnectionParts, wished: string | undefined): Promise<string> {
  const { settings, sandbox } = parts;
  // Without one there is nothing to begin with, and this explains it.
  await parts.application();
  const callbackURL =
    wished ?? settings.callbackURL ?? (await kept(parts))?.callbackURL ?? defaultApplication()?.callbackURL;
  if (callbackURL === undefined)
    throw new QBError("QB_CALLBACK_URL", "no CallbackURL is given", {
      advice: "Give CallbackURL: exactly one of the redirect URIs that are registered with the application.",
    });
  checkCallbackURL(callbackURL, sandbox);
  return callbackURL;
}
