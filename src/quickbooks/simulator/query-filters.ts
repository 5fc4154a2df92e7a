import { textAt, type QBXMLElement } from "../../qbxml/reader.js";
import type { Clock, Moment } from "./clock.js";
import { RequestFailure } from "./request-failure.js";

/** `NameFilter` and `RefNumberFilter`: a text that begins, contains or ends with another, whatever the case. */
export function textFilter(filter: QBXMLElement, field: string): (text: string) => boolean {
  const wanted = (textAt(filter, field) ?? "").toLowerCase();
  const criterion = textAt(filter, "MatchCriterion");
  return (text) => {
    const candidate = text.toLowerCase();
    if (criterion === "StartsWith") return candidate.startsWith(wanted);
    return criterion === "EndsWith" ? candidate.endsWith(wanted) : candidate.includes(wanted);
  };
}

/** `NameRangeFilter`: both ends belong to the range, and everything that begins with the last name. */
export function textRangeFilter(filter: QBXMLElement, field: string): (text: string) => boolean {
  const from = (textAt(filter, `From${field}`) ?? "").toLowerCase();
  const to = (textAt(filter, `To${field}`) ?? "").toLowerCase();
  if (to !== "" && to < from && !from.startsWith(to)) {
    throw new RequestFailure(3031, `The string range in the field "${filter.name}" is invalid.`);
  }
  return (text) => {
    const candidate = text.toLowerCase();
    return candidate >= from && (to === "" || candidate <= to || candidate.startsWith(to));
  };
}

export function modifiedSince(filter: QBXMLElement, clock: Clock): (moment: Moment) => boolean {
  const from = clock.parse(filter.text);
  return ({ wall }) => wall >= from;
}

export function modifiedUntil(filter: QBXMLElement, clock: Clock): (moment: Moment) => boolean {
  const to = clock.parse(filter.text, true);
  return ({ wall }) => wall <= to;
}

export function modifiedBetween(filter: QBXMLElement, clock: Clock): (moment: Moment) => boolean {
  const ends = filter.children.filter(({ text }) => text !== "");
  const tests = ends.map((end) =>
    end.name.startsWith("From") ? modifiedSince(end, clock) : modifiedUntil(end, clock),
  );
  refuseReversed(filter, clock);
  return (moment) => tests.every((test) => test(moment));
}

/** The ends of a date range must not be the wrong way round; the sentence is a guess. */
export function refuseReversed(parent: QBXMLElement, clock: Clock, field = "ModifiedDate"): void {
  const [from, to] = [textAt(parent, `From${field}`), textAt(parent, `To${field}`)];
  if (from && to && clock.parse(from) > clock.parse(to, true)) {
    throw new RequestFailure(
      3030,
      `The date range in the field "${parent.name}" is invalid: it begins after its end.`,
    );
  }
}

/** Dates of transactions, both ends included. */
export function datesBetween(filter: QBXMLElement, clock: Clock): (date: string) => boolean {
  refuseReversed(filter, clock, "TxnDate");
  const from = textAt(filter, "FromTxnDate") ?? "";
  const to = textAt(filter, "ToTxnDate") ?? "";
  return (date) => date >= from && (to === "" || date <= to);
}
