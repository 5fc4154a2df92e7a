import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it } from "node:test";
import { loadedFiles } from "../support/loaded-files.js";

const FACTS = "qbxml/schema/qbxml-16.0.json";
const DOORS = ["qbconnector", "qbconnector/qbxml", "qbconnector/simulator"];

/** Every file whose name begins so; the folder does not matter. */
function named(files: readonly string[], pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(file.slice(file.lastIndexOf("/") + 1)));
}

describe("the facts of qbXML", () => {
  for (const door of DOORS) {
    it(`are not read when ${door} is imported`, () => {
      const files = loadedFiles(`await import(${JSON.stringify(door)});`);
      assert.ok(files.includes("qbxml/schema/facts.js"), "nothing was observed");
      assert.ok(!files.includes(FACTS));
    });
  }

  it("are read once, by the first request", () => {
    const files = loadedFiles(`
      const { writeRequests } = await import("qbconnector/qbxml");
      writeRequests([{ name: "HostQuery", body: {} }]);
      writeRequests([{ name: "CompanyQuery", body: {} }]);`);
    assert.equal(files.filter((file) => file === FACTS).length, 1);
  });
});

const REFUSED = `
  const { QBError } = await import("./dist/errors.js");
  const { LocalRoad } = await import("./dist/client/local-road.js");
  const refuse = () => { throw new QBError("QB_REQUEST_REFUSED", "refused", { hresult: "0x80040400" }); };
  const session = { companyFile: "", process: async () => refuse(), close: async () => {} };
  const road = new LocalRoad({ open: async () => session }, {});
  const qbxml = '<?xml version="1.0"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><HostQueryRq><A/></HostQueryRq></QBXMLMsgsRq></QBXML>';
  const call = { signal: new AbortController().signal, deadlineMs: 10_000 };
  const { code, details } = await road.send(qbxml, call).catch((error) => error);
  console.log(code, (details.findings ?? []).map(({ rule }) => rule).join());`;

describe("lint", () => {
  for (const file of ["connector/qb-connector.js", "client/local-road.js"]) {
    it(`is not loaded by ${file}`, () => {
      const files = loadedFiles(`await import("./dist/${file}");`);
      assert.ok(files.includes(file));
      assert.deepEqual(named(files, /^(lint|repair|check|structure-)/), []);
    });
  }

  it("is not loaded by the commands that do without it", () => {
    const files = loadedFiles(`process.argv.push("--version"); await import("./dist/cli/main.js");`);
    assert.ok(files.includes("cli/commands/serve.js"));
    assert.deepEqual(named(files, /^(check|repair|structure-check)\.js$/), []);
  });

  it("is loaded when QuickBooks refuses a text without a reason", () => {
    const files = loadedFiles(REFUSED);
    assert.equal(named(files, /^lint\.js$/).length, 1);
    assert.equal(files.at(-1), "QB_REQUEST_REFUSED unknownElement");
  });

  it("does not stand between a refusal and its sender when it cannot be loaded", (t) => {
    // Below the package, where Node finds the dependencies.
    const folder = mkdtempSync(resolve("build", "without-lint-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const filter = (path: string): boolean => basename(path) !== "lint.js";
    cpSync("dist", join(folder, "dist"), { recursive: true, filter });
    cpSync("package.json", join(folder, "package.json"));
    const program = REFUSED.replaceAll('"./dist/', `"${pathToFileURL(folder).href}/dist/`);
    assert.equal(loadedFiles(program).at(-1)?.trim(), "QB_REQUEST_REFUSED");
  });
});

const WITHOUT_URL = `
  const { QBClient } = await import("./dist/index.js");
  Object.defineProperty(process, "platform", { value: PLATFORM });
  const client = new QBClient("", { logger: { debug() {}, info() {}, warn() {}, error() {} } });
  FIRST_CALL
  await client.destroy();`;

describe("QuickBooks Online", () => {
  it("is not loaded by commands that do without it", () => {
    const files = loadedFiles(`process.argv.push("--version"); await import("./dist/cli/main.js");`);
    assert.ok(files.includes("cli/commands/online.js"));
    assert.deepEqual(
      files.filter((file) => /^online\/|undici|oauth4webapi|proper-lockfile/.test(file)),
      [],
    );
  });
});

describe("the road to QuickBooks on this machine", () => {
  const cases = [
    ["win32", "is loaded by the first call of a client without URL", true],
    ["win32", "is not loaded before that", false],
    ["linux", "is not loaded where there is no QuickBooks", true],
  ] as const;
  for (const [platform, name, calls] of cases) {
    it(name, () => {
      const call = `await client.openQBConnection().then(() => {}, ({ code }) => console.log(code));`;
      const program = WITHOUT_URL.replace("PLATFORM", JSON.stringify(platform));
      const files = loadedFiles(program.replace("FIRST_CALL", calls ? call : ""));
      assert.ok(files.includes("client/local-road.js"), "nothing was observed");
      assert.equal(files.includes("quickbooks/com/index.js"), platform === "win32" && calls);
      assert.deepEqual(named(files, /koffi/), []);
    });
  }
});
