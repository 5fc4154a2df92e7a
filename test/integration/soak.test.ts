import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test(
  "a short soak leaves nothing behind, and every write is what was told",
  { timeout: 120_000 },
  async (t) => {
    const script = fileURLToPath(new URL("../../test/bench/soak.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, "--seconds", "8"]);
    t.after(() => child.kill());
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\| ok +\| \d+/);
  },
);
