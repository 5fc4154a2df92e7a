import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  createdAt,
  formatTimeInterval,
  isDate,
  readDateTime,
  readTimeInterval,
  toInstant,
  toWallClock,
} from "qbconnector/qbxml";

const INVALID = { code: "QB_INVALID_ARGUMENT" };

describe("isDate", () => {
  it("knows the calendar", () => {
    for (const day of ["2024-02-29", "2000-02-29", "2023-12-31", "0001-01-01", "9999-12-31"])
      assert.equal(isDate(day), true, day);
    const none = [
      "2023-02-29",
      "1900-02-29",
      "2023-04-31",
      "2023-13-01",
      "2023-00-10",
      "2023-01-00",
      "0000-01-01",
    ];
    for (const day of none) assert.equal(isDate(day), false, day);
  });

  it("takes one form only", () => {
    for (const other of [
      "2023-1-1",
      "20230101",
      "2023-01-01T00:00:00",
      " 2023-01-01",
      "",
      "01/02/2023",
      20230101,
      null,
    ])
      assert.equal(isDate(other), false, String(other));
  });
});

describe("readDateTime", () => {
  it("gives wall clock and offset apart, and keeps the text", () => {
    assert.deepEqual(readDateTime("2020-07-09T19:09:27-08:00"), {
      raw: "2020-07-09T19:09:27-08:00",
      date: "2020-07-09",
      time: "19:09:27",
      offset: "-08:00",
    });
  });

  const short: readonly (readonly [text: string, date: string, time: string, offset?: string])[] = [
    ["2020-07-09", "2020-07-09", "00:00:00"],
    ["2020-07-09T19", "2020-07-09", "19:00:00"],
    ["2020-07-09T19:05", "2020-07-09", "19:05:00"],
    ["2020-7-9T1:5:7", "2020-07-09", "01:05:07"],
    ["2020-07-09T19:05:07+5:30", "2020-07-09", "19:05:07", "+05:30"],
  ];
  for (const [raw, date, time, offset] of short) {
    it(`takes ${raw}`, () => assert.deepEqual(readDateTime(raw), { raw, date, time, offset }));
  }

  const none = [
    "",
    "2020-02-30T10:00:00",
    "2020-01-01T24:00:00",
    "2020-01-01T10:60:00",
    "2020-01-01T10:00:60",
    "2020-01-01T10:00:00Z",
    "2020-01-01T10:00-08:00",
    "2020-01-01 10:00:00",
    "2020-01-01T10:00:00.5",
    "2020-01-01T10:00:00\n",
  ];
  for (const text of [...none, 5, undefined, new Date()]) {
    it(`refuses ${typeof text} ${JSON.stringify(text)}`, () => {
      assert.throws(() => readDateTime(text as string), INVALID);
    });
  }
});

