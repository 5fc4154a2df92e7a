import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FairQueue } from "../../../dist/quickbooks/fair-queue.js";

interface Item {
  readonly user: string;
  readonly number: number;
  readonly ready: boolean;
}

const always = (): boolean => true;

function queueOf(...users: string[]): { queue: FairQueue<Item>; items: Item[] } {
  const queue = new FairQueue<Item>();
  const items = users.map((user, number) => ({ user, number, ready: true }));
  for (const item of items) queue.add(item);
  return { queue, items };
}

function drain(queue: FairQueue<Item>): string {
  let order = "";
  for (let item = queue.take(always); item !== undefined; item = queue.take(always))
    order += item.user + item.number;
  return order;
}

describe("FairQueue", () => {
  it("serves users in turn and each in the order of arrival", () => {
    assert.equal(drain(queueOf("a", "a", "a", "b", "c", "b").queue), "a0b3c4a1b5a2");
  });

  it("a user who comes while another is served is next, whatever that one has waiting", () => {
    const { queue } = queueOf("a", "a", "a");
    assert.equal(queue.take(always)?.number, 0);
    queue.add({ user: "b", number: 9, ready: true });
    assert.equal(drain(queue), "b9a1a2");
  });

  it("an item that is not ready holds nobody back and keeps its place", () => {
    const { queue, items } = queueOf("a", "a", "b");
    assert.equal(queue.take((item) => item !== items[0])?.number, 1);
    assert.equal(queue.take((item) => item !== items[0])?.number, 2);
    assert.equal(
      queue.take((item) => item !== items[0]),
      undefined,
    );
    assert.equal(queue.take(always)?.number, 0);
  });

  it("knows how many wait, and lets items be removed once", () => {
    const { queue, items } = queueOf("a", "b", "a");
    assert.deepEqual([queue.size, queue.waitingOf("a"), queue.waitingOf("x")], [3, 2, 0]);
    assert.equal(queue.remove(items[0] as Item), true);
    assert.equal(queue.remove(items[0] as Item), false);
    assert.equal(queue.remove({ user: "b", number: 1, ready: true }), false);
    assert.deepEqual([queue.size, queue.waitingOf("a")], [2, 1]);
    assert.equal([...queue].length, 2);
    assert.equal(drain(queue).length, 4);
    assert.equal(queue.size, 0);
  });

  it("whatever happens: nothing is lost or doubled, order within a user holds, nobody is passed by twice", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("a", "b", "c", "d", "__proto__") },
      { weight: 2, arbitrary: fc.constant("take" as const) },
      { weight: 1, arbitrary: fc.record({ remove: fc.nat(30) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => follow(steps)),
      { numRuns: 2000 },
    );
  });
});

/** Compares with a plain list of what waits. */
function follow(steps: readonly (string | { readonly remove: number })[]): void {
  const queue = new FairQueue<Item>();
  const waiting: Item[] = [];
  /** How often each other user was served while this one had something waiting. */
  const passedBy = new Map<string, Map<string, number>>();
  let number = 0;
  for (const step of steps) {
    if (step === "take") takeOne(queue, waiting, passedBy);
    else if (typeof step === "string") {
      const item = { user: step, number: number++, ready: true };
      waiting.push(item);
      queue.add(item);
    } else if (waiting.length > 0) {
      const [item] = waiting.splice(step.remove % waiting.length, 1) as [Item];
      assert.equal(queue.remove(item), true);
      if (!waiting.some((other) => other.user === item.user)) passedBy.delete(item.user);
    }
    assert.equal(queue.size, waiting.length);
  }
}

function takeOne(queue: FairQueue<Item>, waiting: Item[], passedBy: Map<string, Map<string, number>>): void {
  const item = queue.take(always);
  if (item === undefined) return assert.equal(waiting.length, 0);
  assert.equal(
    waiting.find((other) => other.user === item.user),
    item,
    "not the first of its user",
  );
  waiting.splice(waiting.indexOf(item), 1);
  passedBy.delete(item.user);
  for (const user of new Set(waiting.map((other) => other.user))) {
    if (user === item.user) continue;
    const counts: Map<string, number> = passedBy.get(user) ?? new Map<string, number>();
    passedBy.set(user, counts.set(item.user, (counts.get(item.user) ?? 0) + 1));
    assert.equal(counts.get(item.user), 1, `${user} was passed by twice by ${item.user}`);
  }
}
