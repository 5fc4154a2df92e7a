import { fail, pass, type Check } from "../../diagnosis.js";

/** No clock that is right is before the day of this release. */
export const RELEASED = new Date("2026-11-22T00:00:00Z");
/** The version is hardly in use for longer; a clock that says so is more likely wrong. */
const LONGEST_USE_YEARS = 15;

/** A wrong clock breaks certificates and puts wrong dates on what is entered in QuickBooks. */
export function checkClock(now: Date): Check {
  const says = `the clock says ${now.toISOString()}`;
  const latest = new Date(RELEASED);
  latest.setUTCFullYear(latest.getUTCFullYear() + LONGEST_USE_YEARS);
  if (now >= RELEASED && now < latest) return pass("clock", says);
  const why = now < RELEASED ? "before this version was released" : "far in the future";
  return fail(
    "clock",
    `${says}, ${why}`,
    "Set date, time and time zone of this machine, and have it set its clock by itself: Settings, Time & language.",
  );
}
