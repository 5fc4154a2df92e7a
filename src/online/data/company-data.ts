import type { JsonObject } from "./answer-failure.js";
import { attach, download, type AttachOptions, type DownloadedFile } from "./attachments.js";
import { sendBatch, type BatchItem, type BatchResult } from "./batch.js";
import type { CallOptions, WriteOptions } from "./call-options.js";
import { Changes, type ChangesQuery } from "./changes.js";
import type { CompanyApi } from "./company-api.js";
import { pdf } from "./documents.js";
import type { CreatableEntityName, EntityInputMap, EntityMap, EntityName, EntityUpdate } from "./entities.js";
import type { Attachable, CompanyInfo } from "./entity-types-lists.js";
import { previewFullUpdate, type FullUpdatePreview } from "./full-update.js";
import { read, remove, updateBody, voidTransaction, write } from "./objects.js";
import type { ObjectVersion, UpdateOptions } from "./objects.js";
import { QueryResults, type QueryOptions } from "./query.js";
import { readReport, type ReportParameters } from "./reports.js";
import type { AttachmentSource } from "./upload-body.js";

/** The name of a kind: one of the main ones, or any other that Intuit documents. */
export type AnyEntityName = EntityName | (string & {});
/** An object of this kind; that of others is open. */
export type EntityObject<Name extends string> = Name extends EntityName ? EntityMap[Name] : JsonObject;
/** What creating one needs. */
export type EntityInput<Name extends string> = Name extends CreatableEntityName
  ? EntityInputMap[Name]
  : Name extends EntityName
    ? never
    : JsonObject;
/** What changes one. */
export type EntityChange<Name extends string> = Name extends EntityName
  ? EntityUpdate<Name>
  : JsonObject & ObjectVersion;

/** What can be done with the data of a company. Amounts are numbers, as JSON.parse reads them. */
export class CompanyData {
  readonly #api: CompanyApi;

  constructor(api: CompanyApi) {
    this.#api = api;
  }

  /** @internal */
  endCalls(): void {
    this.#api.close();
  }

  /** `select * from Customer where ...`. STARTPOSITION and MAXRESULTS of the text are kept to. */
  query<Item = JsonObject>(text: string, options: QueryOptions = {}): QueryResults<Item> {
    return new QueryResults<Item>(this.#api, text, options);
  }

  async read<Name extends AnyEntityName>(
    entity: Name,
    id: string,
    options: CallOptions = {},
  ): Promise<EntityObject<Name>> {
    return (await read(this.#api, entity, id, options)) as EntityObject<Name>;
  }

  async create<Name extends AnyEntityName>(
    entity: Name,
    object: EntityInput<Name>,
    options: WriteOptions = {},
  ): Promise<EntityObject<Name>> {
    return (await write(this.#api, entity, object, options)) as EntityObject<Name>;
  }

  /** The object needs Id and SyncToken. With mode `full`, fields and lines that are missing are dropped. */
  async update<Name extends AnyEntityName>(
    entity: Name,
    object: EntityChange<Name>,
    options: UpdateOptions = {},
  ): Promise<EntityObject<Name>> {
    const body = updateBody(object, options.mode);
    return (await write(this.#api, entity, body, options)) as EntityObject<Name>;
  }

  /** Reads the object anew, and changes nothing. */
  previewFullUpdate<Name extends AnyEntityName>(
    entity: Name,
    object: EntityChange<Name>,
    options: CallOptions = {},
  ): Promise<FullUpdatePreview> {
    return previewFullUpdate(this.#api, entity, object, options);
  }

  /** Most lists (customers, items) know no delete: update them with `Active: false`. */
  delete(
    entity: AnyEntityName,
    which: ObjectVersion | string,
    options: WriteOptions = {},
  ): Promise<JsonObject> {
    return remove(this.#api, entity, which, options);
  }

  async void<Name extends AnyEntityName>(
    entity: Name,
    which: ObjectVersion | string,
    options: WriteOptions = {},
  ): Promise<EntityObject<Name>> {
    return (await voidTransaction(this.#api, entity, which, options)) as EntityObject<Name>;
  }

  /** What QuickBooks Online says is in the results, one for each item. A deadline is that of each 30 items. */
  batch(items: readonly BatchItem[], options: WriteOptions = {}): Promise<BatchResult[]> {
    return sendBatch(this.#api, items, options);
  }

  changes(query: ChangesQuery): Changes {
    return new Changes(this.#api, query);
  }

  report(name: string, parameters: ReportParameters = {}, options: CallOptions = {}): Promise<JsonObject> {
    return readReport(this.#api, name, parameters, options);
  }

  async companyInfo(options: CallOptions = {}): Promise<CompanyInfo> {
    return this.read("CompanyInfo", await this.#api.companyId(), options);
  }

  /** A form, such as an invoice, as the customer sees it. */
  pdf(entity: AnyEntityName, id: string, options: CallOptions = {}): Promise<Uint8Array> {
    return pdf(this.#api, entity, id, options);
  }

  /** Uploads a file and links it to objects. A stream is sent once, also when the connection is lost. */
  attach(file: AttachmentSource, options: AttachOptions = {}): Promise<Attachable> {
    return attach(this.#api, file, options);
  }

  /** The file of an Attachable. It has to be read or dumped. */
  download(attachableId: string, options: CallOptions = {}): Promise<DownloadedFile> {
    return download(this.#api, attachableId, options);
  }
}
