import { markdownTable } from "./markdown.mjs";
import { REQUEST_GROUPS } from "./request-groups.mjs";

const COUNTRIES = [
  ["QBD", "US"],
  ["QBCA", "CA"],
  ["QBUK", "UK"],
  ["QBAU", "AU"],
];
const HEADER = ["request", "", "answer", "since", "not in", "iterator", "metaData", "IncludeRetElement"];

/** All requests of the facts, a section for each group. */
export function requestSections({ messages }, shapeOf) {
  const left = new Set(Object.keys(messages).filter((name) => name.endsWith("Rq")));
  const sections = REQUEST_GROUPS.map((group) => {
    const names = group.entities.flatMap((entity) =>
      [...left].filter((name) => messages[name].entity === entity),
    );
    for (const name of names) left.delete(name);
    return section(group, names, messages, shapeOf);
  });
  if (left.size > 0) throw new Error(`no group of requests has ${[...left].join(", ")}`);
  return sections.join("\n\n");
}

function section({ title, sentence }, names, messages, shapeOf) {
  const sets = new Set(names.map((name) => messages[name].set));
  if (sets.size !== 1) throw new Error(`${title}: one group, one message set`);
  const facts = `Message set \`${[...sets][0]}\`.`;
  const rows = names.map((name) => cells(name, messages[name], shapeOf(name.slice(0, -2))));
  const kinds = names.flatMap((name) => kindsText(shapeOf(name.slice(0, -2))) ?? []);
  return [`### ${title}`, `${facts} ${sentence}`.trim(), markdownTable(HEADER, rows), ...kinds].join("\n\n");
}

function cells(name, { since, notIn = [], attributes = [], content, writes }, { answer }) {
  const flag = (is) => (is ? "yes" : "");
  return [
    `\`${name.slice(0, -2)}\``,
    writes ? "writes" : "reads",
    answerText(answer),
    since === undefined ? "1.x" : since.toFixed(1),
    COUNTRIES.flatMap(([edition, country]) => (notIn.includes(edition) ? country : [])).join(", "),
    flag(attributes.includes("iterator")),
    flag(attributes.includes("metaData")),
    flag(content.some((particle) => particle.name === "IncludeRetElement")),
  ];
}

function answerText({ kind, elements }) {
  if (kind === "none") return "nothing";
  if (kind === "kind") return `one of ${elements.length} kinds`;
  if (kind === "kinds") return `list of ${elements.length} kinds`;
  const names = listed(elements);
  return kind === "records" ? `list of ${names}` : kind === "fields" ? `fields ${names}` : names;
}

/** The kinds do not fit into a cell. */
function kindsText({ name, answer }) {
  if (answer.kind !== "kind" && answer.kind !== "kinds") return undefined;
  return `\`${name}\` gives ${listed(answer.elements)}; \`$element\` tells them apart.`;
}

function listed(elements) {
  return elements.map((name) => `\`${name}\``).join(", ");
}
