import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { windowsCommandLine } from "../../../dist/cli/windows-command-line.js";
import { windowsArguments } from "../../support/windows-arguments.js";

test("paths with blanks, quotes and backslashes become one argument each", () => {
  for (const [parts, line] of [
    [["serve"], "serve"],
    [[String.raw`C:\a\main.js`], String.raw`C:\a\main.js`],
    [[String.raw`C:\Program Files\a`, "x"], String.raw`"C:\Program Files\a" x`],
    [[String.raw`C:\Program Files` + "\\"], String.raw`"C:\Program Files\\"`],
    [['say "hi"'], String.raw`"say \"hi\""`],
    [[String.raw`a\"b`], String.raw`"a\\\"b"`],
    [["", "x"], '"" x'],
  ] as const)
    assert.equal(windowsCommandLine(parts), line);
});

test("whatever the parts are, Windows takes the same ones out of the line again", () => {
  const characters = fc.constantFrom(..."ab \t\"\\'%^&|<>()!,;=äß€\u{1F600}");
  const part = fc.array(characters, { maxLength: 12 }).map((all) => all.join(""));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      assert.deepEqual(windowsArguments(windowsCommandLine(parts)), parts);
    }),
    { numRuns: 2000 },
  );
});
