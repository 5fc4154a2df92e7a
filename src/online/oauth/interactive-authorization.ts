import { setTimeout as delay } from "node:timers/promises";
import { QBError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import { addPending, takePending } from "../vault/pending-authorizations.js";
import type { TokenVault } from "../vault/token-vault.js";
import { listenForCallback } from "./callback-listener.js";
import { connectedPage, failedPage, foreignPage, refusedPage, type CallbackPage } from "./callback-page.js";
import { Login, type Granted } from "./login.js";
import type { OAuthClient } from "./oauth-client.js";

export type { Granted } from "./login.js";

export interface InteractiveAuthorizationOptions {
  readonly client: OAuthClient;
  readonly vault: TokenVault;
  readonly callbackURL: string;
  readonly scope: string;
  /** Where to listen on this machine; undefined when only a pasted URL can come back. */
  readonly listener: URL | undefined;
  readonly openBrowser: (url: URL) => unknown;
  readonly readRedirectedURL?:
    ((request: { readonly url: URL; readonly signal: AbortSignal }) => Promise<string>) | undefined;
  readonly onAuthorizationURL?: ((url: URL) => unknown) | undefined;
  /** Rejects when nobody wants the company that was chosen; its code is not exchanged then. */
  readonly checkCompany?: ((companyId: string | undefined) => Promise<void>) | undefined;
  /** Keeps what was granted; the browser is told that it worked only after that. */
  readonly save?: ((granted: Granted) => Promise<unknown>) | undefined;
  readonly logger: Logger;
  /** Until the browser is back; default 5 minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_MS = 300_000;
/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Sends the user through the browser and waits for the end. One code is exchanged at most, whatever comes back; once it
 * came, neither the time limit nor the signal ends the exchange, because its tokens would be lost.
 */
export async function authorizeInteractively(options: InteractiveAuthorizationOptions): Promise<Granted> {
  const { client, callbackURL, scope, listener, signal, vault, checkCompany, save } = options;
  if (signal?.aborted === true) throw aborted(signal);
  if (listener === undefined && options.readRedirectedURL === undefined) throw nothingListens();
  const { url, pending } = await client.begin({ callbackURL, scope });
  const login = new Login({ client, vault, pending, checkCompany, save });
  const answer = (redirected: URL): Promise<CallbackPage> => pageFor(login, redirected, options.logger);
  const listening = listener && (await listenForCallback({ listener, callbackURL, answer }));
  const over = new AbortController();
  try {
    await addPending(vault, pending);
    await ready(options, login, url, over.signal);
    return await login.result();
  } finally {
    over.abort();
    await listening?.close();
    // A login that nobody came back from must not be taken up later; what fails here expires by itself.
    if (!login.arrived) await takePending(vault, pending.state).catch(() => {});
  }
}

/** Until the browser, or somebody who pastes its URL, is back. */
async function ready(
  options: InteractiveAuthorizationOptions,
  login: Login,
  url: URL,
  over: AbortSignal,
): Promise<void> {
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  try {
    await Promise.race([
      login.arrival,
      overdue(timeoutMs, signal, over),
      shown(options, url).then(() => login.arrival),
      pasted(options, login, url, over),
    ]);
  } catch (error) {
    if (!login.arrived) {
      login.end();
      throw error;
    }
  }
}

async function overdue(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  over: AbortSignal,
): Promise<never> {
  const ends = signal === undefined ? over : AbortSignal.any([signal, over]);
  await delay(Math.min(timeoutMs, LONGEST_MS), undefined, { signal: ends }).catch(() => {});
  if (signal?.aborted === true) throw aborted(signal);
  throw new QBError("QB_TIMEOUT", "nobody completed the login in the browser in time", {
    advice: "Start again and log in within the time that is given.",
  });
}

async function pasted(
  { readRedirectedURL, signal }: InteractiveAuthorizationOptions,
  login: Login,
  url: URL,
  over: AbortSignal,
): Promise<unknown> {
  if (readRedirectedURL === undefined) return login.arrival;
  const ends = signal === undefined ? over : AbortSignal.any([signal, over]);
  const text = (await readRedirectedURL({ url: new URL(url), signal: ends })).trim();
  if (!URL.canParse(text) || login.redirected(new URL(text)) === undefined) {
    throw new QBError("QB_AUTHORIZATION_STATE", "what was pasted is not the URL at which this login ended");
  }
  return login.arrival;
}

/** Without a browser the login goes on: whoever is told the URL can open it anywhere. */
async function shown(options: InteractiveAuthorizationOptions, url: URL): Promise<void> {
  const { openBrowser, onAuthorizationURL, readRedirectedURL, logger } = options;
  await onAuthorizationURL?.(new URL(url));
  try {
    await openBrowser(new URL(url));
  } catch (error) {
    const reason = error instanceof QBError ? error.message : "the browser was not opened";
    logger.warn({}, `${reason}; the login waits for somebody who opens the URL by hand`);
    // Not for the log: who reads that need not know the state.
    if (onAuthorizationURL === undefined && readRedirectedURL === undefined) {
      process.stderr.write(`Open this URL in a browser to connect to QuickBooks Online:\n${url.href}\n`);
    }
  }
}

async function pageFor(login: Login, redirected: URL, logger: Logger): Promise<CallbackPage> {
  const granted = login.redirected(redirected);
  if (granted === undefined) {
    logger.warn({}, "a callback was refused that does not belong to the login that is waited for");
    return foreignPage();
  }
  try {
    return connectedPage((await granted).companyId);
  } catch (error) {
    if (!(error instanceof QBError))
      return failedPage("See what the program says.", "Then start again there.");
    if (error.details["error"] === "access_denied") return refusedPage(error.advice);
    const advice =
      error.code === "QB_AUTHORIZATION_STATE"
        ? "Start again in the program that opened this page."
        : error.advice;
    return failedPage(sentence(error.message), advice);
  }
}

function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
}

function nothingListens(): QBError {
  return new QBError("QB_CALLBACK_URL", "nothing would notice the end of the login", {
    advice: "Give CallbackListener, or a function readRedirectedURL (`qbconnector online login --paste`).",
  });
}

function aborted(signal: AbortSignal): QBError {
  return new QBError("QB_ABORTED", "the login was given up", { cause: signal.reason });
}
