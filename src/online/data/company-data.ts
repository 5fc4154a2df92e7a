import type { JsonObject } from "./answer-failure.js";
import type { CallOptions, WriteOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { read, remove, updateBody, voidTransaction, write } from "./objects.js";
import type { ObjectVersion, UpdateOptions } from "./objects.js";
import { QueryResults, type QueryOptions } from "./query.js";

/** What can be done with the data of a company. Amounts are numbers, as JSON.parse reads them. */
export class CompanyData {
  readonly #api: CompanyApi;

  constructor(api: CompanyApi) {
    this.#api = api;
  }

  /** `select * from Customer where ...`. STARTPOSITION and MAXRESULTS of the text are kept to. */
  query<Item = JsonObject>(text: string, options: QueryOptions = {}): QueryResults<Item> {
    return new QueryResults<Item>(this.#api, text, options);
  }

  read(entity: string, id: string, options: CallOptions = {}): Promise<JsonObject> {
    return read(this.#api, entity, id, options);
  }

  async create(entity: string, object: object, options: WriteOptions = {}): Promise<JsonObject> {
    return write(this.#api, entity, object, options);
  }

  /** The object needs Id and SyncToken. With mode `full`, fields and lines that are missing are dropped. */
  async update(entity: string, object: object, options: UpdateOptions = {}): Promise<JsonObject> {
    return write(this.#api, entity, updateBody(object, options.mode), options);
  }

  /** Most lists (customers, items) know no delete: update them with `Active: false`. */
  delete(entity: string, which: ObjectVersion | string, options: WriteOptions = {}): Promise<JsonObject> {
    return remove(this.#api, entity, which, options);
  }

  void(entity: string, which: ObjectVersion | string, options: WriteOptions = {}): Promise<JsonObject> {
    return voidTransaction(this.#api, entity, which, options);
  }
}
