import assert from "node:assert/strict";
import { test } from "node:test";
import { LoginThrottle } from "../../../dist/connector/login-throttle.js";

test("five failures are free, then the pause doubles from one second to sixty", () => {
  let now = 1_000_000;
  const throttle = new LoginThrottle(() => now);
  for (let failure = 0; failure < 4; failure++) throttle.failed("192.0.2.1");
  throttle.check("192.0.2.1");
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    throttle.failed("192.0.2.1");
    assert.throws(() => throttle.check("192.0.2.1"), { code: "QB_THROTTLED", retryAfter: seconds });
    throttle.check("192.0.2.2");
    now += seconds * 1000;
    throttle.check("192.0.2.1");
  }
});

test("five minutes without a failure clear the record", () => {
  let now = 1_000_000;
  const throttle = new LoginThrottle(() => now);
  for (let failure = 0; failure < 9; failure++) throttle.failed("192.0.2.1");
  now += 300_000;
  throttle.failed("192.0.2.1");
  throttle.check("192.0.2.1");
});

test("addresses of IPv6 count by their /64 network, however they are written", () => {
  const throttle = new LoginThrottle();
  const network = ["2001:db8::1:0:0:1", "2001:db8:0:0:9::9", "2001:db8::1", "2001:db8:0:0:ffff::%eth0"];
  for (const address of [...network, ...network]) throttle.failed(address);
  assert.throws(() => throttle.check("2001:db8::77"), { code: "QB_THROTTLED" });
  throttle.check("2001:db8:0:1::77");
});
