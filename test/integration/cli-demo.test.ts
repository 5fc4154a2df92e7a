import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readElement, textAt } from "qbconnector/qbxml";
import {
  NO_SIGNALS,
  PACKAGE_FOLDER,
  requestSet,
  runWell,
  startCommand,
  startProgram,
  temporaryFolder,
  type Running,
} from "../support/command.js";

const STORY = [
  /connection +open/,
  /authorization +user "demo" accepted/,
  /request +CustomerAddRq, InvoiceAddRq/,
  /response +CustomerAddRq 0 Info, InvoiceAddRq 0 Info/,
  /request +CustomerQueryRq, InvoiceQueryRq/,
  /response +CustomerQueryRq 0 Info, InvoiceQueryRq 0 Info/,
  /^Customer +Balance +Invoice +Date +Amount$/m,
  /^Demo customer \w+ +550\.00 +1 +\d{4}-\d\d-\d\d +550\.00$/m,
  /^curl .*--pinnedpubkey 'sha256\/\/[\w+/]{43}=' .*https:\/\/127\.0\.0\.1:\d+\/ <<'END'$/m,
  /^URL='https:\/\/127\.0\.0\.1:\d+' User='demo' Password='\w+' SSLPin='sha256\/\/[\w+/]{43}='$/m,
  /^import \{ QBClient \} from "qbconnector";$/m,
];

const NO_SHELL = process.platform === "win32" ? "the command is for a shell of Unix" : false;

function checkStory(text: string): void {
  let rest = text;
  for (const part of STORY) {
    const match = part.exec(rest);
    assert.ok(match, `${part} is not in ${rest}`);
    rest = rest.slice(match.index + match[0].length);
  }
}

/** The demo, once it says that it serves. */
async function serving(test: TestContext): Promise<Running> {
  const demo = startCommand(test, ["demo"]);
  await demo.says(/Serving until Ctrl-C/);
  return demo;
}

function portOf(demo: Running): number {
  return Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(demo.stdout)?.[1]);
}

describe("qbconnector demo", () => {
  it("--once shows everything in order and ends with 0", async (test) => {
    const demo = startCommand(test, ["demo", "--once"]);
    const { code, stdout, stderr } = await demo.ended;
    assert.equal(code, 0, stderr);
    checkStory(stdout);
    const password = /Password='(\w+)'/.exec(stdout)?.[1] ?? assert.fail();
    assert.doesNotMatch(stdout.slice(0, stdout.indexOf("Ask it with curl")), new RegExp(password));
  });

  it(
    "shows the same without --once, keeps serving, and ends with 0 at Ctrl-C",
    { skip: NO_SIGNALS },
    async (test) => {
      const demo = await serving(test);
      checkStory(demo.stdout);
      demo.signal("SIGINT");
      const { code, stdout } = await demo.ended;
      assert.equal(code, 0);
      assert.match(stdout, /^Closed\.$/m);
    },
  );

  it("prints a curl command that works when it is pasted", { skip: NO_SHELL }, async (test) => {
    const demo = await serving(test);
    const [command] = /^curl [^]*?\nEND\n/m.exec(demo.stdout) ?? assert.fail();
    const { code, stdout, stderr } = await startProgram(test, "sh", [], { input: command }).ended;
    assert.equal(code, 0, stderr);
    const answer = readElement(stdout);
    assert.match(textAt(answer, "QBXMLMsgsRs", "HostQueryRs", "HostRet", "ProductName") ?? "", /QuickBooks/);
    assert.match(
      textAt(answer, "QBXMLMsgsRs", "CustomerQueryRs", "CustomerRet", "Name") ?? "",
      /^Demo customer/,
    );
    await demo.says(/request +HostQueryRq, CustomerQueryRq/);
  });

  it("prints a connection string that qbconnector send takes", async (test) => {
    const demo = await serving(test);
    const [to] = /^URL='.*$/m.exec(demo.stdout) ?? assert.fail();
    const report = await runWell(test, ["send", "-", "--to", to], { input: requestSet("<InvoiceQueryRq/>") });
    assert.match(report, /^InvoiceQueryRq +0 +Info +1 /m);
  });

  it("prints a program that works when it is pasted", async (test) => {
    const demo = await serving(test);
    const [program] = /^import [^]*?close\(\);\n/m.exec(demo.stdout) ?? assert.fail();
    assert.equal(program.trim().split("\n").length, 5);
    const file = join(temporaryFolder(test), "ask.mjs");
    const name = JSON.stringify(new URL(`file://${PACKAGE_FOLDER}dist/index.js`).href);
    writeFileSync(file, program.replace('"qbconnector"', name));
    const { code, stdout, stderr } = await startProgram(test, process.execPath, [file]).ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /<Name>Demo customer \w+<\/Name>/);
  });

  it("takes another port when one is taken", async (test) => {
    const [first, second] = [portOf(await serving(test)), portOf(await serving(test))];
    assert.notEqual(first, second);
    for (const port of [first, second]) assert.ok(port >= 2080 && port < 2100, String(port));
  });
});
