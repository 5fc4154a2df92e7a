import type { Moment } from "./clock.js";
import type { Fields } from "./elements.js";

/** An entry of a list: a customer, an account, an item. Saving one replaces it. */
export interface ListObject {
  /** The name of its requests, for example `Customer`. */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly parentID: string | undefined;
  readonly isActive: boolean;
  readonly created: Moment;
  readonly modified: Moment;
  readonly fields: Fields;
}

/** Newer company files count their list ids from here. */
const FIRST_ID = 0x80000001;

/** Objects that share their names, in levels that a colon joins. */
export class NamedList {
  readonly #byID = new Map<string, ListObject>();
  readonly #idByFullName = new Map<string, string>();
  readonly #children = new Map<string, Set<string>>();
  #nextID = FIRST_ID;
  #sorted: readonly ListObject[] | undefined;

  makeID(created: Moment): string {
    return `${(this.#nextID++).toString(16).toUpperCase()}-${created.unix}`;
  }

  byID(id: string): ListObject | undefined {
    return this.#byID.get(id.toUpperCase());
  }

  byFullName(fullName: string): ListObject | undefined {
    const id = this.#idByFullName.get(keyOf(fullName));
    return id === undefined ? undefined : this.#byID.get(id);
  }

  childrenOf(id: string): ListObject[] {
    return [...(this.#children.get(id) ?? [])].map((child) => this.#byID.get(child) as ListObject);
  }

  /** The object and everything below it. */
  familyOf(object: ListObject): ListObject[] {
    return [object, ...this.childrenOf(object.id).flatMap((child) => this.familyOf(child))];
  }

  ancestorsOf(object: ListObject): ListObject[] {
    const parent = object.parentID === undefined ? undefined : this.#byID.get(object.parentID);
    return parent === undefined ? [] : [...this.ancestorsOf(parent), parent];
  }

  fullNameOf(object: ListObject): string {
    return [...this.ancestorsOf(object), object].map(({ name }) => name).join(":");
  }

  /** In the order of their names, every object before those below it. How QuickBooks sorts is a guess. */
  all(): readonly ListObject[] {
    this.#sorted ??= [...this.#idByFullName]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, id]) => this.#byID.get(id) as ListObject);
    return this.#sorted;
  }

  /** Adds the object, or replaces the one with its id. */
  save(object: ListObject): void {
    const before = this.#byID.get(object.id);
    if (before !== undefined) this.#forget(before);
    this.#byID.set(object.id, object);
    if (object.parentID !== undefined) this.#siblings(object.parentID).add(object.id);
    for (const member of this.familyOf(object))
      this.#idByFullName.set(keyOf(this.fullNameOf(member)), member.id);
    this.#sorted = undefined;
  }

  remove(object: ListObject): void {
    this.#forget(object);
    this.#byID.delete(object.id);
    this.#sorted = undefined;
  }

  #forget(object: ListObject): void {
    for (const member of this.familyOf(object)) this.#idByFullName.delete(keyOf(this.fullNameOf(member)));
    if (object.parentID !== undefined) this.#siblings(object.parentID).delete(object.id);
  }

  #siblings(parentID: string): Set<string> {
    let siblings = this.#children.get(parentID);
    if (siblings === undefined) this.#children.set(parentID, (siblings = new Set()));
    return siblings;
  }
}

/** Names differ by more than case; the lowest character as separator keeps families together when sorted. */
function keyOf(fullName: string): string {
  return fullName.toLowerCase().replaceAll(":", "\u0000");
}
