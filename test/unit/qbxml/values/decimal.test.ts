import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  addDecimals,
  compareDecimals,
  equalDecimals,
  formatAmount,
  formatRate,
  isDecimal,
  multiplyDecimals,
  negateDecimal,
  roundDecimal,
  subtractDecimals,
  sumDecimals,
} from "qbconnector/qbxml";

const INVALID = { code: "QB_INVALID_ARGUMENT" };

/** An integer count of 10^-places, and its text written by another way than the product's. */
interface Sample {
  readonly units: bigint;
  readonly places: number;
  readonly text: string;
}

function sample(units: bigint, places: number): Sample {
  const magnitude = String(units < 0n ? -units : units);
  const filled = "0".repeat(Math.max(0, places + 1 - magnitude.length)) + magnitude;
  const text = filled.replace(new RegExp(`(\\d{${places}})$`), places === 0 ? "$1" : ".$1");
  return { units, places, text: units < 0n ? `-${text}` : text };
}

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
  .map(([units, places]) => sample(units, places));

/** In units of 10^-places. */
function unitsOf(text: string, places: number): bigint {
  assert.match(text, /^-?\d+(\.\d+)?$/);
  const [whole = "", fraction = ""] = text.split(".");
  assert.ok(fraction.length <= places);
  return BigInt(whole + fraction.padEnd(places, "0"));
}

const COMMON = 24;
const scaled = ({ units, places }: Sample): bigint => units * 10n ** BigInt(COMMON - places);

describe("exact decimals", () => {
  it("add, subtract, negate and compare as integers do", () => {
    fc.assert(
      fc.property(decimals, decimals, (left, right) => {
        const [one, other] = [scaled(left), scaled(right)];
        assert.equal(unitsOf(addDecimals(left.text, right.text), COMMON), one + other);
        assert.equal(unitsOf(subtractDecimals(left.text, right.text), COMMON), one - other);
        assert.equal(unitsOf(negateDecimal(left.text), COMMON), -one);
        assert.equal(compareDecimals(left.text, right.text), one < other ? -1 : one > other ? 1 : 0);
        assert.equal(equalDecimals(left.text, right.text), one === other);
        assert.equal(equalDecimals(left.text, `+00${left.text.replace("-", "")}`), one >= 0n);
      }),
    );
  });

  it("multiply as integers do", () => {
    fc.assert(
      fc.property(decimals, decimals, (left, right) => {
        const product = multiplyDecimals(left.text, right.text);
        assert.equal(unitsOf(product, left.places + right.places), left.units * right.units);
      }),
    );
  });

  it("round to the nearest, halves away from zero", () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 12 }), ({ text, units, places }, wanted) => {
        const result = roundDecimal(text, wanted);
        assert.equal(result.split(".")[1]?.length ?? 0, wanted);
        const error = unitsOf(result, COMMON) - units * 10n ** BigInt(COMMON - places);
        const half = 5n * 10n ** BigInt(COMMON - wanted - 1);
        assert.ok(error >= -half && error <= half);
        if (error === half) assert.ok(units > 0n);
        if (error === -half) assert.ok(units < 0n);
      }),
    );
  });

  it("sum up to the same whatever the order", () => {
    fc.assert(
      fc.property(fc.array(decimals), (values) => {
        const texts = values.map(({ text }) => text);
        const expected = values.map(scaled).reduce((left, right) => left + right, 0n);
        assert.equal(unitsOf(sumDecimals(texts), COMMON), expected);
        assert.equal(sumDecimals(texts), sumDecimals(texts.reverse()));
      }),
    );
  });

  const sums: readonly (readonly [left: string, right: string, sum: string])[] = [
    ["0.10", "0.20", "0.30"],
    ["1.10", "2.2", "3.30"],
    ["9999999999999.99", "0.01", "10000000000000.00"],
    ["-0.05", "0.05", "0.00"],
    ["+1", "-3", "-2"],
    [".5", "5.", "5.5"],
    ["-0.00001", "0", "-0.00001"],
  ];
  for (const [left, right, sum] of sums) {
    it(`${left} and ${right} make ${sum}`, () => assert.equal(addDecimals(left, right), sum));
  }

  it("never say minus zero", () => {
    assert.equal(negateDecimal("0.00"), "0.00");
    assert.equal(negateDecimal("-0"), "0");
    assert.equal(roundDecimal("-0.004", 2), "0.00");
    assert.equal(multiplyDecimals("-1", "0.0"), "0.0");
  });

  it("sum to 0 when there is none", () => assert.equal(sumDecimals([]), "0"));

  it("sort by value", () => {
    assert.deepEqual(["10", "9.5", "-1", "-1.00", "0"].sort(compareDecimals), [
      "-1",
      "-1.00",
      "0",
      "9.5",
      "10",
    ]);
  });

  const halves: readonly (readonly [value: string, places: number, rounded: string])[] = [
    ["0.005", 2, "0.01"],
    ["-0.005", 2, "-0.01"],
    ["1.0049999", 2, "1.00"],
    ["2.5", 0, "3"],
    ["-2.5", 0, "-3"],
    ["-2.4", 0, "-2"],
    ["7", 3, "7.000"],
    ["99.995", 2, "100.00"],
  ];
  for (const [value, places, rounded] of halves) {
    it(`${value} rounded to ${places} decimals is ${rounded}`, () => {
      assert.equal(roundDecimal(value, places), rounded);
    });
  }
});

