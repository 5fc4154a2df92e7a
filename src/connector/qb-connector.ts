import type { Server } from "node:http";
import { QBError } from "../errors.js";
import { DispatchEmitter, EventDispatch } from "../event-dispatch.js";
import { SessionQueue } from "../quickbooks/session-queue.js";
import type { RequestProcessor } from "../quickbooks/request-processor.js";
import { quickBooksSettings } from "../quickbooks/settings.js";
import { within } from "../within.js";
import { AllowedClients } from "./allowed-clients.js";
import { Authenticator } from "./authenticator.js";
import { AuthorizedUsers, type AuthMode, type AuthorizedUser } from "./authorized-users.js";
import { cannotListen, checkSecurity } from "./binding.js";
import type { ServerCertificate } from "./certificate/server-certificate.js";
import { Configuration } from "./configuration.js";
import {
  checkPort,
  checkTimeout,
  fixedOptions,
  type FixedOptions,
  type QBConnectorOptions,
} from "./connector-options.js";
import { Connections } from "./connections.js";
import { ConnectorDiagnosis } from "./diagnosis/connector-diagnosis.js";
import type { QBConnectorEvents } from "./events.js";
import { Listener } from "./listener.js";
import { LoginThrottle } from "./login-throttle.js";
import { mount, type RequestListener } from "./mounting.js";
import { Reporter } from "./reporter.js";
import { RequestHandler } from "./request-handler.js";
import { TlsGate } from "./tls-gate.js";
import { checkBoolean, TlsSettings, type SSLStartMode } from "./tls-settings.js";
import { WindowsAccounts } from "./windows-accounts.js";

const DEFAULT_PORT = 2080;
const DEFAULT_TIMEOUT = 60;
const DEFAULT_DRAIN_MS = 30_000;

/**
 * An authenticated HTTP server next to QuickBooks: takes qbXML message sets, has QuickBooks process them, answers with the
 * response. Members mirror the QBConnector component of QuickBooks Integrator; `docs/reference/integrator-api.md` maps them.
 *
 * Errors have stable codes: see `docs/reference/errors.md`.
 */
export class QBConnector extends DispatchEmitter<QBConnectorEvents> {
  /** The clients that may connect, and how QuickBooks is opened for each. */
  readonly authorizedUsers: AuthorizedUsers = new AuthorizedUsers();
  readonly #given: QBConnectorOptions;
  readonly #fixed: FixedOptions;
  readonly #dispatch: EventDispatch<QBConnectorEvents>;
  readonly #connections: Connections;
  readonly #handler: RequestHandler;
  readonly #report: Reporter;
  readonly #configuration: Configuration;
  readonly #tls: TlsSettings;
  #localHost = "";
  #localPort = 0;
  #timeout = 0;
  #allowInsecure = false;
  #allowedClients: AllowedClients = new AllowedClients("");
  #listener: Listener | undefined;
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #cutting: Promise<void> | undefined;
  #queue: SessionQueue | undefined;
  /** What the last word was; a start that still waits for an end does not happen when it was followed by a stop. */
  #wanted = false;
  /** True from the moment of stopping until the next start. */
  #refusing = false;

