import { QBError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RequestItem } from "../qbxml/schema/request-types.js";
import {
  refuse,
  requestTree,
  writeRequests,
  type MessageSetOptions,
} from "../qbxml/writing/request-writer.js";
import { checkMessageSet } from "../qbxml/check/check.js";
import type { CheckScope, Edition } from "../qbxml/check/finding.js";
import { shapeOf } from "../qbxml/schema/request-shape.js";

/** The QuickBooks of a country differs in what it knows. */
export type Country = "US" | "CA" | "UK" | "AU";

const EDITIONS: Readonly<Record<Country, Edition>> = { US: "QBD", CA: "QBCA", UK: "QBUK", AU: "QBAU" };
const VERSION_FORM = /^\d{1,2}\.\d$/;

/** What a message set is written for. */
export interface Dialect {
  readonly qbxmlVersion: string;
  readonly country: Country;
}

/** Throws `QB_INVALID_ARGUMENT`. */
export function dialectOf({ qbxmlVersion = "16.0", country = "US" }: Partial<Dialect>): Dialect {
  if (typeof qbxmlVersion !== "string" || !VERSION_FORM.test(qbxmlVersion))
    throw new QBError("QB_INVALID_ARGUMENT", 'qbxmlVersion must be a version such as "16.0"');
  if (!Object.hasOwn(EDITIONS, country))
    throw new QBError("QB_INVALID_ARGUMENT", 'country must be "US", "CA", "UK" or "AU"');
  return Object.freeze({ qbxmlVersion, country });
}

interface TextOptions extends MessageSetOptions {
  readonly warns?: boolean;
}

/** Writes message sets, and refuses what QuickBooks would refuse anyway. */
export class RequestText {
  readonly #version: string;
  readonly #scope: CheckScope;
  readonly #logger: Logger;

  constructor({ qbxmlVersion, country }: Dialect, logger: Logger) {
    this.#version = qbxmlVersion;
    this.#scope = { version: Number(qbxmlVersion), edition: EDITIONS[country] };
    this.#logger = logger;
  }

  /** Throws `QB_REQUEST_INVALID` with `details.findings`. Warnings go to the logger, when it `warns`. */
  of(items: readonly RequestItem[], { warns = true, ...options }: TextOptions = {}): string {
    const [set] = requestTree(items, options).children;
    const findings = set === undefined ? [] : checkMessageSet(set, this.#scope);
    refuse(findings.filter(({ severity }) => severity === "error"));
    if (warns)
      for (const { rule, path, message } of findings)
        this.#logger.warn({ rule, path }, `${path}: ${message}`);
    return writeRequests(items, { ...options, version: this.#version });
  }
}

/** What nobody knows counts as a write. */
export function writes(items: readonly RequestItem[]): boolean {
  return items.some(({ name }) => shapeOf(name)?.writes !== false);
}
