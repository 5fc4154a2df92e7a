import { QBError } from "../../errors.js";
import type { JsonObject } from "./answer-failure.js";
import type { CallOptions } from "./call-options.js";
import type { CompanyApi } from "./company-api.js";
import { checkEntity } from "./objects.js";
import { QueryResults, objectsIn } from "./query.js";
import { queryText } from "./query-text.js";

export interface ChangesQuery extends CallOptions {
  /** `["Customer", "Invoice"]`. */
  readonly entities: readonly string[];
  /** At most 30 days ago: QuickBooks Online remembers no longer. */
  readonly since: Date | string;
}

/** An object as it is now, or what is left of one that was deleted: its Id and when. */
export interface Change {
  readonly entity: string;
  readonly id: string;
  readonly deleted: boolean;
  readonly object: JsonObject;
}

/** An answer of QuickBooks Online holds no more (documented), of all kinds together, and does not say that there are more. */
const MOST = 1_000;
const DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * What changed since a time, deletions included: `for await (const { entity, id, deleted, object } of changes)`. Can be read
 * once. When all is read, ask with `nextSince` the next time.
 */
export class Changes implements AsyncIterable<Change> {
  readonly #api: CompanyApi;
  readonly #query: ChangesQuery;
  readonly #since: Date;
  #nextSince: string | undefined;
  #begun = false;

  /** @internal */
  constructor(api: CompanyApi, query: ChangesQuery) {
    this.#api = api;
    this.#query = query;
    this.#since = checkedTime(query.since);
    if (query.entities.length === 0) throw new QBError("QB_INVALID_ARGUMENT", "entities: at least one kind");
    for (const entity of query.entities) checkEntity(entity);
  }

  /** The time of the service when it answered first; undefined before. */
  get nextSince(): string | undefined {
    return this.#nextSince;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Change, void, undefined> {
    if (this.#begun)
      throw new QBError("QB_INVALID_ARGUMENT", "these changes were read already; ask again for new ones");
    this.#begun = true;
    return this.#changes();
  }

  async toArray(): Promise<Change[]> {
    const changes: Change[] = [];
    for await (const change of this) changes.push(change);
    return changes;
  }

  async *#changes(): AsyncGenerator<Change, void, undefined> {
    const { entities } = this.#query;
    const answer = await this.#ask(entities, this.#since);
    const { time } = answer;
    this.#nextSince = typeof time === "string" ? time : undefined;
    const kinds = entities.map((entity) => ({ entity, objects: changedIn(answer, entity) }));
    const isCut = kinds.reduce((sum, { objects }) => sum + objects.length, 0) >= MOST;
    for (const { entity, objects } of kinds) {
      const own = isCut && kinds.length > 1 ? await this.#changed(entity, this.#since) : objects;
      if (own.length < MOST) yield* own.map((object) => changeOf(entity, object));
      else yield* this.#cut(entity, own);
    }
  }

  /**
   * A kind of which the answer was cut. The feed has no end that could be given, so it is asked again from the newest change
   * that it told; a query gives whatever of the living is missing then, and shows that deletions may be, too.
   */
  async *#cut(entity: string, first: readonly JsonObject[]): AsyncGenerator<Change, void, undefined> {
    const seen = new Map<string, string>();
    let newest = 0;
    let isWhole = true;
    for (let objects = first; ;) {
      const fresh = objects.filter((object) => seen.get(String(object["Id"])) !== changedAt(object));
      for (const object of fresh) seen.set(String(object["Id"]), changedAt(object));
      yield* fresh.map((object) => changeOf(entity, object));
      const latest = Math.max(newest, ...objects.map((object) => Date.parse(changedAt(object)) || 0));
      // When nothing follows a full answer, it may have lost its oldest, among them deletions, which no query shows.
      if (fresh.length === 0 || (objects.length >= MOST && latest <= newest)) isWhole = false;
      if (objects.length < MOST || latest <= newest) break;
      newest = latest;
      objects = await this.#changed(entity, new Date(newest));
    }
    yield* this.#missing(entity, seen, newest, isWhole);
  }

  async *#missing(
    entity: string,
    seen: ReadonlyMap<string, string>,
    newest: number,
    isWhole: boolean,
  ): AsyncGenerator<Change, void, undefined> {
    const { signal, deadlineMs } = this.#query;
    // The name was checked; queryText would quote it.
    const where = queryText`where MetaData.LastUpdatedTime >= ${this.#since}`;
    const text = `select * from ${entity} ${where} ORDERBY MetaData.LastUpdatedTime, Id`;
    let missed = 0;
    for await (const object of new QueryResults<JsonObject>(this.#api, text, { signal, deadlineMs })) {
      if (seen.get(String(object["Id"])) === changedAt(object)) continue;
      if (Date.parse(changedAt(object)) <= newest) missed++;
      yield changeOf(entity, object);
    }
    if (missed === 0 && isWhole) return;
    throw new QBError("QB_ONLINE_REQUEST", tooMany(entity), {
      advice:
        "Ask more often, with a later `since`; look for deleted objects by reading those that you know.",
      details: { entity, missed, since: this.#since.toISOString() },
    });
  }

  async #changed(entity: string, since: Date): Promise<readonly JsonObject[]> {
    return changedIn(await this.#ask([entity], since), entity);
  }

  #ask(entities: readonly string[], since: Date): Promise<JsonObject> {
    const parameters = { entities: entities.join(","), changedSince: since.toISOString() };
    return this.#api.get("cdc", parameters, this.#query);
  }
}

function tooMany(entity: string): string {
  return (
    `1,000 changes of ${entity} or more, of which QuickBooks Online may have told only a part: all objects that exist were given, ` +
    `but deletions may be missing`
  );
}

function checkedTime(since: Date | string): Date {
  const time = new Date(since);
  if (Number.isNaN(time.getTime()))
    throw new QBError("QB_INVALID_ARGUMENT", "since: a Date, or a text such as 2026-01-31T12:00:00Z");
  if (time.getTime() < Date.now() - DAYS * DAY_MS)
    throw new QBError("QB_INVALID_ARGUMENT", "since: more than 30 days ago", {
      advice: "QuickBooks Online tells changes of the last 30 days only: read everything anew with query().",
    });
  return time;
}

function changedIn({ CDCResponse }: JsonObject, entity: string): readonly JsonObject[] {
  if (!Array.isArray(CDCResponse))
    throw new QBError("QB_ONLINE_UNAVAILABLE", "the answer holds no CDCResponse");
  const lists = CDCResponse as readonly ({ QueryResponse?: unknown } | null)[];
  const responses = lists.flatMap((list) => (list?.QueryResponse ?? []) as readonly unknown[]);
  return responses
    .filter((response): response is JsonObject => typeof response === "object" && response !== null)
    .filter((response) => Object.keys(response).some((name) => name.toLowerCase() === entity.toLowerCase()))
    .flatMap((response) => objectsIn(response, entity));
}

function changedAt({ MetaData }: JsonObject): string {
  return (MetaData as { LastUpdatedTime?: string } | undefined)?.LastUpdatedTime ?? "";
}

function changeOf(entity: string, object: JsonObject): Change {
  return { entity, id: String(object["Id"]), deleted: object["status"] === "Deleted", object };
}
