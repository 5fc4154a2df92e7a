import { dirname, join } from "node:path";
import {
  AuthorizedUsers,
  serverSideSettings,
  type AuthMode,
  type AuthorizedUserOptions,
} from "../connector/authorized-users.js";
import type { QBConnectorOptions } from "../connector/connector-options.js";
import { checkPasswordHash } from "../connector/password-hash.js";
import { QBConnector } from "../connector/qb-connector.js";
import { completeComOptions, type ComRequestProcessorOptions } from "../quickbooks/com/com-options.js";
import { naming, wrongUse } from "./failure.js";

/** A user in the config file: a password is never there, only its scrypt string. */
export interface UserEntry extends Omit<AuthorizedUserOptions, "password" | "authMode"> {
  readonly authMode?: AuthMode;
}

type ConnectorKeys =
  | "localHost"
  | "localPort"
  | "timeout"
  | "allowedClients"
  | "allowClientSettings"
  | "allowInsecure"
  | "enableSSL"
  | "sslCert"
  | "sslCertFile"
  | "sslAuthenticateClients"
  | "sslClientAuthorities"
  | "codePage"
  | "outsideCodePage"
  | "limits";

type QuickBooksOptions = Omit<ComRequestProcessorOptions, "logger">;

/** What the config file says: options of `QBConnector` and, for QuickBooks, of `ComRequestProcessor`; users; the level of the log. */
export interface Configuration extends Pick<QBConnectorOptions, ConnectorKeys> {
  readonly users?: readonly UserEntry[];
  readonly quickbooks?: QuickBooksOptions;
  readonly logLevel?: LogLevel;
}

export const LOG_LEVELS = Object.freeze([
  "fatal",
  "error",
  "warn",
  "info",
  "debug",
  "trace",
  "silent",
] as const);
export type LogLevel = (typeof LOG_LEVELS)[number];

const SHAPES = Object.freeze({
  text: { is: (value: unknown) => typeof value === "string", named: "text" },
  number: { is: (value: unknown) => typeof value === "number", named: "a number" },
  boolean: { is: (value: unknown) => typeof value === "boolean", named: "true or false" },
  texts: { is: isListOfTexts, named: "a list of texts" },
  list: { is: Array.isArray, named: "a list" },
  object: { is: isObject, named: "an object" },
});
type Shapes = Readonly<Record<string, keyof typeof SHAPES>>;

const CONNECTOR_KEYS: Readonly<Record<ConnectorKeys, keyof typeof SHAPES>> = Object.freeze({
  localHost: "text",
  localPort: "number",
  timeout: "number",
  allowedClients: "text",
  allowClientSettings: "texts",
  allowInsecure: "boolean",
  enableSSL: "boolean",
  sslCert: "object",
  sslCertFile: "text",
  sslAuthenticateClients: "boolean",
  sslClientAuthorities: "text",
  codePage: "number",
  outsideCodePage: "text",
  limits: "object",
});
const KEYS: Shapes = Object.freeze({
  ...CONNECTOR_KEYS,
  users: "list",
  quickbooks: "object",
  logLevel: "text",
});
const QUICKBOOKS_KEYS: Readonly<Record<keyof QuickBooksOptions, keyof typeof SHAPES>> = Object.freeze({
  host: "text",
  idleReleaseMs: "number",
  unattendedMode: "text",
  personalData: "text",
  node32: "text",
  closeAndRetryConnect: "boolean",
  closeAndRetryTimeout: "number",
  closeAndRetryCount: "number",
  closeAndRetryErrorList: "texts",
});
const USER_KEYS: Shapes = Object.freeze({
  user: "text",
  passwordHash: "text",
  authMode: "text",
  readOnly: "boolean",
  qbConnectionString: "text",
});

