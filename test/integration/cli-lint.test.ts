import assert from "node:assert/strict";
import { chmodSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { lint } from "qbconnector/qbxml";
import {
  NO_FILE_MODES,
  NO_LINKS,
  NO_TERMINAL,
  requestSet,
  runCommand,
  startOnTerminal,
  temporaryFolder,
} from "../support/command.js";

const HEAD = '<?xml version="1.0"?>\n<?qbxml version="13.0"?>\n';
const GOOD = requestSet("<HostQueryRq/>");
const BAD = `${HEAD}<QBXML>
  <QBXMLMsgsRq onError="stopOnError">
    <CustomerAddRq>
      <CustomerAdd>
        <Phone>1</Phone>
        <Name>A</Name>
        <JobStatus>finished</JobStatus>
      </CustomerAdd>
    </CustomerAddRq>
  </QBXMLMsgsRq>
</QBXML>
`;
const FIXED = BAD.replace(
  "        <Phone>1</Phone>\n        <Name>A</Name>\n",
  "        <Name>A</Name>\n        <Phone>1</Phone>\n",
);
const WARNED = requestSet("<CustomerAddRq><CustomerAdd><Name>é</Name></CustomerAdd></CustomerAddRq>");

function fileWith(test: TestContext, content: string | Buffer, name = "request.xml"): string {
  const file = join(temporaryFolder(test), name);
  writeFileSync(file, content);
  return file;
}

describe("qbconnector lint", () => {
  it("prints place, rule, line, mark, what is expected and what helps", async (test) => {
    const file = fileWith(test, BAD);
    const { code, stdout, stderr } = await runCommand(test, ["lint", file]);
    assert.equal(stderr, "");
    assert.equal(
      stdout,
      `${file}:7:9: error[wrongOrder]: Phone belongs after Name and before JobStatus in CustomerAdd
 7 |         <Phone>1</Phone>
   |         ^
   = in: QBXMLMsgsRq/CustomerAddRq/CustomerAdd/Phone
   = expected: Name
   = help: move Phone behind Name
${file}:9:20: error[enum]: "finished" is not a value of JobStatus: Awarded, Closed, InProgress, None, NotAwarded or Pending
 9 |         <JobStatus>finished</JobStatus>
   |                    ^
   = in: QBXMLMsgsRq/CustomerAddRq/CustomerAdd/JobStatus
   = allowed: Awarded, Closed, InProgress, None, NotAwarded, Pending
2 errors in 1 file.
`,
    );
    assert.equal(code, 5);
  });

  it("ends with 0 for what is right and for warnings, with 5 for errors in any of several files", async (test) => {
    const [good, warned, bad] = [fileWith(test, GOOD), fileWith(test, WARNED), fileWith(test, BAD)];
    const right = await runCommand(test, ["lint", good]);
    assert.deepEqual([right.code, right.stdout], [0, "No findings in 1 file.\n"]);
    const warning = await runCommand(test, ["lint", good, warned]);
    assert.equal(warning.code, 0);
    assert.match(warning.stdout, /warning\[characters\].*\n[^]*\n1 warning in 2 files\.\n$/);
    const error = await runCommand(test, ["lint", good, bad, warned]);
    assert.equal(error.code, 5);
    assert.match(error.stdout, /\n2 errors, 1 warning in 3 files\.\n$/);
  });

  it("reads standard input, in any encoding", async (test) => {
    for (const input of [BAD, Buffer.from(`\uFEFF${BAD}`, "utf16le")]) {
      const { code, stdout } = await runCommand(test, ["lint", "-"], { input });
      assert.match(stdout, /^<stdin>:7:9: error\[wrongOrder\]/);
      assert.equal(code, 5);
    }
    const broken = await runCommand(test, ["lint", "-"], { input: Buffer.from([0x3c, 0xff]) });
    assert.match(broken.stdout, /^<stdin>:1:2: error\[malformed\]: the byte FF is not UTF-8/);
  });

  it("prints JSON: the findings of lint()", async (test) => {
    const file = fileWith(test, BAD);
    const { code, stdout } = await runCommand(test, ["lint", "--json", file]);
    assert.equal(code, 5);
    const findings = JSON.parse(JSON.stringify(lint(BAD))) as unknown;
    assert.deepEqual(JSON.parse(stdout), { files: [{ file, findings, changes: [] }] });
  });

  it("takes version, country and code page", async (test) => {
    const job = fileWith(
      test,
      requestSet(
        "<CustomerAddRq><CustomerAdd><Name>&#20013;</Name><JobTitle>j</JobTitle><Suffix/></CustomerAdd></CustomerAddRq>",
      ),
    );
    const rules = async (...more: string[]): Promise<unknown> => {
      const { stdout } = await runCommand(test, ["lint", "--json", job, ...more]);
      const [file] = (JSON.parse(stdout) as { files: { findings: { rule: string; message: string }[] }[] })
        .files;
      return file?.findings.map(({ rule }) => rule);
    };
    assert.deepEqual(await rules(), ["characters", "notInCountry"]);
    assert.deepEqual(await rules("--qbxml-version", "11.0", "--code-page", "936"), [
      "tooNew",
      "notInCountry",
    ]);
    const { stdout } = await runCommand(test, ["lint", job, "--country", "AU"]);
    assert.match(stdout, /does not exist in QuickBooks AU/);
  });

  it("is used wrongly with what it does not know", async (test) => {
    const good = fileWith(test, GOOD);
    const wrong = [
      [],
      ["--qbxml-version", "99", good],
      ["--country", "DE", good],
      ["--code-page", "x", good],
      ["nowhere.xml"],
    ];
    for (const parameters of wrong) {
      const { code, stdout, stderr } = await runCommand(test, ["lint", ...parameters]);
      assert.deepEqual([code, stdout], [1, ""], parameters.join(" "));
      assert.notEqual(stderr, "");
    }
  });

  it("shows a part of a long line, and nothing that steers a terminal", async (test) => {
    const long = requestSet(
      `<CustomerAddRq><CustomerAdd><Name>${"n".repeat(500)}</Name><!-- \u202E --></CustomerAdd></CustomerAddRq>`,
    );
    const { stdout } = await runCommand(test, ["lint", "-"], { input: long });
    const [, line = "", mark = ""] = stdout.split("\n");
    assert.ok(line.length < 120, line);
    assert.equal(line[mark.indexOf("^")], "n");
    assert.doesNotMatch(stdout, /\u202E/);
  });

  it("is coloured on a terminal, but not with NO_COLOR", { skip: NO_TERMINAL }, async (test) => {
    const file = fileWith(test, BAD);
    const coloured = await startOnTerminal(test, ["lint", file]).ended;
    assert.ok(coloured.stdout.includes("\u001b[1;31merror"), coloured.stdout);
    const plain = await startOnTerminal(test, ["lint", file], { environment: { NO_COLOR: "1" } }).ended;
    assert.ok(!plain.stdout.includes("\u001b["), plain.stdout);
  });
});

describe("qbconnector lint --fix", () => {
  it("writes the file, says what it changed, and reports what is left", async (test) => {
    const file = fileWith(test, BAD);
    chmodSync(file, 0o640);
    const { code, stdout } = await runCommand(test, ["lint", "--fix", file]);
    assert.equal(readFileSync(file, "utf8"), FIXED);
    if (NO_FILE_MODES === false) assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(dirname(file)), [basename(file)]);
    assert.ok(
      stdout.startsWith(`${file}:7:9: fixed[wrongOrder]: moved Phone behind Name\n${file}:9:20: error[enum]`),
    );
    assert.match(stdout, /\n1 change, 1 error in 1 file\.\n$/);
    assert.equal(code, 5);
  });

  it("writes nothing where nothing changes", async (test) => {
    const good = fileWith(test, GOOD);
    const before = statSync(good, { bigint: true });
    assert.equal((await runCommand(test, ["lint", "--fix", good])).code, 0);
    assert.equal(statSync(good, { bigint: true }).ino, before.ino);
  });

  it("follows links", { skip: NO_LINKS }, async (test) => {
    const file = fileWith(test, BAD);
    const link = join(dirname(file), "link.xml");
    symlinkSync(file, link);
    await runCommand(test, ["lint", "--fix", link]);
    assert.equal(readFileSync(file, "utf8"), FIXED);
  });

  it("keeps a byte order mark, and refuses files that are not in UTF-8", async (test) => {
    const marked = fileWith(test, `\uFEFF${BAD}`);
    await runCommand(test, ["lint", "--fix", marked]);
    assert.equal(readFileSync(marked, "utf8"), `\uFEFF${FIXED}`);
    const wide = Buffer.from(`\uFEFF${BAD}`, "utf16le");
    const file = fileWith(test, wide);
    const { code, stderr } = await runCommand(test, ["lint", "--fix", file]);
    assert.equal(code, 1);
    assert.match(stderr, /not in UTF-8/);
    assert.deepEqual(readFileSync(file), wide);
  });

  it("prints the text of standard input, and reports beside it", async (test) => {
    const { code, stdout, stderr } = await runCommand(test, ["lint", "--fix", "-"], { input: BAD });
    assert.equal(stdout, FIXED);
    assert.match(stderr, /^<stdin>:7:9: fixed\[wrongOrder\]/);
    assert.equal(code, 5);
  });
});
