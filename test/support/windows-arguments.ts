/** The parts of a command line, read as Microsoft documents it for its C library: a reading of its own, for comparison. */
export function windowsArguments(line: string): string[] {
  const parts: string[] = [];
  let part: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length;) {
    const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    const next = line[at + slashes];
    if (slashes > 0) {
      part = (part ?? "") + "\\".repeat(next === '"' ? Math.floor(slashes / 2) : slashes);
      at += slashes;
      if (next !== '"' || slashes % 2 === 0) continue;
      part += '"';
      at++;
    } else if (next === '"') {
      part ??= "";
      quoted = !quoted;
      at++;
    } else if (!quoted && (next === " " || next === "\t")) {
      if (part !== undefined) parts.push(part);
      part = undefined;
      at++;
    } else {
      part = (part ?? "") + next;
      at++;
    }
  }
  return part === undefined ? parts : [...parts, part];
}
