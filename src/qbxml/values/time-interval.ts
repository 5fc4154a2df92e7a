import { QBError } from "../../errors.js";

const TIME_INTERVAL = /^([+-]?)PT(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})S)?$/;

/** Minutes of a time interval, 90 of `PT1H30M`; seconds are a fraction of a minute. */
export function readTimeInterval(text: string): number {
  const match = typeof text === "string" ? TIME_INTERVAL.exec(text) : null;
  if (match === null) throw refusal(text, "is not a time interval of the form PT1H30M");
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const total = hours * 60 + minutes + seconds / 60;
  return match[1] === "-" && total > 0 ? -total : total;
}

/** `PT1H30M` of 90 minutes. A fraction that is not a whole number of seconds is refused. */
export function formatTimeInterval(minutes: number): string {
  const exact = Math.abs(minutes) * 60;
  const total = Math.round(exact);
  if (!Number.isSafeInteger(total) || Math.abs(exact - total) > ROUNDING)
    throw refusal(minutes, "minutes are not a whole number of seconds");
  const seconds = total % 60;
  const sign = minutes < 0 ? "-" : "";
  return `${sign}PT${Math.floor(total / 3600)}H${Math.floor(total / 60) % 60}M${seconds === 0 ? "" : `${seconds}S`}`;
}

/** What binary fractions lose of minutes that are thirds, in seconds. */
const ROUNDING = 1e-3;

function refusal(value: unknown, problem: string): QBError {
  const what =
    typeof value === "string"
      ? JSON.stringify(value.slice(0, 40))
      : typeof value === "number"
        ? `${value}`
        : typeof value;
  return new QBError("QB_INVALID_ARGUMENT", `${what} ${problem}`);
}