  /** Throws `QB_INVALID_ARGUMENT` and `QB_CONNECTION_STRING` for options that are not valid. */
  constructor(options: QBConnectorOptions = {}) {
    super();
    this.#fixed = fixedOptions(options);
    this.#given = Object.freeze({ ...options });
    this.#report = new Reporter(() => this.#dispatch, this.#fixed.logger);
    this.#dispatch = new EventDispatch<QBConnectorEvents>(this, {
      timeLimitMs: () => this.#fixed.limits.listenerMs,
      onListenerError: (event, error) => this.#report.listenerFailure(event, error),
    });
    this.#connections = new Connections({
      dispatch: this.#dispatch,
      allowed: () => this.#allowedClients,
      limit: this.#fixed.limits.connections,
      onRefused: (error, connectionId) => this.#report.refusal(error, connectionId),
      onFull: () => this.#report.warning(`all ${this.#fixed.limits.connections} connections are taken`),
    });
    this.#tls = new TlsSettings((error) => this.#report.failure(error));
    this.#configuration = this.#makeConfiguration();
    this.#handler = this.#makeHandler();
    this.#applyGiven();
  }

  /** The interface on which it listens; default `127.0.0.1`. Locked while listening. */
  get localHost(): string {
    return this.#localHost;
  }

  set localHost(host: string) {
    this.#checkUnlocked("localHost");
    if (typeof host !== "string" || /[\s/]/.test(host))
      throw invalid("localHost must be a host name or an address");
    this.#localHost = host === "" ? "127.0.0.1" : host;
  }

  /** The TCP port; default 2080. 0 takes a free one, which can be read while listening. Locked while listening. */
  get localPort(): number {
    return (this.#refusing ? undefined : this.#listener?.port) ?? this.#localPort;
  }

  set localPort(port: number) {
    this.#checkUnlocked("localPort");
    this.#localPort = checkPort(port);
  }

  /** Whether HTTPS is spoken; default false. Locked while listening. */
  get enableSSL(): boolean {
    return this.#tls.enabled;
  }

  set enableSSL(enabled: boolean) {
    this.#checkUnlocked("enableSSL");
    this.#tls.enabled = enabled;
  }

  /** `enableSSL` in other words: `Implicit` is true, `None` is false. Throws `QB_INVALID_ARGUMENT` for all others. */
  get sslStartMode(): SSLStartMode {
    return this.#tls.startMode;
  }

  set sslStartMode(mode: SSLStartMode | 1 | 3) {
    this.#checkUnlocked("sslStartMode");
    this.#tls.startMode = mode;
  }

  /** The certificate with its private key. Can be changed while listening; that holds for new connections. */
  get sslCert(): ServerCertificate {
    return this.#tls.certificate;
  }

  /** Whether clients are asked for a certificate, see `sslClientAuthentication`; default false. Locked while listening. */
  get sslAuthenticateClients(): boolean {
    return this.#tls.authenticateClients;
  }

  set sslAuthenticateClients(authenticate: boolean) {
    this.#checkUnlocked("sslAuthenticateClients");
    this.#tls.authenticateClients = checkBoolean("sslAuthenticateClients", authenticate);
  }

  /** Seconds to wait for a client that sends or takes nothing; default 60, 0 waits for ever. Holds for new connections. */
  get timeout(): number {
    return this.#timeout;
  }

  set timeout(seconds: number) {
    this.#timeout = checkTimeout(seconds);
  }

  /** Which addresses may connect: addresses, ranges, wildcards, separated by commas; empty lets everyone in. */
  get allowedClients(): string {
    return this.#allowedClients.text;
  }

  set allowedClients(text: string) {
    this.#allowedClients = new AllowedClients(text);
  }

  /** True while connections are accepted. Setting it starts or stops; a failure goes to the `error` event. */
  get listening(): boolean {
    return this.#listener !== undefined && this.#starting === undefined && !this.#refusing;
  }

  set listening(listening: boolean) {
    if (listening) this.listen().catch((error: unknown) => this.#report.failure(error));
    else void this.#stopListening();
  }

  /** True while the connector's own persistent connection to QuickBooks is open. Setting it opens or closes. */
  get connectedToQB(): boolean {
    return this.#queue?.connected ?? false;
  }

  set connectedToQB(connected: boolean) {
    const done = connected ? this.connectToQB() : this.disconnectFromQB();
    done.catch((error: unknown) => this.#report.failure(error));
  }

  /** Adds a user. Throws `QB_INVALID_ARGUMENT`, `QB_CONNECTION_STRING`. */
  addUser(
    user: string,
    password: string,
    qbConnectionString = "",
    authMode: AuthMode | 0 | 1 = "Normal",
  ): AuthorizedUser {
    return this.authorizedUsers.add({ user, password, qbConnectionString, authMode });
  }

  /**
   * Starts to listen. Rejects with `QB_INVALID_ARGUMENT` when the port is taken or plain HTTP would leave this machine, with
   * `QB_CERTIFICATE` when there is no certificate that can be used.
   */
  async listen(): Promise<void> {
    this.#wanted = true;
    const ending = this.#closing ?? this.#cutting ?? this.#stopping;
    if (ending !== undefined) await ending;
    if (this.#wanted && this.#listener === undefined)
      this.#starting = this.#start().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  /** Opens one persistent connection to QuickBooks with `DefaultConnectionString`. Rejects with the error of the road. */
  async connectToQB(): Promise<void> {
    if (!this.connectedToQB) await this.#openQueue().connect(this.#programSettings());
  }

  async disconnectFromQB(): Promise<void> {
    await this.#queue?.disconnect();
  }

  /**
   * Serves the connector from an existing HTTP server, below `path`; every other path stays with the server's own
   * listeners. Gives a function that takes it off again.
   */
  attach(server: Server, { path = "/" }: { readonly path?: string } = {}): () => void {
    this.#refusing = false;
    return mount(server, path, (request, response, below) => {
      void this.#handler.handle(request, response, below, false);
    });
  }

  /** The connector as a request listener, for example for Express: `app.use("/quickbooks", connector.handler())`. */
  handler(): RequestListener {
    this.#refusing = false;
    return (request, response) => void this.#handler.handle(request, response, request.url ?? "/", false);
  }

  /**
   * Sets (`Name=Value`) or reads (`Name`) a configuration setting; gives its value as text.
   * Throws `QB_UNKNOWN_SETTING`, `QB_INVALID_ARGUMENT`.
   */
  config(text: string): string {
    return this.#configuration.apply(text);
  }

  /** Sends out the notifications that wait while `ProcessIdleEvents` is false. Gives their number. */
  doEvents(): Promise<number> {
    return this.#dispatch.deliver(this.#configuration.selectWaitMillis);
  }

  /**
   * Refuses new work, lets waiting and running work end, then ends every connection and session. After `drainMs` (default
   * 30 000) what is left is cut as by `destroy`. Can be called twice; `listen()` starts anew.
   */
  close({ drainMs = DEFAULT_DRAIN_MS }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#wanted = false;
    if (this.#closing !== undefined) return this.#closeSooner(this.#closing, drainMs);
    this.#closing = this.#close(drainMs).finally(() => (this.#closing = undefined));
    return this.#closing;
  }

  /** The documented name of `close`. */
  shutdown(): Promise<void> {
    return this.close();
  }

  /**
   * Cuts everything now: clients see their connections end without an answer. What waited was not done; of the running call nobody
   * knows when it writes. The program's own calls fail with `error`.
   */
  destroy(error: QBError = new QBError("QB_SHUTTING_DOWN", "the connector was destroyed")): Promise<void> {
    this.#wanted = false;
    this.#cutting ??= this.#cut(error).finally(() => (this.#cutting = undefined));
    return this.#cutting;
  }

  async #cut(error: QBError): Promise<void> {
    await this.#starting?.catch(() => {});
    this.#refusing = true;
    const ended = this.#queue?.destroy(error);
    this.#connections.destroyAll();
    await this.#listener?.stop();
    await ended;
    this.#forget();
  }

  /** Closes without waiting and puts every property and setting back to what the constructor was given, or its default. */
  async reset(): Promise<void> {
    await this.close({ drainMs: 0 });
    this.#applyGiven();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<void> {
    const { enabled: enableSSL, certificate } = this.#tls;
    checkSecurity(this.#localHost, { enableSSL, allowInsecure: this.#allowInsecure });
    this.#tls.check();
    const warning = enableSSL ? certificate.warning() : undefined;
    if (warning !== undefined) this.#report.warning(warning);
    this.#refusing = false;
    this.#openQueue();
    const listener = new Listener({
      host: this.#localHost,
      port: this.#localPort,
      limits: this.#fixed.limits,
      keepAliveMs: this.#timeout * 1000,
      connections: this.#connections,
      tls: enableSSL ? this.#makeTlsGate() : undefined,
      handle: (request, response, path, expectsContinue) =>
        void this.#handler.handle(request, response, path, expectsContinue),
      onRefused: (error, connectionId) => this.#report.refusal(error, connectionId),
    });
    this.#listener = listener;
    try {
      await listener.start();
    } catch (cause) {
      this.#listener = undefined;
      throw cannotListen(this.#localHost, this.#localPort, cause);
    }
    const protocol = enableSSL ? "HTTPS" : "HTTP";
    this.#report.status(`listening on ${this.#localHost}, port ${listener.port}, for ${protocol}`);
  }

  #makeTlsGate(): TlsGate {
    const { certificate, authenticateClients, clientAuthorities } = this.#tls;
    return new TlsGate({
      certificate,
      authenticateClients,
      clientAuthorities,
      asksForCertificate: () =>
        this.#configuration.useInternalSecurityAPI && this.#dispatch.has("sslConnectionRequest"),
      timeLimitMs: this.#fixed.limits.headerMs,
      connections: this.#connections,
      dispatch: this.#dispatch,
      report: this.#report,
    });
  }

  #stopListening(): Promise<void> {
    this.#wanted = false;
    if (this.listening) this.#refusing = true;
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined));
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => {});
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#refusing = true;
    this.#connections.endIdle();
    await listener.stop();
    if (this.#listener === listener) this.#listener = undefined;
  }

  async #closeSooner(closing: Promise<void>, drainMs: number): Promise<void> {
    if (!(await within(drainMs, closing))) await this.destroy();
    await closing;
  }

  async #close(drainMs: number): Promise<void> {
    await this.#starting?.catch(() => {});
    this.#refusing = true;
    const stopped = this.#stopListening();
    const drained = Promise.all([stopped, this.#queue?.idle()]).then(() => this.#connections.endIdle());
    if (!(await within(drainMs, drained))) return this.destroy();
    await this.#queue?.destroy(new QBError("QB_SHUTTING_DOWN", "the connector was closed"));
    this.#connections.destroyAll();
    this.#forget();
  }

  #forget(): void {
    this.#listener = undefined;
    this.#queue = undefined;
    this.#report.status("closed");
  }

  #openQueue(): SessionQueue {
    const { limits, quickbooks = NO_ROAD } = this.#fixed;
    this.#queue ??= new SessionQueue(quickbooks, {
      maxWaiting: limits.queueLength,
      deadlineMs: limits.deadlineMs,
      companyFileWaitMs: limits.companyFileWaitMs,
      ticketIdleMs: limits.ticketIdleMs,
      onError: (error) => this.#report.failure(error),
    });
    return this.#queue;
  }

  #makeConfiguration(): Configuration {
    return new Configuration({
      authorizedUsers: this.authorizedUsers,
      isConnected: () => this.connectedToQB,
      connect: (connected) => (this.connectedToQB = connected),
      holdEvents: (hold) => {
        this.#dispatch.holding = hold;
        if (!hold) void this.#dispatch.deliver(0);
      },
      checkUnlocked: (name) => this.#checkUnlocked(name),
    });
  }

  #makeHandler(): RequestHandler {
    const { limits, logger, outsideCodePage, allowClientSettings, windowsLogon } = this.#fixed;
    const authenticator = new Authenticator({
      users: this.authorizedUsers,
      throttle: new LoginThrottle(),
      windowsAccounts: new WindowsAccounts({
        windowsLogon,
        useInteractiveLogon: () => this.#configuration.useInteractiveLogon,
        onError: (error) => this.#report.failure(error),
        onRefusal: (message) => this.#report.warning(message),
      }),
    });
    return new RequestHandler({
      connections: this.#connections,
      authenticator,
      dispatch: this.#dispatch,
      limits,
      logger,
      outsideCodePage,
      allowClientSettings,
      queue: () => this.#openQueue(),
      diagnosis: this.#makeDiagnosis(),
      closing: () => this.#refusing,
      timeoutMs: () => this.#timeout * 1000,
      codePage: () => this.#configuration.codePage,
      authFlags: () => this.#configuration.authFlags,
      defaultSettings: () => this.#configuration.defaultSettings,
      indexOf: ({ match }) => (match === undefined ? -1 : this.authorizedUsers.indexOf(match)),
      report: this.#report,
    });
  }

  #makeDiagnosis(): ConnectorDiagnosis {
    const { quickbooks, windowsLogon } = this.#fixed;
    return new ConnectorDiagnosis({
      connector: this,
      quickbooks,
      asksWindows: () => windowsLogon !== undefined,
      programDecides: () => this.#dispatch.has("authorization"),
      calls: () => this.#openQueue().state(),
    });
  }

  #applyGiven(): void {
    const given = this.#given;
    this.localHost = given.localHost ?? "";
    this.localPort = given.localPort ?? DEFAULT_PORT;
    this.timeout = given.timeout ?? DEFAULT_TIMEOUT;
    this.allowedClients = given.allowedClients ?? "";
    this.#allowInsecure = given.allowInsecure === true;
    this.#configuration.reset(given);
    this.#tls.reset(given);
    this.authorizedUsers.clear();
    for (const user of given.authorizedUsers ?? []) this.authorizedUsers.add(user);
  }

  #programSettings(): ReturnType<typeof quickBooksSettings> {
    return quickBooksSettings(this.#configuration.defaultSettings, {
      authFlags: this.#configuration.authFlags,
    });
  }

  #checkUnlocked(name: string): void {
    if (!this.listening && this.#starting === undefined) return;
    throw new QBError("QB_PROPERTY_LOCKED", `${name} cannot be changed while the connector is listening`);
  }
}

const NO_ROAD: RequestProcessor = {
  open: () =>
    Promise.reject(
      new QBError(
        "QB_NO_ROAD",
        "the connector was made without a way to QuickBooks: give the option quickbooks",
      ),
    ),
};

function invalid(message: string): QBError {
  return new QBError("QB_INVALID_ARGUMENT", message);
}
