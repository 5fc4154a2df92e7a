import type { QBXMLElement } from "../../qbxml/reader.js";
import type { SchemaScope } from "../../qbxml/schema/particles.js";
import type { Company } from "./company.js";
import type { Iterators } from "./iterators.js";

/** What a request can see of the QuickBooks that processes it. */
export interface RequestContext {
  readonly company: Company;
  readonly scope: SchemaScope;
  readonly iterators: Iterators;
  readonly host: HostFacts;
  readonly readOnly: boolean;
}

export interface HostFacts {
  readonly productName: string;
  readonly majorVersion: string;
  readonly versions: readonly string[];
  readonly fileMode: "SingleUser" | "MultiUser";
}

export interface RequestResult {
  readonly content: readonly QBXMLElement[];
  /** Default: 0, "Status OK". */
  readonly status?: { readonly code: number; readonly severity: "Info" | "Warn"; readonly message: string };
  /** Attributes of the response that only queries have. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Does one request, or throws the `RequestFailure` with which QuickBooks answers it. */
export type RequestHandler = (request: QBXMLElement, context: RequestContext) => RequestResult;
