import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

interface Particle {
  readonly name?: string;
  readonly max?: unknown;
  readonly choice?: readonly (readonly Particle[])[];
}

interface Message {
  readonly set: string;
  readonly writes?: boolean;
  readonly since?: number;
  readonly notIn?: readonly string[];
  readonly attributes?: readonly string[];
  readonly content: readonly Particle[];
}

const PAGE = readFileSync("docs/reference/requests.md", "utf8");
const { messages } = JSON.parse(readFileSync("src/qbxml/schema/qbxml-16.0.json", "utf8")) as {
  messages: Readonly<Record<string, Message>>;
};
const REQUESTS = Object.keys(messages).filter((name) => name.endsWith("Rq"));
const COUNTRIES: Readonly<Record<string, string>> = { QBD: "US", QBCA: "CA", QBUK: "UK", QBAU: "AU" };

interface Row {
  readonly name: string;
  readonly set: string;
  /** second, answer, since, not in, iterator, metaData, IncludeRetElement */
  readonly cells: readonly string[];
}

/** The rows of all groups; the message set stands above each table. */
const ROWS: readonly Row[] = PAGE.split(/^### /m)
  .slice(1)
  .flatMap((group) => {
    const set = /Message set `(\w+)`/.exec(group)?.[1] ?? "";
    const lines = group.split("\n").filter((line) => line.startsWith("| `"));
    return lines.map((line) => {
      const [name = "", ...cells] = line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", ""));
      return { name, set, cells };
    });
  });

function messageOf(name: string): Message {
  return messages[name] ?? assert.fail(`${name} is no message`);
}

/** What the response holds besides ErrorRecovery, by a reading of its own. */
function answerOf(name: string): string {
  const parts = messageOf(`${name}Rs`).content.filter((part) => part.name !== "ErrorRecovery");
  const [only] = parts;
  if (only === undefined) return "nothing";
  if (parts.length > 1) return `fields ${parts.map((part) => part.name).join(", ")}`;
  const many = only.max === undefined ? "" : "list of ";
  if (only.choice === undefined) return many + only.name;
  return `${many === "" ? "one of " : many}${only.choice.length} kinds`;
}

describe("docs/reference/requests.md", () => {
  it("has each of the 239 requests once", () => {
    assert.equal(ROWS.length, 239);
    assert.deepEqual(ROWS.map(({ name }) => `${name}Rq`).sort(), [...REQUESTS].sort());
  });

  it("says of each what the facts say", () => {
    for (const { name, set, cells } of ROWS) {
      const { attributes = [], notIn = [], ...message } = messageOf(`${name}Rq`);
      const yes = (is: boolean): string => (is ? "yes" : "");
      assert.equal(set, message.set, name);
      assert.deepEqual(
        cells,
        [
          message.writes === true ? "writes" : "reads",
          answerOf(name),
          message.since?.toFixed(1) ?? "1.x",
          notIn.flatMap((edition) => COUNTRIES[edition] ?? []).join(", "),
          yes(attributes.includes("iterator")),
          yes(attributes.includes("metaData")),
          yes(message.content.some((part) => part.name === "IncludeRetElement")),
        ],
        name,
      );
    }
  });

  it("names the kinds of each answer that mixes them", () => {
    const mixed = ROWS.filter(({ cells }) => cells[1]?.endsWith(" kinds") === true);
    assert.ok(mixed.length > 0);
    for (const { name } of mixed) {
      const listed = new RegExp(`\`${name}\` gives (.*);`).exec(PAGE)?.[1] ?? "";
      const { choice = [] } = messageOf(`${name}Rs`).content.find((part) => part.choice !== undefined) ?? {};
      assert.deepEqual(
        listed.match(/\w+/g),
        choice.flat().map((part) => part.name),
        name,
      );
    }
  });
});
