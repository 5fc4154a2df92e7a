import { readSelect, select } from "./select-statement.js";

export type OnlineObject = Record<string, unknown> & {
  readonly Id: string;
  readonly SyncToken: string;
  readonly MetaData: { readonly CreateTime: string; readonly LastUpdatedTime: string };
};

/** A fault with which the service answers. */
export class FaultAnswer extends Error {
  readonly status: number;
  readonly code: string;
  readonly type: string;
  readonly detail: string;
  readonly element: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    detail = "",
    type = "ValidationFault",
    element?: string,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.type = type;
    this.detail = detail;
    this.element = element;
  }
}

const UNIQUE: Readonly<Record<string, readonly [field: string, code: string, message: string]>> = {
  Customer: ["DisplayName", "6240", "Duplicate Name Exists Error"],
  Vendor: ["DisplayName", "6240", "Duplicate Name Exists Error"],
  Item: ["Name", "6240", "Duplicate Name Exists Error"],
  Invoice: ["DocNumber", "6140", "Duplicate Document Number Error"],
};
const LISTS: ReadonlySet<string> = new Set(["Customer", "Vendor", "Item", "Account", "Employee"]);
const CANNOT_BE_SORTED: ReadonlySet<string> = new Set(["CompanyInfo", "Preferences"]);
const DAY = 86_400_000;

/** The data of a company, in memory, with Intuit's rules about versions, names, deletions and changes. */
export class CompanyBooks {
  readonly #objects = new Map<string, Map<string, OnlineObject>>();
  readonly #deleted: { readonly entity: string; readonly id: string; readonly at: string }[] = [];
  /** Writes that took effect: `create Customer`, `delete Invoice` ... */
  readonly applied: string[] = [];
  /** Which of the changes the feed gives when there are more than 1,000, of all kinds together. */
  changesCut: "newest" | "oldest" = "oldest";
  /** Objects that a page has at most, whatever was asked for. */
  largestPage = 1_000;
  #lastId = 0;
  #queries = 0;
  now: () => number = Date.now;

