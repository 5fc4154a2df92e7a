const COUNTRIES = { QBD: "US", QBCA: "CA", QBUK: "UK", QBAU: "AU" };
const DESKTOP = Object.keys(COUNTRIES);

/** How the text of a scalar looks, where its name does not tell. */
const FORMS = {
  AMTTYPE: 'Amount, as "12.50".',
  PRICETYPE: "Decimal, 5 places at most.",
  QUANTYPE: "Decimal, 5 places at most.",
  PERCENTTYPE: "Percentage, 5 places at most.",
  FLOATTYPE: "Decimal.",
  DATETYPE: "YYYY-MM-DD.",
  DATETIMETYPE: "YYYY-MM-DDThh:mm:ss.",
  TIMEINTERVALTYPE: 'As "PT1H30M".',
  GUIDTYPE: "GUID in braces, or 0.",
};

/** A comment on a field of a request: only what its type does not say. Empty when there is nothing. */
export function commentOf(particle, indent) {
  const { max, place } = particle;
  return comment(indent, [
    FORMS[particle.type],
    lengthOf(particle),
    rangeOf(particle),
    typeof max === "number" ? `At most ${max} of them.` : "",
    particle.default === undefined ? "" : `Default ${particle.default}.`,
    ...existenceOf(place),
  ]);
}

/** The same for a field of an answer, where limits say nothing to a program. */
export function answerCommentOf({ type, place }, indent) {
  return comment(indent, [FORMS[type], ...existenceOf(place)]);
}

function comment(indent, facts) {
  const said = facts.filter((fact) => fact !== undefined && fact !== "");
  return said.length === 0 ? "" : `${indent}/** ${said.join(" ")} */\n`;
}

function existenceOf({ since, notIn }) {
  return [since > 1.1 ? `Since ${since.toFixed(1)}.` : "", countriesOf(notIn)];
}

function lengthOf({ maxLength, maxLengthQBOE, place }) {
  if (typeof maxLength === "number") return `At most ${maxLength} characters.`;
  if (maxLength !== undefined) return `At most ${lengthsOf(maxLength)} characters.`;
  return isOnlineOnly(place.notIn) && maxLengthQBOE !== undefined
    ? `At most ${maxLengthQBOE} characters.`
    : "";
}

function lengthsOf(maxLength) {
  const countries = new Map();
  for (const [edition, length] of Object.entries(maxLength))
    countries.set(length, [...(countries.get(length) ?? []), COUNTRIES[edition]]);
  return [...countries].map(([length, names]) => `${length} (${names.join(", ")})`).join(", ");
}

function rangeOf({ minValue, maxValue }) {
  if (minValue !== undefined && maxValue !== undefined) return `${minValue} to ${maxValue}.`;
  if (minValue !== undefined) return `At least ${minValue}.`;
  return maxValue === undefined ? "" : `At most ${maxValue}.`;
}

function isOnlineOnly(notIn) {
  return DESKTOP.every((edition) => notIn.includes(edition));
}

function countriesOf(notIn) {
  const without = DESKTOP.filter((edition) => notIn.includes(edition));
  if (without.length === 0) return "";
  if (isOnlineOnly(notIn)) return "Only QuickBooks Online Edition, not desktop.";
  const names = (editions) => editions.map((edition) => COUNTRIES[edition]).join(", ");
  const those = DESKTOP.filter((edition) => !notIn.includes(edition));
  return without.length > 2 ? `Only ${names(those)}.` : `Not ${names(without)}.`;
}
