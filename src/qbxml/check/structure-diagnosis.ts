import type { Unmet } from "./demands.js";
import { formatVersion, oneOf, type CheckScope, type Edition } from "./finding.js";
import { outOfOrder } from "./longest-order.js";
import type { Verdict } from "./mistake.js";
import type { Place } from "./place.js";
import { isAvailable, planOf, type ElementRule, type StructurePlan } from "./structure-plan.js";
import { unknownElement } from "./unknown-element.js";

/** What is wrong with an element that holds elements: with itself, and with each of its children. */
export interface Diagnosis {
  readonly own: Verdict[];
  readonly children: readonly (Verdict | undefined)[];
}

/** Names the fewest mistakes that explain why the children are not as the plan wants them. */
export function diagnose(
  place: Place,
  plan: StructurePlan,
  scope: CheckScope,
  counts: Uint32Array,
  unmet: Unmet,
): Diagnosis {
  return new Diagnoser(place, plan, scope).diagnose(counts, unmet);
}

class Diagnoser {
  readonly #place: Place;
  readonly #plan: StructurePlan;
  readonly #scope: CheckScope;
  readonly #rules: readonly (ElementRule | undefined)[];
  readonly #verdicts: (Verdict | undefined)[];
  /** Children that are explained, with or without words of their own, and so play no part in the order. */
  readonly #settled = new Set<number>();
  /** What unknown names were probably meant to be. */
  readonly #meant = new Set<string>();

  constructor(place: Place, plan: StructurePlan, scope: CheckScope) {
    this.#place = place;
    this.#plan = plan;
    this.#scope = scope;
    this.#rules = place.element.children.map(({ name }) => plan.elements.get(name));
    this.#verdicts = this.#rules.map(() => undefined);
  }