/** Throws `QB_INVALID_ARGUMENT` that names the file and the key. */
export function checkConfiguration(value: unknown, file: string): Configuration {
  if (!isObject(value))
    throw wrongUse(`${file}: the file must hold one JSON object`, `The least that will do is {}.`);
  checkShapes(value, KEYS, (key) => `${file}: ${key}`);
  const configuration = value as Configuration;
  for (const key of Object.keys(CONNECTOR_KEYS) as ConnectorKeys[]) {
    const one = { [key]: configuration[key] };
    if (configuration[key] !== undefined) naming(`${file}: ${key}`, CORRECT_IT, () => new QBConnector(one));
  }
  checkQuickBooks(configuration.quickbooks ?? {}, `${file}: quickbooks`);
  checkLogLevel(configuration.logLevel, `${file}: logLevel`);
  checkUsers(configuration.users ?? [], file);
  return configuration;
}

/** Where the self-made certificate is: beside the config file, unless that says otherwise. */
export function certificateFile({ sslCertFile }: Configuration, configFile: string): string {
  return sslCertFile ?? join(dirname(configFile), "certificate.pem");
}

/** What of the configuration a connector takes. */
export function connectorOptions(configuration: Configuration, configFile: string): QBConnectorOptions {
  const ofConnector = Object.entries(configuration).filter(([key]) => Object.hasOwn(CONNECTOR_KEYS, key));
  return {
    ...Object.fromEntries(ofConnector),
    sslCertFile: certificateFile(configuration, configFile),
    authorizedUsers: configuration.users ?? [],
  };
}

export function checkLogLevel(level: string | undefined, what: string): LogLevel | undefined {
  const known = LOG_LEVELS.find((one) => one === level);
  if (level === undefined || known !== undefined) return known;
  throw wrongUse(`${what}: "${level}" is not a level`, `Use one of ${LOG_LEVELS.join(", ")}.`);
}

const CORRECT_IT = "Correct the value; docs/reference/command-line.md describes every key.";

function checkShapes(value: object, shapes: Shapes, name: (key: string) => string): void {
  for (const [key, content] of Object.entries(value)) {
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined;
    if (shape === undefined) throw unknownKey(name(key), key, Object.keys(shapes));
    if (!SHAPES[shape].is(content)) throw wrongUse(`${name(key)} must be ${SHAPES[shape].named}`, CORRECT_IT);
  }
}

function unknownKey(named: string, key: string, known: readonly string[]): Error {
  const advice =
    key === "password"
      ? "Only scrypt strings are kept; add the user with: qbconnector user add NAME"
      : `The keys are ${known.join(", ")}.`;
  return wrongUse(`${named} is not a known key`, advice);
}

function checkQuickBooks(options: QuickBooksOptions, named: string): void {
  checkShapes(options, QUICKBOOKS_KEYS, (key) => `${named}.${key}`);
  naming(named, CORRECT_IT, () => completeComOptions(options));
}

function checkUsers(users: readonly unknown[], file: string): void {
  const collection = new AuthorizedUsers();
  users.forEach((user, index) => {
    const named = `${file}: users[${index}]`;
    if (!isObject(user)) throw wrongUse(`${named} must be an object`, CORRECT_IT);
    checkShapes(user, USER_KEYS, (key) => `${named}.${key}`);
    checkUser(user as unknown as UserEntry, named, collection);
  });
}

function checkUser(entry: UserEntry, named: string, collection: AuthorizedUsers): void {
  const { user, passwordHash, authMode, qbConnectionString } = entry;
  if (user === undefined) throw wrongUse(`${named}.user is missing`, CORRECT_IT);
  if (passwordHash === undefined && authMode !== "Windows")
    throw wrongUse(`${named}.passwordHash is missing`, `Add the user with: qbconnector user add NAME`);
  if (passwordHash !== undefined)
    naming(`${named}.passwordHash`, CORRECT_IT, () => checkPasswordHash(passwordHash));
  if (qbConnectionString !== undefined)
    naming(`${named}.qbConnectionString`, CORRECT_IT, () => serverSideSettings(qbConnectionString));
  naming(named, CORRECT_IT, () => collection.add(entry));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
