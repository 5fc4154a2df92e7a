import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { hostEnvironment } from "../../../../dist/quickbooks/com/host-environment.js";
import type { HostLinkEvents, StartLink } from "../../../../dist/quickbooks/com/host-link.js";
import { PipeLink } from "../../../../dist/quickbooks/com/pipe-link.js";
import { ProcessLink } from "../../../../dist/quickbooks/com/process-link.js";
import { SETTINGS } from "../../../support/quickbooks-requests.js";
import { scriptedRoad } from "../../../support/scripted-road.js";
import { until } from "../../../support/until.js";

function setNodeOptions(t: TestContext, options: string): void {
  const before = process.env["NODE_OPTIONS"];
  t.after(() => {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  });
  process.env["NODE_OPTIONS"] = options;
}

describe("NODE_OPTIONS reaches a host without the debugger's options", () => {
  for (const [options, left] of [
    ["--inspect", ""],
    ["--inspect=127.0.0.1:9229 --inspect-brk=0 --inspect-wait --inspect_brk", ""],
    ["--inspect-port=0 --inspect-publish-uid=stderr,http", ""],
    ["--inspect-port 9230 --inspect-publish-uid http --no-warnings", "--no-warnings"],
    ["--inspect --no-warnings", "--no-warnings"],
    ['"--inspect=0" --no-warnings', "--no-warnings"],
    [
      "--require ./.pnp.cjs --inspect --loader ./.pnp.loader.mjs",
      "--require ./.pnp.cjs --loader ./.pnp.loader.mjs",
    ],
    [String.raw`--require C:\p\.pnp.cjs  --inspect`, String.raw`--require C:\p\.pnp.cjs`],
    [
      String.raw`--require "C:\\My Shop\\--inspect \".cjs" --inspect`,
      String.raw`--require "C:\\My Shop\\--inspect \".cjs"`,
    ],
    ["--title=--inspect", "--title=--inspect"],
    ["--inspector", "--inspector"],
  ] as const)
    it(options, () => {
      const environment = { PATH: "x", NODE_OPTIONS: options };
      assert.deepEqual(hostEnvironment(environment), { PATH: "x", NODE_OPTIONS: left });
      assert.equal(environment.NODE_OPTIONS, options);
    });

  it("and stays away when there is none", () => {
    assert.deepEqual(hostEnvironment({ PATH: "x" }), { PATH: "x" });
  });

  for (const [kind, Link] of [
    ["a process", ProcessLink],
    ["another Node", PipeLink],
  ] as const)
    it(`in ${kind}, while the program keeps them`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "qbconnector-options-"));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      const module = join(folder, "host.mjs");
      const isAsExpected = `process.env.NODE_OPTIONS === "--no-warnings" && inspector.url() === undefined`;
      writeFileSync(module, `import inspector from "node:inspector"; process.exit(${isAsExpected} ? 7 : 8);`);
      setNodeOptions(t, "--inspect=127.0.0.1:0 --no-warnings");
      const ends: string[] = [];
      const events: HostLinkEvents = {
        isExpected: () => false,
        onMessage() {},
        onAnswer() {},
        onGarbage() {},
        onGone: (how) => void ends.push(how),
      };
      const start: StartLink = (told) => new Link(module, process.execPath, told);
      start(events).hold(true);
      await until(() => ends.length > 0, "the host has ended");
      assert.deepEqual(ends, ["exit code 7"]);
      assert.equal(process.env["NODE_OPTIONS"], "--inspect=127.0.0.1:0 --no-warnings");
    });
});

describe("a host that ends with exit code 9", () => {
  it("before it was ready: its Node refused NODE_OPTIONS, and the error names it", async (t) => {
    setNodeOptions(t, "--no-such-option");
    const { road, logged } = scriptedRoad(t);
    await assert.rejects(road.open(SETTINGS), {
      code: "QB_QUICKBOOKS_FAILED",
      outcome: "not_applied",
      message: /exit code 9.*NODE_OPTIONS/,
      advice: /NODE_OPTIONS/,
    });
    assert.match(JSON.stringify(logged), /no-such-option is not allowed in NODE_OPTIONS/);
  });

  it("later, or with another code, tells nothing of NODE_OPTIONS", async (t) => {
    for (const script of [{ acts: { find: { exit: 9 } } }, { exitAtStart: 8 }]) {
      const { road } = scriptedRoad(t, [script]);
      await assert.rejects(
        road.open(SETTINGS),
        ({ message }) => /exit code/.test(message) && !/NODE/.test(message),
      );
    }
  });
});