  diagnose(counts: Uint32Array, { missing, mixed }: Unmet): Diagnosis {
    const wrapped = this.#wrapped(missing);
    this.#judgeNames();
    for (const choice of mixed) this.#judgeChoice(choice.alternatives.map(({ elements }) => elements));
    this.#judgeNumbers(counts);
    this.#judgeOrder();
    const own = missing
      .filter((names) => !names.some((name) => this.#meant.has(name)))
      .map((names) => this.#missing(names, wrapped));
    return { own, children: this.#verdicts };
  }

  get #name(): string {
    return this.#place.element.name;
  }

  /** The elements of a required structure, when they stand here without it: then it is the structure that is missing. */
  #wrapped(missing: Unmet["missing"]): readonly string[] {
    const [only, ...others] = missing;
    const type = only?.length === 1 ? this.#plan.elements.get(only[0] as string)?.structure : undefined;
    if (type === undefined || others.length > 0) return [];
    const inside = planOf(type).elements;
    const names: string[] = [];
    for (const [index, { name }] of this.#place.element.children.entries()) {
      if (this.#rules[index] !== undefined || !inside.has(name)) continue;
      names.push(name);
      this.#settled.add(index);
    }
    return names;
  }

  #missing(names: readonly string[], wrapped: readonly string[]): Verdict {
    const [name = ""] = names;
    if (wrapped.length > 0) {
      const all = new Intl.ListFormat("en-GB").format([...new Set(wrapped)]);
      const message = `${this.#name} needs the element ${name} around ${all}`;
      return {
        rule: "missingElement",
        message,
        expected: names,
        repair: `put ${all} into <${name}>`,
      };
    }
    const wanted = names.length === 1 ? `the element ${name}` : `one of the elements ${oneOf(names)}`;
    const after = this.#neighbourBefore(this.#plan.elements.get(name)?.rank ?? 0);
    const where = after === undefined ? "as the first element" : `after ${after}`;
    return {
      rule: "missingElement",
      message: `${this.#name} needs ${wanted}`,
      expected: names,
      repair: `add ${names.length === 1 ? name : "one of them"} ${where}`,
    };
  }

  #judgeNames(): void {
    for (const [index, { name }] of this.#place.element.children.entries()) {
      if (this.#settled.has(index)) continue;
      const rule = this.#rules[index];
      if (rule === undefined) this.#judgeUnknown(index);
      else if (!isAvailable(rule, this.#scope)) this.#settle(index, notAvailable(name, rule, this.#scope));
    }
  }

  #judgeUnknown(index: number): void {
    const { verdict, meant } = unknownElement(
      this.#place,
      this.#plan,
      index,
      this.#scope,
      this.#allowedAt(index),
    );
    for (const name of meant) this.#meant.add(name);
    this.#settle(index, verdict);
  }

  #settle(index: number, verdict?: Verdict): void {
    this.#settled.add(index);
    this.#verdicts[index] ??= verdict;
  }

  /** The alternative whose element comes first is taken to be right; each other one is one mistake. */
  #judgeChoice(alternatives: readonly (readonly ElementRule[])[]): void {
    const told = new Set<number>();
    let owner: { alternative: number; name: string } | undefined;
    for (const [index, rule] of this.#rules.entries()) {
      const alternative = alternatives.findIndex((elements) => rule !== undefined && elements.includes(rule));
      if (rule === undefined || alternative < 0 || this.#settled.has(index)) continue;
      owner ??= { alternative, name: rule.name };
      if (alternative === owner.alternative) continue;
      const first = !told.has(alternative);
      told.add(alternative);
      this.#settle(index, first ? mixedChoice(rule.name, owner.name) : undefined);
    }
  }

  #judgeNumbers(counts: Uint32Array): void {
    for (const rule of this.#plan.list) {
      if ((counts[rule.index] ?? 0) <= rule.max) continue;
      const all = this.#unsettled().filter((index) => this.#rules[index] === rule);
      if (all.length > rule.max) this.#judgeNumber(rule, all);
    }
  }

  #judgeNumber(rule: ElementRule, all: readonly number[]): void {
    const excess = all.length - rule.max;
    // Of two the one is meant without which the rest is in better order.
    const blamed = excess === 1 && all.length <= MAX_TRIED ? [this.#worst(all)] : all.slice(rule.max);
    const [first] = blamed;
    for (const index of blamed) this.#settle(index, index === first ? tooMany(rule, all.length) : undefined);
  }

  #worst(candidates: readonly number[]): number {
    const disorder = candidates.map((candidate) => this.#misplaced(candidate).size);
    const least = Math.min(...disorder);
    return candidates[disorder.lastIndexOf(least)] as number;
  }

  #judgeOrder(): void {
    const out = this.#misplaced();
    const inOrder = this.#unsettled().filter((index) => !out.has(index));
    const neighbours = new Map<ElementRule, Neighbours>();
    let before: ElementRule | undefined;
    for (const index of this.#unsettled()) {
      const rule = this.#rules[index] as ElementRule;
      // Several of the same in the wrong place are one mistake.
      if (out.has(index) && before !== rule) {
        const near = neighbours.get(rule) ?? this.#neighboursInOrder(rule, inOrder);
        neighbours.set(rule, near);
        this.#verdicts[index] = this.#wrongOrder(rule, near, this.#allowedAt(index, out));
      }
      before = out.has(index) ? rule : undefined;
    }
  }

  #unsettled(): number[] {
    return [...this.#rules.keys()].filter((index) => !this.#settled.has(index));
  }

  #misplaced(without?: number): ReadonlySet<number> {
    const indexes = this.#unsettled().filter((index) => index !== without);
    const out = outOfOrder(indexes.map((index) => this.#rules[index] as ElementRule));
    return new Set([...out].map((at) => indexes[at] as number));
  }

  #neighboursInOrder({ rank }: ElementRule, inOrder: readonly number[]): Neighbours {
    const rankAt = (at: number): number => this.#rules[at]?.rank ?? 0;
    const before = inOrder.findLast((at) => rankAt(at) <= rank);
    const after = inOrder.find((at) => rankAt(at) > rank);
    return { before: this.#nameAt(before), after: this.#nameAt(after) };
  }

  #nameAt(index: number | undefined): string | undefined {
    return index === undefined ? undefined : this.#rules[index]?.name;
  }

