import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHresult, QBError, type Check } from "qbconnector";
import { checkQuickBooks } from "../../../../dist/quickbooks/com/diagnosis/quickbooks-checks.js";
import type { QuickBooksFacts } from "../../../../dist/quickbooks/com/diagnosis/quickbooks-facts.js";
import type {
  MachineFacts,
  QuickBooksProcess,
  RegisteredServer,
} from "../../../../dist/quickbooks/com/machine-facts.js";

const SERVER: RegisteredServer = {
  progId: "QBXMLRP2.RequestProcessor",
  clsid: "{71F531F5-8E67-4A7A-9161-15733FFC3206}",
  view: "64-bit",
  kind: "in-process",
  path: "C:\\Intuit\\QBXMLRP2.dll",
  exists: true,
};
const SERVER_32: RegisteredServer = { ...SERVER, view: "32-bit" };
const EXE: RegisteredServer = {
  ...SERVER_32,
  progId: "QBXMLRP2e.RequestProcessor",
  kind: "local-server",
  path: "C:\\Tools\\QBXMLRP2e.exe",
};
const QUICKBOOKS: QuickBooksProcess = { name: "QBW.EXE", pid: 4711, session: 2, elevated: false };
const MACHINE: MachineFacts = {
  windowsVersion: "Windows 11 Pro (10.0.22631)",
  user: "Ann",
  session: 2,
  elevated: false,
  servers: [SERVER],
  quickBooks: [QUICKBOOKS],
  dialogs: [],
};
const WELL: QuickBooksFacts = {
  platform: "win32",
  bitness: 64,
  node32: undefined,
  machine: MACHINE,
  hostFailure: undefined,
  applicationName: "My Shop",
  companyFile: "C:\\Books\\Shop.qbw",
  companyFileState: "found",
  attempt: { tried: true, companyFile: "C:\\Books\\Shop.qbw" },
};

function on(changes: Partial<MachineFacts>): Partial<QuickBooksFacts> {
  return { machine: { ...MACHINE, ...changes } };
}

function failing(error: QBError): Partial<QuickBooksFacts> {
  return { attempt: { tried: true, failure: error } };
}

function running(...processes: readonly Partial<QuickBooksProcess>[]): Partial<QuickBooksFacts> {
  return on({ quickBooks: processes.map((one) => ({ ...QUICKBOOKS, ...one })) });
}

const NO_KOFFI = new QBError("QB_PLATFORM", "koffi cannot be loaded", { advice: "npm install koffi" });
const BLIND: Partial<QuickBooksFacts> = { machine: undefined, hostFailure: NO_KOFFI };
const NO_FILE: Partial<QuickBooksFacts> = { companyFile: "", companyFileState: undefined };

type Case = readonly [
  name: string,
  outcome: Check["outcome"],
  circumstances: string,
  facts: Partial<QuickBooksFacts>,
  says: RegExp,
  fix?: RegExp,
];

