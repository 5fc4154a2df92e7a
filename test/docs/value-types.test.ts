import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const PAGE = readFileSync("docs/reference/values.md", "utf8");
const TEXT = readFileSync("src/qbxml/schema/qbxml-16.0.json", "utf8");
const { scalars } = JSON.parse(TEXT) as {
  scalars: Readonly<Record<string, { kind: string; pattern?: string; maxLength?: number }>>;
};

/** type, elements, in an object, form, for example */
const ROWS = (PAGE.split("<!-- types -->")[1]?.split("<!-- end of types -->")[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe("the value types of docs/reference/values.md", () => {
  it("are those of the facts, those first that most elements have", () => {
    assert.deepEqual(ROWS.map(([type]) => type?.replaceAll("`", "")).sort(), Object.keys(scalars).sort());
    for (const [type = "", elements] of ROWS) {
      const uses = TEXT.split(`"type":"${type.replaceAll("`", "")}"`).length - 1;
      const ofAttributes = TEXT.slice(0, TEXT.indexOf('"enums"')).split(
        `"type":"${type.replaceAll("`", "")}"`,
      );
      assert.equal(elements, String(uses - (ofAttributes.length - 1) || "attributes"), type);
    }
    const counts = ROWS.map(([, elements]) => Number(elements) || 0);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
  });

  it("have examples that fit their pattern", () => {
    for (const [type = "", , , form = "", examples = ""] of ROWS) {
      const { pattern, maxLength } = scalars[type.replaceAll("`", "")] ?? assert.fail(type);
      const texts = [...examples.matchAll(/`([^`]+)`/g)].map(([, text]) => text as string);
      assert.ok(texts.length > 0, type);
      if (pattern !== undefined)
        for (const text of texts) assert.match(text, new RegExp(`^(?:${pattern})$`), type);
      if (maxLength !== undefined) assert.ok(form.endsWith(`at most ${maxLength} characters`), type);
    }
  });

  it("take an empty text where the page says so", () => {
    const [, refused = ""] = /An empty text[^.]* fits all but ([^.]*)\./.exec(PAGE) ?? [];
    const names: readonly string[] = refused.match(/[A-Z]{4,}/g) ?? [];
    for (const [type, { kind, pattern = "" }] of Object.entries(scalars)) {
      const takes = kind !== "enum" && new RegExp(`^(?:${pattern})$`).test("");
      assert.equal(names.includes(type), !takes, type);
    }
  });

  it("stand in objects as the kind says", () => {
    const words = {
      boolean: "boolean",
      integer: "number",
      enum: "one of its words",
      decimal: "decimal string",
    };
    for (const [type = "", , inObject] of ROWS) {
      const { kind } = scalars[type.replaceAll("`", "")] ?? assert.fail(type);
      assert.equal(inObject, Object.entries(words).find(([name]) => name === kind)?.[1] ?? "string", type);
    }
  });
});
