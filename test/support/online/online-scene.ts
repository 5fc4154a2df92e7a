import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  connect,
  formatOnlineConnectionString,
  type OnlineConnection,
  type OnlineConnectionString,
  type OnlineOptions,
} from "qbconnector/online";
import { freePort } from "../free-port.js";
import {
  APPLICATION,
  COMPANY,
  startConsentingProvider,
  type ConsentingProvider,
} from "./consenting-provider.js";
import { startDataService, type DataService } from "./data-service.js";
import { recordingLogger } from "./recording-logger.js";

/** A provider that agrees to everything, the data of one company, and a fresh folder. */
export class OnlineScene {
  readonly folder = mkdtempSync(join(tmpdir(), "qbconnector-online-"));
  readonly settingsFile: string;
  readonly log = recordingLogger();
  readonly provider: ConsentingProvider;
  readonly service: DataService;
  readonly callbackURL: string;
  readonly #connections: OnlineConnection[] = [];

  constructor(t: TestContext, provider: ConsentingProvider, service: DataService, port: number) {
    this.settingsFile = join(this.folder, "settings.txt");
    this.provider = provider;
    this.service = service;
    this.callbackURL = `http://localhost:${port}/callback`;
    service.accepts = (token) => token === provider.accessToken;
    t.after(async () => {
      // Windows keeps the folder of an open log.
      await Promise.all(this.#connections.map((connection) => connection.close()));
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Where the stand-ins are, and what `properties` add; undefined takes a property back. */
  string(properties: OnlineConnectionString = {}): string {
    return formatOnlineConnectionString({
      UseSandbox: "true",
      DiscoveryURL: this.provider.discoveryURL,
      ServiceURL: this.service.url,
      ProxyAutoDetect: "false",
      OAuthSettingsLocation: this.settingsFile,
      ...properties,
    });
  }

  /** With what identifies the application. */
  applicationString(properties: OnlineConnectionString = {}): string {
    const { clientId, clientSecret } = APPLICATION;
    return this.string({
      OAuthClientId: clientId,
      OAuthClientSecret: clientSecret,
      CallbackURL: this.callbackURL,
      ...properties,
    });
  }

  async connect(connectionString: string, options: OnlineOptions = {}): Promise<OnlineConnection> {
    const connection = await connect(connectionString, { logger: this.log.logger, ...options });
    this.#connections.push(connection);
    return connection;
  }

  /** Connected by a browser whose user agrees. */
  login(properties: OnlineConnectionString = {}, options: OnlineOptions = {}): Promise<OnlineConnection> {
    const openBrowser = (url: URL): void => void this.provider.browse(url).catch(() => {});
    return this.connect(this.applicationString({ InitiateOAuth: "GETANDREFRESH", ...properties }), {
      openBrowser,
      ...options,
    });
  }
}

export async function onlineScene(t: TestContext): Promise<OnlineScene> {
  const service = await startDataService(t, COMPANY);
  return new OnlineScene(t, await startConsentingProvider(t), service, await freePort());
}