  all(entity: string): OnlineObject[] {
    return [...(this.#objects.get(entity)?.values() ?? [])];
  }

  /** Puts an object there without a request. */
  insert(entity: string, fields: object, at = this.now()): OnlineObject {
    const time = new Date(at).toISOString();
    const id = String(++this.#lastId);
    const object: OnlineObject = {
      domain: "QBO",
      sparse: false,
      Id: id,
      SyncToken: "0",
      MetaData: { CreateTime: time, LastUpdatedTime: time },
      ...fields,
    };
    const objects = this.#objects.get(entity) ?? new Map<string, OnlineObject>();
    this.#objects.set(entity, objects.set(object.Id, object));
    return object;
  }

  read(entity: string, id: string): OnlineObject {
    const object = this.#objects.get(entity)?.get(id);
    if (object !== undefined) return object;
    throw new FaultAnswer(
      400,
      "610",
      "Object Not Found",
      "Object Not Found : Something you're trying to use has been made inactive.",
    );
  }

  create(entity: string, fields: Record<string, unknown>): OnlineObject {
    this.#refuseDouble(entity, fields);
    if (entity === "Invoice" && !Array.isArray(fields["Line"]))
      throw new FaultAnswer(
        400,
        "2020",
        "Required param missing, need to supply the required value for the API",
        "Required parameter Line is missing in the request",
        "ValidationFault",
        "Line",
      );
    this.applied.push(`create ${entity}`);
    return this.insert(entity, numbered(fields));
  }

  update(entity: string, fields: Record<string, unknown>): OnlineObject {
    const now = this.#current(entity, fields);
    this.#refuseDouble(entity, fields);
    const kept = fields["sparse"] === true ? now : { Id: now.Id, domain: "QBO" };
    const object = { ...kept, ...numbered(fields), sparse: false, ...this.#nextVersion(now) } as OnlineObject;
    this.#objects.get(entity)?.set(now.Id, object);
    this.applied.push(`update ${entity}`);
    return object;
  }

  delete(entity: string, fields: Record<string, unknown>): object {
    const { Id } = this.#current(entity, fields);
    if (LISTS.has(entity))
      throw new FaultAnswer(400, "500", "Unsupported Operation", "Operation delete is not supported.");
    this.#objects.get(entity)?.delete(Id);
    this.#deleted.push({ entity, id: Id, at: new Date(this.now()).toISOString() });
    this.applied.push(`delete ${entity}`);
    return { domain: "QBO", status: "Deleted", Id };
  }

  void(entity: string, fields: Record<string, unknown>): OnlineObject {
    const now = this.#current(entity, fields);
    const object = { ...now, TotalAmt: 0, Balance: 0, PrivateNote: "Voided", ...this.#nextVersion(now) };
    this.#objects.get(entity)?.set(now.Id, object);
    this.applied.push(`void ${entity}`);
    return object;
  }

  query(text: string): object {
    let statement;
    try {
      statement = readSelect(text);
    } catch (error) {
      const detail = `QueryParserError: ${(error as Error).message}`;
      throw new FaultAnswer(400, "4000", "Error parsing query", detail);
    }
    const { entity, counts, orders, start, most } = statement;
    if (orders.length > 0 && CANNOT_BE_SORTED.has(entity))
      throw new FaultAnswer(
        400,
        "4001",
        "Invalid query",
        "QueryValidationError: property Id is not sortable",
      );
    const found = select(statement, this.all(entity));
    if (counts) return { totalCount: found.length };
    // Without an order, every answer has another.
    const turn = orders.length > 0 || found.length <= most ? 0 : (this.#queries++ * 7) % found.length;
    const turned = turn === 0 ? found : [...found.slice(turn), ...found.slice(0, turn)];
    const page = turned.slice(start - 1, start - 1 + Math.min(most, this.largestPage));
    return page.length === 0 ? {} : { [entity]: page, startPosition: start, maxResults: page.length };
  }

  changes(entities: readonly string[], since: number): object[] {
    if (!(since >= this.now() - 30 * DAY))
      throw new FaultAnswer(400, "2030", "Invalid Date", "changedSince is not within the last 30 days");
    let room = 1_000;
    return entities.map((entity) => {
      const live = this.all(entity).filter(({ MetaData }) => Date.parse(MetaData.LastUpdatedTime) >= since);
      const gone = this.#deleted
        .filter((deleted) => deleted.entity === entity && Date.parse(deleted.at) >= since)
        .map(({ id, at }) => ({
          domain: "QBO",
          status: "Deleted",
          Id: id,
          MetaData: { LastUpdatedTime: at },
        }));
      const changed = [...live, ...gone].sort(
        (a, b) => Date.parse(a.MetaData.LastUpdatedTime) - Date.parse(b.MetaData.LastUpdatedTime),
      );
      const page =
        this.changesCut === "oldest" ? changed.slice(0, room) : changed.slice(-room || changed.length);
      room -= page.length;
      return page.length === 0 ? {} : { [entity]: page, startPosition: 1, maxResults: page.length };
    });
  }

  /** Deletes without a request. */
  remove(entity: string, id: string, at = this.now()): void {
    this.#objects.get(entity)?.delete(id);
    this.#deleted.push({ entity, id, at: new Date(at).toISOString() });
  }

  #current(entity: string, fields: Record<string, unknown>): OnlineObject {
    const now = this.read(entity, String(fields["Id"]));
    if (now.SyncToken === fields["SyncToken"]) return now;
    throw new FaultAnswer(
      400,
      "5010",
      "Stale Object Error",
      `Stale Object Error : You and someone else were working on this at the same time. ${String(fields["SyncToken"])}`,
    );
  }

  #nextVersion({ SyncToken, MetaData }: OnlineObject): Pick<OnlineObject, "SyncToken" | "MetaData"> {
    const LastUpdatedTime = new Date(this.now()).toISOString();
    return { SyncToken: String(Number(SyncToken) + 1), MetaData: { ...MetaData, LastUpdatedTime } };
  }

  #refuseDouble(entity: string, fields: Record<string, unknown>): void {
    const rule = UNIQUE[entity];
    if (rule === undefined || fields[rule[0]] === undefined) return;
    const [field, code, message] = rule;
    const double = this.all(entity).find(
      (object) => object[field] === fields[field] && object.Id !== fields["Id"],
    );
    if (double !== undefined)
      throw new FaultAnswer(400, code, message, `${message} : Id=${double.Id}`, "ValidationFault", field);
  }
}

/** Lines get ids. */
function numbered(fields: Record<string, unknown>): Record<string, unknown> {
  const lines = fields["Line"];
  if (!Array.isArray(lines)) return fields;
  return { ...fields, Line: lines.map((line: object, index) => ({ Id: String(index + 1), ...line })) };
}
