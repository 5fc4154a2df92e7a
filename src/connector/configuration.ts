import { readFileSync } from "node:fs";
import { redactConnectionString, type ConnectionString } from "../connection-string.js";
import { QBError } from "../errors.js";
import { CodePage } from "../qbxml/code-page.js";
import { serverSideSettings, type AuthorizedUsers } from "./authorized-users.js";
import type { QBConnectorOptions } from "./connector-options.js";

/** What the settings touch outside of themselves. */
export interface ConfiguredConnector {
  readonly authorizedUsers: AuthorizedUsers;
  isConnected(): boolean;
  connect(connected: boolean): void;
  /** Notifications wait for `doEvents()` while this is true. */
  holdEvents(hold: boolean): void;
  /** Throws `QB_PROPERTY_LOCKED` while listening. */
  checkUnlocked(name: string): void;
}

interface Setting {
  read(): string;
  /** Absent: the setting can only be read. */
  write?(value: string): void;
}

const FORM = /^\s*([A-Za-z]+)(?:\[(\d{1,5})\])?\s*(?:=([^]*))?$/;
const DEFAULT_CODE_PAGE = 1252;
const DEFAULT_SELECT_WAIT_MILLIS = 20;

/** The documented configuration settings of a connector. */
export class Configuration {
  readonly #connector: ConfiguredConnector;
  #authFlags: number | undefined;
  #codePage: CodePage = CodePage.of(DEFAULT_CODE_PAGE);
  #defaultConnectionString = "";
  #defaultSettings: ConnectionString = {};
  #processIdleEvents = true;
  #selectWaitMillis = DEFAULT_SELECT_WAIT_MILLIS;
  #useInteractiveLogon = false;
  #useInternalSecurityAPI = true;

  constructor(connector: ConfiguredConnector) {
    this.#connector = connector;
  }

  get authFlags(): number | undefined {
    return this.#authFlags;
  }

  get codePage(): CodePage {
    return this.#codePage;
  }

  get defaultSettings(): ConnectionString {
    return this.#defaultSettings;
  }

  get selectWaitMillis(): number {
    return this.#selectWaitMillis;
  }

  get useInternalSecurityAPI(): boolean {
    return this.#useInternalSecurityAPI;
  }

  get useInteractiveLogon(): boolean {
    return this.#useInteractiveLogon;
  }

  /** Back to what the connector was made with, or the defaults. Throws `QB_CONNECTION_STRING`, `QB_INVALID_ARGUMENT`. */
  reset(given: QBConnectorOptions): void {
    this.#setDefaultConnectionString(given.defaultConnectionString ?? "");
    this.#codePage = CodePage.of(given.codePage ?? DEFAULT_CODE_PAGE);
    this.#authFlags = undefined;
    this.#setProcessIdleEvents(true);
    this.#selectWaitMillis = DEFAULT_SELECT_WAIT_MILLIS;
    this.#useInteractiveLogon = false;
    this.#useInternalSecurityAPI = true;
  }

  /**
   * `Name=Value` sets, `Name` reads; the new or present value comes back as text.
   * Throws `QB_UNKNOWN_SETTING` for names that are not documented, `QB_INVALID_ARGUMENT` for values that are not valid.
   */
  apply(text: string): string {
    const [, name = "", index, value] = FORM.exec(text) ?? [];
    const setting = this.#find(name, index);
    if (setting === undefined) throw unknownSetting(text);
    if (value === undefined) return setting.read();
    if (setting.write === undefined) throw new QBError("QB_INVALID_ARGUMENT", `${name} can only be read`);
    setting.write(value.trim());
    return setting.read();
  }

  #find(name: string, index: string | undefined): Setting | undefined {
    const key = name.toLowerCase();
    if (index !== undefined) return key === "readonly" ? this.#readOnly(Number(index)) : undefined;
    return Object.hasOwn(this.#settings, key) ? this.#settings[key] : undefined;
  }

  #readOnly(index: number): Setting {
    const user = this.#connector.authorizedUsers.at(index);
    return {
      read: () => String(user.readOnly),
      write: (value) => (user.readOnly = parseBoolean(`ReadOnly[${index}]`, value)),
    };
  }

  readonly #settings: Readonly<Record<string, Setting>> = {
    authflags: {
      read: () => (this.#authFlags === undefined ? "" : `0x${this.#authFlags.toString(16).toUpperCase()}`),
      write: (value) => {
        const flags = value === "" ? 0 : parseWholeNumber("AuthFlags", value, 0xffffffff);
        this.#authFlags = flags === 0 ? undefined : flags;
      },
    },
    buildinfo: {
      read: () =>
        `qbconnector ${packageFacts().version}, Node.js ${process.version}, ${process.platform} ${process.arch}`,
    },
    codepage: {
      read: () => String(this.#codePage.number),
      write: (value) => (this.#codePage = CodePage.of(value)),
    },
    connectedtoqb: {
      read: () => String(this.#connector.isConnected()),
      write: (value) => this.#connector.connect(parseBoolean("ConnectedToQB", value)),
    },
    defaultconnectionstring: {
      read: () => redactConnectionString(this.#defaultConnectionString),
      write: (value) => this.#setDefaultConnectionString(value),
    },
    guiavailable: { read: () => "false" },
    licenseinfo: { read: () => packageFacts().license },
    processidleevents: {
      read: () => String(this.#processIdleEvents),
      write: (value) => this.#setProcessIdleEvents(parseBoolean("ProcessIdleEvents", value)),
    },
    selectwaitmillis: {
      read: () => String(this.#selectWaitMillis),
      write: (value) => (this.#selectWaitMillis = parseWholeNumber("SelectWaitMillis", value, 60_000)),
    },
    useinteractivelogon: {
      read: () => String(this.#useInteractiveLogon),
      write: (value) => (this.#useInteractiveLogon = parseBoolean("UseInteractiveLogon", value)),
    },
    useinternalsecurityapi: {
      read: () => String(this.#useInternalSecurityAPI),
      write: (value) => {
        this.#connector.checkUnlocked("UseInternalSecurityAPI");
        this.#useInternalSecurityAPI = parseBoolean("UseInternalSecurityAPI", value);
      },
    },
  };

  #setDefaultConnectionString(text: string): void {
    this.#defaultSettings = serverSideSettings(text);
    this.#defaultConnectionString = text;
  }

  #setProcessIdleEvents(process: boolean): void {
    this.#processIdleEvents = process;
    this.#connector.holdEvents(!process);
  }
}

function unknownSetting(text: string): QBError {
  const name = text.split("=", 1)[0]?.trim().slice(0, 60) ?? "";
  return new QBError("QB_UNKNOWN_SETTING", `"${name}" is not a configuration setting`);
}

function parseBoolean(name: string, value: string): boolean {
  if (/^(?:true|1)$/i.test(value)) return true;
  if (/^(?:false|0)$/i.test(value)) return false;
  throw new QBError("QB_INVALID_ARGUMENT", `${name} is true or false`);
}

/** Decimal, or hexadecimal after `0x`. */
function parseWholeNumber(name: string, value: string, greatest: number): number {
  const number = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(number) && number <= greatest) return number;
  throw new QBError("QB_INVALID_ARGUMENT", `${name} is a whole number from 0 to ${greatest}`);
}

let facts: { readonly version: string; readonly license: string } | undefined;

function packageFacts(): { readonly version: string; readonly license: string } {
  facts ??= JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as typeof facts &
    object;
  return facts;
}