describe("the true instant", () => {
  // From real company files: the number in the id is the instant in UTC, the text what QuickBooks shows for it.
  const shown: readonly (readonly [id: string, text: string, timeZone: string])[] = [
    [`20000-${Date.parse("1998-06-02T19:12:02Z") / 1000}`, "1998-06-02T13:12:02-07:00", "America/Denver"],
    [
      `80000001-${Date.parse("2020-10-10T02:09:27Z") / 1000}`,
      "2020-10-09T19:09:27-08:00",
      "America/Los_Angeles",
    ],
  ];
  for (const [id, text, timeZone] of shown) {
    it(`${text} in summer is the time in ${id}, not what its offset says`, () => {
      const instant = toInstant(text, timeZone);
      assert.deepEqual(instant, createdAt(id));
      assert.equal(new Date(text).getTime() - instant.getTime(), 3_600_000);
      assert.equal(toWallClock(instant, timeZone), text.slice(0, 19));
    });
  }

  it("in winter the offset is right", () => {
    const text = "2015-01-30T18:24:42-08:00";
    assert.deepEqual(toInstant(text, "America/Los_Angeles"), new Date(text));
  });

  /** Each side of both changes of the clocks, by the rules of the zone. */
  const changes: readonly (readonly [timeZone: string, wall: string, instant: string])[] = [
    ["America/New_York", "2024-03-10T01:59:59", "2024-03-10T06:59:59Z"],
    ["America/New_York", "2024-03-10T03:00:00", "2024-03-10T07:00:00Z"],
    ["America/New_York", "2024-11-03T00:59:59", "2024-11-03T04:59:59Z"],
    ["America/New_York", "2024-11-03T02:00:00", "2024-11-03T07:00:00Z"],
    ["America/Phoenix", "2024-03-10T02:30:00", "2024-03-10T09:30:00Z"],
    ["America/Phoenix", "2024-07-01T12:00:00", "2024-07-01T19:00:00Z"],
    ["America/Phoenix", "2024-11-03T01:30:00", "2024-11-03T08:30:00Z"],
    ["Europe/London", "2024-03-31T00:59:59", "2024-03-31T00:59:59Z"],
    ["Europe/London", "2024-03-31T02:00:00", "2024-03-31T01:00:00Z"],
    ["Europe/London", "2024-10-27T00:59:59", "2024-10-26T23:59:59Z"],
    ["Europe/London", "2024-10-27T02:00:00", "2024-10-27T02:00:00Z"],
    ["Australia/Sydney", "2024-04-07T01:59:59", "2024-04-06T14:59:59Z"],
    ["Australia/Sydney", "2024-04-07T03:00:00", "2024-04-06T17:00:00Z"],
    ["Australia/Sydney", "2024-10-06T01:59:59", "2024-10-05T15:59:59Z"],
    ["Australia/Sydney", "2024-10-06T03:00:00", "2024-10-05T16:00:00Z"],
    ["Asia/Kolkata", "2024-03-10T02:30:00", "2024-03-09T21:00:00Z"],
    ["Asia/Kolkata", "2024-10-27T01:30:00", "2024-10-26T20:00:00Z"],
  ];
  for (const [timeZone, wall, instant] of changes) {
    it(`${wall} in ${timeZone} is ${instant}`, () => {
      assert.deepEqual(toInstant(wall, timeZone), new Date(instant));
      assert.equal(toWallClock(new Date(instant), timeZone), wall);
    });
  }

  const doubtful: readonly (readonly [timeZone: string, wall: string, instant: string, back: string])[] = [
    ["America/New_York", "2024-03-10T02:30:00", "2024-03-10T07:30:00Z", "2024-03-10T03:30:00"],
    ["Europe/London", "2024-03-31T01:30:00", "2024-03-31T01:30:00Z", "2024-03-31T02:30:00"],
    ["Australia/Sydney", "2024-10-06T02:30:00", "2024-10-05T16:30:00Z", "2024-10-06T03:30:00"],
    ["America/New_York", "2024-11-03T01:30:00", "2024-11-03T05:30:00Z", "2024-11-03T01:30:00"],
    ["Europe/London", "2024-10-27T01:30:00", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00"],
    ["Australia/Sydney", "2024-04-07T02:30:00", "2024-04-06T15:30:00Z", "2024-04-07T02:30:00"],
    ["Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z", "2011-12-31T12:00:00"],
  ];
  for (const [timeZone, wall, instant, back] of doubtful) {
    it(`${wall} in ${timeZone}, which is left out or comes twice, is taken as ${instant}`, () => {
      assert.deepEqual(toInstant(wall, timeZone), new Date(instant));
      assert.equal(toWallClock(new Date(instant), timeZone), back);
    });
  }

  it("leads back to the wall clock, and from there at most one change of the clocks away", () => {
    const zones = [
      "America/New_York",
      "America/Phoenix",
      "Europe/London",
      "Australia/Sydney",
      "Asia/Kolkata",
    ];
    const seconds = fc.integer({ min: Date.UTC(1970, 0) / 1000, max: Date.UTC(2037, 0) / 1000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), seconds, (timeZone, second) => {
        const instant = new Date(second * 1000);
        const again = toInstant(toWallClock(instant, timeZone), timeZone);
        assert.equal(toWallClock(again, timeZone), toWallClock(instant, timeZone));
        assert.ok([0, 3_600_000].includes(instant.getTime() - again.getTime()));
      }),
      { numRuns: 500 },
    );
  });

  it("drops the parts of a second, also before 1970", () => {
    assert.equal(toWallClock(new Date("2024-01-01T00:00:00.999Z"), "UTC"), "2024-01-01T00:00:00");
    assert.equal(toWallClock(new Date("1969-12-31T23:59:59.001Z"), "UTC"), "1969-12-31T23:59:59");
    assert.deepEqual(toInstant("0099-01-01", "UTC"), new Date("0099-01-01T00:00:00Z"));
  });

  it("refuses what is no time zone, and what is no time", () => {
    for (const timeZone of ["", "Nope", "America/Nowhere", undefined, 5])
      assert.throws(() => toInstant("2024-01-01", timeZone as string), INVALID);
    assert.throws(() => toInstant("yesterday", "UTC"), INVALID);
    for (const instant of [new Date(NaN), new Date(8.64e15), new Date("0000-01-01T00:00:00Z"), 5, undefined])
      assert.throws(() => toWallClock(instant as Date, "UTC"), INVALID);
  });
});

describe("createdAt", () => {
  it("reads the Unix time in an id", () => {
    assert.deepEqual(createdAt("80000001-1422671082"), new Date("2015-01-31T02:24:42Z"));
    assert.deepEqual(createdAt("20000-896814722"), new Date("1998-06-02T19:12:02Z"));
    assert.deepEqual(createdAt("1A3F-0"), new Date(0));
  });

  it("says nothing of other ids", () => {
    for (const id of ["", "80000001", "-5", "X-5", "80000001-", "80000001-12345678901", "{8-1}", "0"])
      assert.equal(createdAt(id), undefined, id);
  });
});

describe("time intervals", () => {
  const intervals: readonly (readonly [text: string, minutes: number, written: string])[] = [
    ["PT1H30M", 90, "PT1H30M"],
    ["PT45M", 45, "PT0H45M"],
    ["PT8H", 480, "PT8H0M"],
    ["PT0S", 0, "PT0H0M"],
    ["-PT0S", 0, "PT0H0M"],
    ["-PT1H", -60, "-PT1H0M"],
    ["+PT90M", 90, "PT1H30M"],
    ["PT15S", 0.25, "PT0H0M15S"],
    ["PT20S", 1 / 3, "PT0H0M20S"],
    ["PT100H0M1S", 6000 + 1 / 60, "PT100H0M1S"],
  ];
  for (const [text, minutes, written] of intervals) {
    it(`${text} is ${minutes} minutes`, () => {
      assert.equal(readTimeInterval(text), minutes);
      assert.equal(formatTimeInterval(minutes), written);
    });
  }

  it("go there and back for every number of seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (seconds) => {
        const text = formatTimeInterval(seconds / 60);
        assert.equal(Math.round(readTimeInterval(text) * 60), seconds);
        assert.equal(formatTimeInterval(readTimeInterval(text)), text);
      }),
    );
  });

  it("refuse other texts and numbers", () => {
    for (const text of ["", "PT", "P1D", "PT1.5H", "1:30", "PT1M1H", "pt1h", 90])
      assert.throws(() => readTimeInterval(text as string), INVALID);
    for (const minutes of [NaN, Infinity, 0.001, 1e300, "5x"])
      assert.throws(() => formatTimeInterval(minutes as number), INVALID);
  });
});
