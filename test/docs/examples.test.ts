import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { PACKAGE_FOLDER, startProgram } from "../support/command.js";

const FOLDER = join(PACKAGE_FOLDER, "examples");

/** What each example prints, line by line. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  "quickstart.mjs": [/^QuickBooks answers: QuickBooks \S.*$/],
  "custom-authorization.mjs": [
    /^ann: the customer was added$/,
    /^ben: QB_READ_ONLY$/,
    /^eve: QB_UNAUTHORIZED$/,
  ],
  "read-only-user.mjs": [
    /^Accounts that can be read: [1-9]\d*$/,
    /^QB_READ_ONLY: .*CustomerAddRq/,
    /^Outcome: not_applied\. \S/,
  ],
  "secure-connector.mjs": [
    /^Trusted: false; it is self-signed \(/,
    /^Shown: sha256\/\/[\w+/]{43}=$/,
    /^QuickBooks answers: QuickBooks \S.*$/,
    /^QuickBooks answers: QuickBooks \S.*$/,
    /^QB_SERVER_CERTIFICATE, not_applied$/,
  ],
  "embed-in-existing-server.mjs": [
    /^Below \/quickbooks: QuickBooks \S.*$/,
    /^Elsewhere: The shop's page at \/offers$/,
  ],
  "embed-in-express.mjs": [/^Below \/quickbooks: QuickBooks \S.*$/, /^Elsewhere: \[ 'consulting' \]$/],
  "typed-requests.mjs": [
    /^Added: Elm Street Bakery Oslo$/,
    /^Invoice: 160\.00 applied$/,
    /^Twin: QB_STATUS 3100 not_applied$/,
    /^Refused: 3100 \S.*$/,
    /^Not sent: QBXMLMsgsRq\/CustomerAddRq\/CustomerAdd\/BillAddress\/Town: \S.*$/,
  ],
  "read-everything.mjs": [
    /^100 read, 150 to come$/,
    /^200 read, 50 to come$/,
    /^250 read, 0 to come$/,
    /^With a city: 0$/,
    /^The first: Customer 1$/,
    /^Accounts: true$/,
  ],
  // On Windows with QuickBooks it prints the company's name instead.
  "quickbooks-desktop.mjs": [
    process.platform === "win32"
      ? /^QB_(PLATFORM|INSTALLATION): \S/
      : /^QB_PLATFORM: QuickBooks Desktop runs on Windows, and this program on \w+$/,
    process.platform === "win32"
      ? /^What to do: \S/
      : /^What to do: Run a connector on the Windows machine with QuickBooks/,
  ],
  "quickbooks-online-webhooks.mjs": [
    /^Update of Invoice 95 in company 310687$/,
    /^Merge of Customer 123 in company 9130355$/,
    /^Signed: 200$/,
    /^Not signed: 401 QB_WEBHOOK_SIGNATURE$/,
    /^Changed on the way: 401 QB_WEBHOOK_SIGNATURE$/,
  ],
  "own-request-processor.mjs": [
    /^open: application Web shop, read and write$/,
    /^process: CustomerQueryRq$/,
    /^close$/,
    /^answer: .*<CustomerQueryRs statusCode="0"/,
    /^open: application Web shop, read and write$/,
    /^error event: /,
    /^failure: QB_COMPANY_FILE, 0x80040403$/,
  ],
};

/** What an example is to write to standard error: the default logger's warnings. */
const WARNED: Readonly<Record<string, string>> = {
  "custom-authorization.mjs": "qbconnector: warning: user or password is wrong, or both are missing\n",
};

/** Those in which somebody logs in with a browser, and the tests that run them. */
const DRIVEN: Readonly<Record<string, string>> = {
  "quickbooks-online-desktop.mjs": "integration/online-desktop-flow",
  "quickbooks-online-headless.mjs": "integration/online-headless",
  "quickbooks-online-web.mjs": "integration/online-web-flow",
};

describe("the examples", () => {
  it("are all tested", () => {
    const tested = [...Object.keys(PRINTED), ...Object.keys(DRIVEN)];
    assert.deepEqual(readdirSync(FOLDER).sort(), tested.sort());
    for (const [name, test] of Object.entries(DRIVEN)) {
      const source = readFileSync(join(PACKAGE_FOLDER, `test/${test}.test.ts`), "utf8");
      assert.ok(source.includes(`examples/${name}`), `${test} does not run ${name}`);
    }
  });

  for (const [name, expected] of Object.entries(PRINTED)) {
    it(`${name} prints what it shows and ends by itself`, async (test) => {
      const { code, stdout, stderr } = await startProgram(test, process.execPath, [join(FOLDER, name)]).ended;
      assert.equal(stderr, WARNED[name] ?? "");
      assert.equal(code, 0);
      const lines = stdout.trim().split("\n");
      expected.forEach((pattern, index) => assert.match(lines[index] ?? "", pattern));
      assert.equal(lines.length, expected.length);
    });
  }
});
