/** A structure of requests; with choices it is a union, which no interface can be. */
export function writtenText(name, structure, fields) {
  const { fields: plain, choices } = fields.write(structure);
  if (choices.length > 0) {
    const parts = plain === "{\n}" ? choices : [plain, ...choices];
    return `export type ${name} = ${parts.join(" & ")};\n`;
  }
  if (plain === "{\n}") return `export type ${name} = Record<string, never>;\n`;
  return `export interface ${name} ${plain}\n`;
}
