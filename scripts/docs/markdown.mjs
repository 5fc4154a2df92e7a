export function markdownTable(header, rows) {
  return [header, header.map(() => "---"), ...rows].map(line).join("\n");
}

function line(cells) {
  return `| ${cells.map((cell) => String(cell).replace(/[|<>*]/g, "\\$&")).join(" | ")} |`;
}

/** The page with everything between the two markers of a part replaced. */
export function withPart(path, text, { name, part }) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no place for ${name}`);
  return `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`;
}
