/**
 * What a connection string says, under the canonical names. Values are strings as written, but valid; the choices of
 * `ConnectionMode` and `ReadOnly` are in canonical spelling. An absent name was not given.
 */
export interface ConnectionString {
  readonly URL?: string | undefined;
  readonly User?: string | undefined;
  readonly Password?: string | undefined;
  readonly SSLPin?: string | undefined;
  readonly SSLAcceptServerCert?: string | undefined;
  readonly SSLAcceptServerCertFile?: string | undefined;
  readonly ApplicationName?: string | undefined;
  readonly ApplicationID?: string | undefined;
  readonly CompanyFile?: string | undefined;
  readonly ConnectionMode?: string | undefined;
  readonly AuthFlags?: string | undefined;
  readonly ReadOnly?: string | undefined;
  readonly Ticket?: string | undefined;
}

export type ConnectionStringName = keyof ConnectionString;

export type ConnectionStringType =
  "url" | "text" | "nonBlankText" | "pins" | "certificate" | "mode" | "flags" | "boolean";

/** One name that a connection string may hold. */
export interface ConnectionStringRow {
  readonly name: ConnectionStringName;
  readonly type: ConnectionStringType;
  /** `client` never leaves the client, `settings` travels to the connector, `ticket` is put there by openQBConnection(). */
  readonly use: "client" | "settings" | "ticket";
  /** Whether redaction replaces the value. */
  readonly secret: boolean;
  readonly description: string;
  /** What holds when the name is not given; undefined when there is no default. */
  readonly default: string | undefined;
}

/** The names of a connection string, in the order in which they are written. Frozen. */
export const CONNECTION_STRING_NAMES: readonly ConnectionStringRow[] = Object.freeze(
  (
    [
      {
        name: "URL",
        type: "url",
        use: "client",
        secret: false,
        description:
          "Address of the connector. Without it, QuickBooks on this machine is used: on Windows by itself, elsewhere through the option quickbooks.",
        default: undefined,
      },
      {
        name: "User",
        type: "text",
        use: "client",
        secret: false,
        description: "User name for the connector.",
        default: undefined,
      },
      {
        name: "Password",
        type: "text",
        use: "client",
        secret: true,
        description: "Password for the connector.",
        default: undefined,
      },
      {
        name: "SSLPin",
        type: "pins",
        use: "client",
        secret: false,
        description:
          "With https: the connector is trusted if, and only if, the SHA-256 of its public key is one of these.",
        default: undefined,
      },
      {
        name: "SSLAcceptServerCert",
        type: "certificate",
        use: "client",
        secret: false,
        description: "With https: this certificate is trusted beside those that the system trusts.",
        default: undefined,
      },
      {
        name: "SSLAcceptServerCertFile",
        type: "nonBlankText",
        use: "client",
        secret: false,
        description:
          "A PEM or DER file with that certificate. QBClient reads it at once into SSLAcceptServerCert.",
        default: undefined,
      },
      {
        name: "ApplicationName",
        type: "nonBlankText",
        use: "settings",
        secret: false,
        description: "Name under which QuickBooks asks its administrator to grant access.",
        default: "qbconnector",
      },
      {
        name: "ApplicationID",
        type: "text",
        use: "settings",
        secret: false,
        description: "Identifier of the application for QuickBooks, seldom needed.",
        default: "",
      },
      {
        name: "CompanyFile",
        type: "text",
        use: "settings",
        secret: false,
        description: "Full path of the company file. Empty: the file that is open in QuickBooks.",
        default: "",
      },
      {
        name: "ConnectionMode",
        type: "mode",
        use: "settings",
        secret: false,
        description: "How QuickBooks opens the company file.",
        default: "DontCare",
      },
      {
        name: "AuthFlags",
        type: "flags",
        use: "settings",
        secret: false,
        description:
          "Editions to be reached: 0x1 Simple Start, 0x2 Pro, 0x4 Premier, 0x8 Enterprise; 0x80000000 forces " +
          "the authorization dialog. Empty: no flags are sent.",
        default: "",
      },
      {
        name: "ReadOnly",
        type: "boolean",
        use: "settings",
        secret: false,
        description: "Ask QuickBooks for access that cannot write.",
        default: "false",
      },
      {
        name: "Ticket",
        type: "text",
        use: "ticket",
        secret: true,
        description: "The open connection. Put there by openQBConnection(); never write it yourself.",
        default: undefined,
      },
    ] satisfies ConnectionStringRow[]
  ).map((row) => Object.freeze(row)),
);