const NO_DECIMALS = [
  "",
  " ",
  "1 ",
  "1e3",
  "1,000.00",
  "0x1F",
  "--1",
  "1.2.3",
  ".",
  "+",
  "-.",
  "NaN",
  "Infinity",
  "١",
  "1\n",
];

describe("what is no decimal", () => {
  for (const text of NO_DECIMALS) {
    it(`${JSON.stringify(text)} is refused`, () => {
      assert.equal(isDecimal(text), false);
      assert.throws(() => addDecimals("1", text), INVALID);
      assert.throws(() => formatAmount(text), INVALID);
    });
  }

  for (const value of [97.5, 1n, null, undefined, true, {}, Object.create(null), Symbol("1"), ["1"]]) {
    it(`a value of type ${typeof value} is refused, because it is not exact text`, () => {
      assert.equal(isDecimal(value), false);
      assert.throws(() => addDecimals(value as string, "1"), INVALID);
    });
  }

  it("is named in the error, long ones cut", () => {
    assert.throws(() => negateDecimal("1e3"), /"1e3" is not a decimal/);
    assert.throws(() => negateDecimal(97.5 as unknown as string), /97\.5 is not a decimal; write it as text/);
    assert.throws(
      () => negateDecimal("x".repeat(1e6)),
      (error: Error) => error.message.length < 200,
    );
  });

  it("includes numbers of decimals that make no sense", () => {
    for (const places of [-1, 1.5, NaN, 101]) assert.throws(() => roundDecimal("1", places), INVALID);
  });
});

describe("formatAmount", () => {
  const amounts: readonly (readonly [value: string, amount: string])[] = [
    ["97.5", "97.50"],
    ["100", "100.00"],
    ["-0.1", "-0.10"],
    ["97.5000", "97.50"],
    ["9999999999999.99", "9999999999999.99"],
    ["-9999999999999.99", "-9999999999999.99"],
    ["0000000000000001", "1.00"],
  ];
  for (const [value, amount] of amounts) {
    it(`writes ${value} as ${amount}`, () => assert.equal(formatAmount(value), amount));
  }

  it("refuses to lose digits, unless it is told to round", () => {
    assert.throws(() => formatAmount("97.505"), /more than 2 decimals/);
    assert.throws(() => formatAmount("97.505", { round: false }), INVALID);
    assert.equal(formatAmount("97.505", { round: true }), "97.51");
    assert.equal(formatAmount("-97.505", { round: true }), "-97.51");
  });

  it("refuses more than 13 digits, also after rounding", () => {
    assert.throws(() => formatAmount("10000000000000"), /13 digits of an amount/);
    assert.throws(() => formatAmount("-10000000000000"), INVALID);
    assert.throws(() => formatAmount("9999999999999.995", { round: true }), INVALID);
  });
});

describe("formatRate", () => {
  const rates: readonly (readonly [value: string, rate: string])[] = [
    ["3", "3"],
    ["1.50", "1.50"],
    ["0.33333", "0.33333"],
    ["1.1000000", "1.10000"],
    ["-7.25", "-7.25"],
    ["9999999999.99999", "9999999999.99999"],
  ];
  for (const [value, rate] of rates) {
    it(`writes ${value} as ${rate}`, () => assert.equal(formatRate(value), rate));
  }

  it("refuses to lose digits, unless it is told to round", () => {
    assert.throws(() => formatRate("0.333333"), /more than 5 decimals/);
    assert.equal(formatRate("0.666666", { round: true }), "0.66667");
    assert.equal(formatRate("1.5", { round: true }), "1.5");
  });

  it("refuses more than ten digits", () => {
    assert.throws(() => formatRate("10000000000"), /10 digits of a price/);
    assert.throws(() => formatRate("9999999999.999995", { round: true }), INVALID);
  });
});