const CASES: readonly Case[] = [
  ["windows", "pass", "on Windows", {}, /Windows 11 Pro .*, user Ann, Windows session 2$/],
  ["windows", "pass", "as administrator", on({ elevated: true }), /as administrator/],
  ["windows", "skip", "on Linux", { platform: "linux" }, /needs Windows; this is linux/],
  ["windows", "skip", "without koffi", BLIND, /see koffi/],
  ["koffi", "pass", "when it works", {}, /works/],
  ["koffi", "fail", "when it is missing", BLIND, /koffi cannot be loaded/, /npm install koffi/],
  ["koffi", "skip", "when nobody tried", { machine: undefined }, /nobody tried/],
  ["registration", "pass", "when registered", {}, /QBXMLRP2\.dll \(QBXMLRP2\.RequestProcessor 64-bit\)/],
  [
    "registration",
    "pass",
    "of one file in two places, which is told once",
    on({ servers: [SERVER, { ...SERVER, progId: "QBXMLRP2.RequestProcessor.2" }] }),
    /^registered: [^;]*64-bit, QBXMLRP2\.RequestProcessor\.2 64-bit\)$/,
  ],
  [
    "registration",
    "fail",
    "when nothing is",
    on({ servers: [] }),
    /64-bit and the 32-bit/,
    /Install QuickBooks/,
  ],
  [
    "registration",
    "fail",
    "when the file is gone",
    on({ servers: [{ ...SERVER, exists: false }] }),
    /missing: C:\\Intuit/,
    /Repair/,
  ],
  ["registration", "skip", "without koffi", BLIND, /see koffi/],
  ["bitness", "pass", "when both are 64-bit", {}, /are 64-bit/],
  ["bitness", "pass", "when both are 32-bit", { bitness: 32, ...on({ servers: [SERVER_32] }) }, /are 32-bit/],
  ["bitness", "pass", "through an EXE", on({ servers: [SERVER_32, EXE] }), /a program of its own/],
  [
    "bitness",
    "pass",
    "through another Node",
    { node32: "C:\\n.exe", ...on({ servers: [SERVER_32] }) },
    /C:\\n\.exe/,
  ],
  [
    "bitness",
    "fail",
    "in a 64-bit Node",
    on({ servers: [SERVER_32] }),
    /is 64-bit, but .* 32-bit only/,
    /node32/,
  ],
  ["bitness", "fail", "in a 32-bit Node", { bitness: 32 }, /is 32-bit, but .* 64-bit only/, /64-bit Node/],
  [
    "bitness",
    "fail",
    "in a Node for ARM64",
    { bitness: "ARM64" },
    /is ARM64, but .* 64-bit only/,
    /64-bit Node/,
  ],
  ["bitness", "skip", "when nothing is registered", on({ servers: [] }), /see registration/],
  ["bitness", "skip", "without koffi", BLIND, /see koffi/],
  ["desktop", "pass", "in a user's session", {}, /session 2/],
  ["desktop", "fail", "in session 0", on({ session: 0 }), /session 0/, /log-on, not as a service/],
  ["desktop", "skip", "without koffi", BLIND, /see koffi/],
  ["quickbooks-process", "pass", "when it runs", {}, /QBW\.EXE \(process 4711\)/],
  [
    "quickbooks-process",
    "warn",
    "when it runs twice",
    running({}, { pid: 4712 }),
    /2 times.*4712/,
    /Close all but one/,
  ],
  [
    "quickbooks-process",
    "pass",
    "when another user has one, too",
    running({}, { pid: 4712, session: 3 }),
    /4711.*4712/,
  ],
  ["quickbooks-process", "warn", "when a call would start it", running(), /starts it/, /automatic login/],
  [
    "quickbooks-process",
    "fail",
    "when nothing could be opened",
    { ...running(), ...NO_FILE },
    /no books/,
    /Start QuickBooks/,
  ],
  ["quickbooks-process", "skip", "without koffi", BLIND, /see koffi/],
  ["quickbooks-session", "pass", "in the same session", {}, /session 2/],
  [
    "quickbooks-session",
    "fail",
    "in another",
    running({ session: 5 }),
    /session 5, this program in 2/,
    /Ann/,
  ],
  ["quickbooks-session", "skip", "when it does not run", running(), /not running/],
  ["quickbooks-session", "skip", "without koffi", BLIND, /see koffi/],
  ["elevation", "pass", "when neither is", {}, /both run without/],
  [
    "elevation",
    "fail",
    "when QuickBooks is",
    running({ elevated: true }),
    /QuickBooks runs as adm/,
    /not "Run as adm/,
  ],
  [
    "elevation",
    "fail",
    "when only this program is",
    on({ elevated: true }),
    /this program as adm/,
    /this program without/,
  ],
  [
    "elevation",
    "warn",
    "when Windows does not say",
    running({ elevated: undefined }),
    /does not tell/,
    /same user/,
  ],
  ["elevation", "skip", "when Windows does not say it of us", on({ elevated: undefined }), /this program/],
  ["elevation", "skip", "when it does not run", running(), /not running/],
  [
    "elevation",
    "skip",
    "when it runs elsewhere",
    running({ session: 3 }),
    /not running in this Windows session/,
  ],
  ["elevation", "skip", "without koffi", BLIND, /see koffi/],
  ["dialog", "pass", "when none is open", {}, /no dialog/],
  [
    "dialog",
    "warn",
    "when one is open",
    on({
      dialogs: [
        { pid: 4711, title: "Automatic Backup" },
        { pid: 4711, title: "" },
      ],
    }),
    /"Automatic Backup", one without a title/,
    /close it/,
  ],
  ["dialog", "skip", "when QuickBooks does not run", running(), /not running/],
  ["dialog", "skip", "when it runs elsewhere", running({ session: 3 }), /cannot be seen/],
  ["dialog", "skip", "without koffi", BLIND, /see koffi/],
  ["company-file", "pass", "when it is there", {}, /Shop\.qbw is there/],
  ["company-file", "pass", "on a server", { companyFile: "\\\\server\\Shop.QBW" }, /is there/],
  [
    "company-file",
    "warn",
    "when it is a backup",
    { companyFile: "C:\\Shop.qbb" },
    /not end in \.qbw/,
    /restored/,
  ],
  [
    "company-file",
    "fail",
    "when it is missing",
    { companyFileState: "missing" },
    /there is no C:/,
    /network drive/,
  ],
  [
    "company-file",
    "fail",
    "when it is locked away",
    { companyFileState: "refused" },
    /may not look/,
    /read and write/,
  ],
  [
    "company-file",
    "fail",
    "when its path is not full",
    { companyFile: "Shop.qbw" },
    /full path/,
    /C:\\Books/,
  ],
  [
    "company-file",
    "fail",
    "when its path has no drive",
    { companyFile: "\\Shop.qbw" },
    /full path/,
    /C:\\Books/,
  ],
  ["company-file", "skip", "when none is named", NO_FILE, /open in QuickBooks/],
  ["company-file", "skip", "when nobody could look", { companyFileState: undefined }, /only be looked for/],
  ["authorization", "pass", "when QuickBooks opened", {}, /let the application "My Shop" open C:/],
  [
    "authorization",
    "fail",
    "when QuickBooks says no",
    failing(fromHresult(0x80040418)),
    /0x80040418: the application was never authorized/,
    /administrator, in single-user mode .* Yes, always/,
  ],
  [
    "authorization",
    "fail",
    "when it could not be opened",
    failing(fromHresult(0x8004040a)),
    /another company file/,
    /./,
  ],
  [
    "authorization",
    "fail",
    "when nobody answers",
    failing(new QBError("QB_ABORTED", "ended")),
    /did not answer in time/,
    /Look at the screen/,
  ],
  [
    "authorization",
    "warn",
    "while a dialog is open",
    failing(fromHresult(0x80040414)),
    /busy/,
    /close every open dialog/,
  ],
  [
    "authorization",
    "skip",
    "when nobody tried",
    { attempt: { tried: false, why: "it is late" } },
    /: it is late$/,
  ],
];

describe("the checks of the way to QuickBooks", () => {
  for (const [name, outcome, circumstances, changes, says, fix] of CASES)
    it(`${name}: ${outcome} ${circumstances}`, () => {
      const check = checkQuickBooks({ ...WELL, ...changes }).find((one) => one.name === name);
      assert.equal(check?.outcome, outcome, check?.summary);
      assert.match(check.summary, says);
      assert.equal(check.fix === undefined, fix === undefined, check.fix);
      if (fix !== undefined) assert.match(check.fix ?? "", fix);
    });

  it("all pass where all is well", () => {
    const outcomes = checkQuickBooks(WELL).map(({ name, outcome }) => `${name} ${outcome}`);
    assert.deepEqual(
      outcomes.filter((text) => !text.endsWith(" pass")),
      [],
    );
    assert.equal(new Set(outcomes).size, outcomes.length);
  });

  it("are one check elsewhere than on Windows", () => {
    assert.deepEqual(
      checkQuickBooks({ ...WELL, platform: "darwin" }).map(({ name }) => name),
      ["windows"],
    );
  });
});
