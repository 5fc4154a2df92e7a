import {
  connect,
  formatOnlineConnectionString,
  type OnlineConnection,
  type OnlineOptions,
} from "qbconnector/online";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { freePort } from "../free-port.js";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startAuthorizationServer,
  type AuthorizationServer,
} from "./authorization-server.js";
import { consent, startChromium } from "./chromium.js";
import { startCompanyService, type CompanyService } from "./company-service.js";

export type Properties = Readonly<Record<string, string>>;
export type Answer = Parameters<typeof consent>[1];

/** A callback that Intuit accepts for production. */
export const PUBLIC_CALLBACK = "https://books.example.com/quickbooks/callback";

type Parts = Pick<Scene, "browser" | "server" | "service" | "callbackURL" | "publicPort">;

/** A login that nobody ends fails its test, and not the whole file. */
const LOGIN_MS = 30_000;

/** Chromium, an authorization server and a data service, for the tests of one file. */
export class Scene {
  readonly browser: Browser;
  readonly server: AuthorizationServer;
  readonly service: CompanyService;
  readonly callbackURL: string;
  /** Where Chromium looks for the host of PUBLIC_CALLBACK on this machine. */
  readonly publicPort: number;

  constructor(parts: Parts) {
    this.browser = parts.browser;
    this.server = parts.server;
    this.service = parts.service;
    this.callbackURL = parts.callbackURL;
    this.publicPort = parts.publicPort;
  }

  async close(): Promise<void> {
    this.server.close();
    this.service.close();
    await this.browser.close();
  }

  /** Where the stand-ins are, and what `properties` add. */
  string(properties: Properties): string {
    return formatOnlineConnectionString({
      UseSandbox: "true",
      DiscoveryURL: this.server.discoveryURL,
      ServiceURL: this.service.url,
      ...properties,
    });
  }

  /** As `string`, with what identifies the application. */
  applicationString(properties: Properties): string {
    return this.string({
      OAuthClientId: CLIENT_ID,
      OAuthClientSecret: CLIENT_SECRET,
      CallbackURL: this.callbackURL,
      ...properties,
    });
  }

  async page(options?: BrowserContextOptions): Promise<Page> {
    const context = await this.browser.newContext(options);
    return context.newPage();
  }

  /** After each test: a page takes memory as long as it is open. */
  async closePages(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  /** What the desktop flow opens: a browser in which somebody gives the answer. */
  async person(
    answer: Answer,
  ): Promise<{ page: Page; openBrowser: (url: URL) => void; done: () => Promise<void> }> {
    const page = await this.page();
    let visit: Promise<void> | undefined;
    return {
      page,
      openBrowser: (url) => {
        visit = page.goto(url.href).then(() => consent(page, answer));
      },
      done: async () => {
        if (visit === undefined) throw new Error("no browser was opened");
        return visit;
      },
    };
  }

  connect(properties: Properties, options?: OnlineOptions): Promise<OnlineConnection> {
    return connect(this.applicationString(properties), { authorizationTimeoutMs: LOGIN_MS, ...options });
  }
}

export async function openScene(options: { readonly pkce?: boolean } = {}): Promise<Scene> {
  const callbackURL = `http://127.0.0.1:${await freePort()}/callback`;
  const publicPort = await freePort();
  const server = await startAuthorizationServer({ callbackURLs: [callbackURL, PUBLIC_CALLBACK], ...options });
  const service = await startCompanyService(server);
  const { hostname } = new URL(PUBLIC_CALLBACK);
  const browser = await startChromium(`--host-resolver-rules=MAP ${hostname} 127.0.0.1:${publicPort}`);
  return new Scene({ browser, server, service, callbackURL, publicPort });
}

/** What must not happen. */
export function noBrowser(): never {
  throw new Error("a browser was opened");
}