  #wrongOrder(rule: ElementRule, { before, after }: Neighbours, expected: readonly string[]): Verdict {
    const where = [before && `after ${before}`, after && `before ${after}`].filter(Boolean).join(" and ");
    return {
      rule: "wrongOrder",
      message: `${rule.name} belongs ${where} in ${this.#name}`,
      ...(expected.length === 0 ? {} : { expected }),
      repair: `move ${rule.name} ${before === undefined ? `before ${after ?? ""}` : `behind ${before}`}`,
    };
  }

  #neighbourBefore(rank: number): string | undefined {
    return this.#rules.findLast((rule) => rule !== undefined && rule.rank < rank)?.name;
  }

  /** What may stand where a child stands, from the one before it that is in order to the one after it. */
  #allowedAt(index: number, out: ReadonlySet<number> = new Set()): string[] {
    const low = this.#nearest(index, -1, out);
    const high = this.#nearest(index, 1, out);
    const between = this.#plan.list.filter((rule) => {
      if (!isAvailable(rule, this.#scope) || rule.rank > (high?.rank ?? Infinity)) return false;
      return rule.rank > (low?.rank ?? -1) || (rule.rank === low?.rank && rule.max > 1);
    });
    return between.slice(0, MAX_EXPECTED).map(({ name }) => name);
  }

  /** The next child in that direction that is in order; not looked for among thousands, whose neighbours say nothing. */
  #nearest(index: number, direction: 1 | -1, out: ReadonlySet<number>): ElementRule | undefined {
    for (let steps = 1; steps <= MAX_STEPS; steps++) {
      const at = index + steps * direction;
      const rule = this.#rules[at];
      if (rule !== undefined && !out.has(at)) return rule;
    }
    return undefined;
  }
}

interface Neighbours {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const MAX_EXPECTED = 8;
/** On the way to a neighbour. */
const MAX_STEPS = 500;
const MAX_TRIED = 8;

export function notAvailable(
  name: string,
  fact: { readonly since: number; readonly notIn?: readonly string[] | undefined },
  scope: CheckScope,
): Verdict {
  if (fact.notIn?.includes(scope.edition) === true) return notInCountry(name, fact.notIn, scope.edition);
  const since = formatVersion(fact.since);
  const message = `${name} came with qbXML ${since}; the set declares ${formatVersion(scope.version)}`;
  const repair = `declare version ${since} if your QuickBooks has it, or leave ${name} out`;
  return { rule: "tooNew", message, since, repair };
}

function notInCountry(name: string, notIn: readonly string[], edition: Edition): Verdict {
  const countries = DESKTOP.filter((other) => !notIn.includes(other)).map((other) => COUNTRIES[other]);
  const only = countries.length === 0 ? COUNTRIES.QBOE : oneOf(countries);
  return {
    rule: "notInCountry",
    message: `${name} does not exist in QuickBooks ${COUNTRIES[edition]}, only in ${only}`,
    repair: `leave ${name} out${countries.length === 0 ? "" : ", or name the country"}`,
  };
}

const DESKTOP = ["QBD", "QBCA", "QBUK", "QBAU"] as const;
const COUNTRIES = { QBD: "US", QBCA: "CA", QBUK: "UK", QBAU: "AU", QBOE: "Online Edition" } as const;

function mixedChoice(name: string, owner: string): Verdict {
  return {
    rule: "mixedChoice",
    message: `${name} cannot stand beside ${owner}; only one of them may`,
    repair: `leave out ${name} or ${owner}`,
  };
}

function tooMany({ name, max }: ElementRule, count: number): Verdict {
  const times = max === 1 ? "only once" : `at most ${max} times`;
  return {
    rule: "tooMany",
    message: `${name} may stand here ${times}; it stands here ${count} times`,
    allowed: times,
  };
}
