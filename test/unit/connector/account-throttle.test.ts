import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccountThrottle } from "../../../dist/connector/account-throttle.js";

const MINUTE = 60_000;

function throttleAt(): {
  throttle: AccountThrottle;
  fail: (name: string) => void;
  wait: (ms: number) => void;
} {
  let now = 1_000_000;
  const throttle = new AccountThrottle(() => now);
  return { throttle, fail: (name) => throttle.begin(name)(true), wait: (ms) => (now += ms) };
}

describe("a Windows account", () => {
  it("is left alone after three failures until the first of them is fifteen minutes old", () => {
    const { throttle, fail, wait } = throttleAt();
    for (let count = 0; count < 3; count++) {
      throttle.check("ann");
      fail("ann");
      wait(MINUTE);
    }
    assert.throws(() => throttle.check("ann"), { code: "QB_THROTTLED", retryAfter: 12 * 60 });
    wait(12 * MINUTE - 1);
    assert.throws(() => throttle.check("ann"), { code: "QB_THROTTLED", retryAfter: 1 });
    wait(1);
    throttle.check("ann");
    fail("ann");
    assert.throws(() => throttle.check("ann"), { code: "QB_THROTTLED", retryAfter: 60 });
  });

  it("never has more than three failures in fifteen minutes, however they are spread", () => {
    const { throttle, fail, wait } = throttleAt();
    const asked: number[] = [];
    for (let minute = 0; minute < 120; minute++, wait(MINUTE)) {
      if (throttle.isPaused("ann")) continue;
      fail("ann");
      asked.push(minute);
    }
    assert.ok(asked.length >= 24, String(asked));
    for (const minute of asked)
      assert.ok(asked.filter((other) => other >= minute && other < minute + 15).length <= 3, String(asked));
  });

  it("is one account, however its letters are written; others are not concerned", () => {
    const { throttle, fail } = throttleAt();
    for (const name of ["FOO\\ann", "foo\\Ann", "Foo\\ANN"]) fail(name);
    assert.throws(() => throttle.check("foo\\ann"), { code: "QB_THROTTLED" });
    throttle.check("foo\\bob");
  });

  it("counts logons that are under way, so that many at once are no more", () => {
    const { throttle } = throttleAt();
    const ends = [throttle.begin("ann"), throttle.begin("ann"), throttle.begin("ann")];
    assert.throws(() => throttle.check("ann"), { code: "QB_THROTTLED", retryAfter: 5 });
    for (const end of ends) end(false);
    throttle.check("ann");
  });

  it("does not count logons that succeed, or could not be tried", () => {
    const { throttle } = throttleAt();
    for (let count = 0; count < 10; count++) throttle.begin("ann")(false);
    throttle.check("ann");
  });
});
