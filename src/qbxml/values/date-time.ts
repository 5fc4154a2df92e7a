import { QBError } from "../../errors.js";

/** A date-time as QuickBooks writes it. */
export interface QBDateTime {
  /** The text as it came. */
  readonly raw: string;
  /** `YYYY-MM-DD` of the wall clock. */
  readonly date: string;
  /** `HH:MM:SS` of the wall clock; what the text leaves out is 0. */
  readonly time: string;
  /**
   * `+HH:MM` as it was written. QuickBooks writes the zone's standard offset all year, so in summer it is an hour off: never
   * calculate with it. Undefined when there is none.
   */
  readonly offset: string | undefined;
}

const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:([+-])(\d{1,2}):(\d{1,2}))?)?)?)?$/;

/** True for `YYYY-MM-DD` of a day that the calendar has. */
export function isDate(value: unknown): value is string {
  const [, year, month, day] = (typeof value === "string" && /^(\d{4})-(\d\d)-(\d\d)$/.exec(value)) || [];
  return isDay(Number(year), Number(month), Number(day));
}

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1)) return false;
  // A day that the month does not have is one of another month.
  return new Date(milliseconds(year, month, day)).getUTCMonth() === month - 1;
}

/** Takes a date-time apart. A date alone is its midnight. Throws `QB_INVALID_ARGUMENT` for what is none. */
export function readDateTime(text: string): QBDateTime {
  const match = typeof text === "string" ? DATE_TIME.exec(text) : null;
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0));
  const isClock = inRange(hour, 23) && inRange(minute, 59) && inRange(second, 59);
  if (match === null || !isDay(year ?? 0, month ?? 0, day ?? 0) || !isClock) throw notDateTime(text);
  const pad = (part: number | undefined): string => String(part).padStart(2, "0");
  return Object.freeze({
    raw: text,
    date: `${match[1]}-${pad(month)}-${pad(day)}`,
    time: `${pad(hour)}:${pad(minute)}:${pad(second)}`,
    offset: match[7] && `${match[7]}${pad(Number(match[8]))}:${pad(Number(match[9]))}`,
  });
}

function inRange(value: number | undefined, greatest: number): boolean {
  return value !== undefined && value <= greatest;
}

function notDateTime(text: unknown): QBError {
  const what = typeof text === "string" ? JSON.stringify(text.slice(0, 40)) : typeof text;
  return new QBError("QB_INVALID_ARGUMENT", `${what} is not a date-time of the form YYYY-MM-DDTHH:MM:SS`);
}

/**
 * The instant that a date-time of QuickBooks means, from its wall clock in the time zone of the QuickBooks machine. The
 * written offset is not looked at, because it is wrong in summer.
 *
 * An hour that the clocks show twice is taken as the first one, which is still daylight-saving time. An hour that they leave
 * out is taken as if they had not been changed yet: 02:30 means 03:30.
 * @param timeZone An IANA name, `America/New_York`.
 */
export function toInstant(text: string, timeZone: string): Date {
  const { date, time } = readDateTime(text);
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  const wall = milliseconds(year, month, day, hour, minute, second);
  const [before, after] = [wall - DAY, wall + DAY].map((near) => offsetAt(near, timeZone)) as [
    number,
    number,
  ];
  const meant = [wall - before, wall - after].filter(
    (instant) => instant + offsetAt(instant, timeZone) === wall,
  );
  return new Date(meant.length > 0 ? Math.min(...meant) : wall - before);
}

const DAY = 86_400_000;

/**
 * The wall clock of a time zone at an instant, as `YYYY-MM-DDTHH:MM:SS`, without offset: what QuickBooks takes in filters such
 * as `FromModifiedDate`, in the time zone of its machine.
 */
export function toWallClock(instant: Date, timeZone: string): string {
  const year = instant instanceof Date ? instant.getUTCFullYear() : NaN;
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR))
    throw new QBError(
      "QB_INVALID_ARGUMENT",
      `the instant is not a Date of the years ${FIRST_YEAR} to ${LAST_YEAR}`,
    );
  return new Date(wallClockAt(instant.getTime(), timeZone)).toISOString().slice(0, 19);
}

/** Around them the wall clock of some zone would need another era or five digits. */
const [FIRST_YEAR, LAST_YEAR] = [2, 9998] as const;

/**
 * When the object was created: QuickBooks writes it into each ListID, TxnID and TxnLineID, as Unix time. Undefined for an id of
 * another form. Ids are opaque otherwise.
 */
export function createdAt(id: string): Date | undefined {
  const [, seconds] = /^[0-9A-F]{1,16}-(\d{1,10})$/i.exec(id) ?? [];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

/** Of a time in UTC. `Date.UTC` takes the years 0 to 99 for others. */
function milliseconds(year: number, month: number, day: number, ...clock: number[]): number {
  const [hour = 0, minute = 0, second = 0] = clock;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}

/** Milliseconds that the clocks of the zone are ahead of UTC, at a whole second. */
function offsetAt(instant: number, timeZone: string): number {
  return wallClockAt(instant, timeZone) - instant;
}

/** What the clocks of the zone show at an instant, to the second, as if it were UTC. */
function wallClockAt(instant: number, timeZone: string): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clockOf(timeZone).formatToParts(instant)) shown[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  return milliseconds(year, month, day, hour, minute, second);
}

/** Making one takes longer than all the rest. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();
const MOST_CLOCKS = 100;

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(timeZone);
  if (known !== undefined) return known;
  if (CLOCKS.size >= MOST_CLOCKS) CLOCKS.clear();
  const clock = makeClock(timeZone);
  CLOCKS.set(timeZone, clock);
  return clock;
}

function makeClock(timeZone: string): Intl.DateTimeFormat {
  const numeric = "numeric";
  try {
    if (typeof timeZone !== "string") throw new TypeError("a time zone is a text");
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch (cause) {
    throw new QBError("QB_INVALID_ARGUMENT", `${JSON.stringify(timeZone)} is not an IANA time zone`, {
      cause,
    });
  }
}
