import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fromHresult, QBError, type Check, type QuickBooksSettings } from "qbconnector";
import {
  diagnoseQuickBooks,
  fileState,
  type QuickBooksSight,
} from "../../../../dist/quickbooks/com/diagnosis/diagnose-quickbooks.js";
import type { MachineFacts } from "../../../../dist/quickbooks/com/machine-facts.js";

const SETTINGS: QuickBooksSettings = {
  applicationName: "My Shop",
  applicationId: "",
  companyFile: "",
  mode: "DoNotCare",
  authFlags: undefined,
  readOnly: false,
};
const MACHINE: MachineFacts = {
  windowsVersion: "Windows",
  user: "Ann",
  session: 1,
  elevated: false,
  servers: [
    {
      progId: "QBXMLRP2.RequestProcessor",
      clsid: "{}",
      view: "64-bit",
      kind: "in-process",
      path: "C:\\a.dll",
      exists: true,
    },
  ],
  quickBooks: [{ name: "QBW.EXE", pid: 1, session: 1, elevated: false }],
  dialogs: [],
};

interface Asked {
  looks: number;
  opens: number;
}

function sightOf(changes: Partial<QuickBooksSight>, asked: Asked = { looks: 0, opens: 0 }): QuickBooksSight {
  const sight: QuickBooksSight = {
    look: async () => MACHINE,
    open: async () => "C:\\Shop.qbw",
    isInUse: () => false,
    bitness: 64,
    node32: undefined,
    ...changes,
  };
  return {
    ...sight,
    look: (signal) => (asked.looks++, sight.look(signal)),
    open: (signal) => (asked.opens++, sight.open(signal)),
  };
}

function diagnose(
  sight: QuickBooksSight,
  circumstances: Parameters<typeof diagnoseQuickBooks>[2] = {},
): Promise<readonly Check[]> {
  return diagnoseQuickBooks(SETTINGS, sight, { platform: "win32", ...circumstances });
}

function named(checks: readonly Check[], name: string): Check {
  const check = checks.find((one) => one.name === name);
  assert.ok(check, `${name} in ${JSON.stringify(checks)}`);
  return check;
}

/** Hears only the signal, and keeps the program running until then, as a host at work does. */
function untilAborted<Value>(signal: AbortSignal): Promise<Value> {
  const atWork = setInterval(() => {}, 60_000);
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => {
      clearInterval(atWork);
      reject(new QBError("QB_ABORTED", "ended"));
    }),
  );
}

describe("diagnoseQuickBooks", () => {
  it("looks once, opens QuickBooks where it runs, and is content", async () => {
    const asked = { looks: 0, opens: 0 };
    const checks = await diagnose(sightOf({}, asked));
    assert.deepEqual(asked, { looks: 1, opens: 1 });
    assert.equal(named(checks, "authorization").outcome, "pass");
  });

  it("touches nothing elsewhere than on Windows", async () => {
    const asked = { looks: 0, opens: 0 };
    const checks = await diagnose(sightOf({}, asked), { platform: "linux" });
    assert.deepEqual(
      [asked, checks.map(({ name, outcome }) => [name, outcome])],
      [{ looks: 0, opens: 0 }, [["windows", "skip"]]],
    );
  });

  const LEFT_ALONE: readonly (readonly [when: string, changes: Partial<QuickBooksSight>, why: RegExp])[] = [
    ["does not run", { look: async () => ({ ...MACHINE, quickBooks: [] }) }, /would have been started/],
    [
      "runs in another session",
      { look: async () => ({ ...MACHINE, session: 2 }) },
      /would have been started/,
    ],
    ["is not installed", { look: async () => ({ ...MACHINE, servers: [] }) }, /no request processor/],
    ["is at work for a call", { isInUse: () => true }, /has QuickBooks open already/],
    [
      "cannot be seen",
      { look: () => Promise.reject(new QBError("QB_PLATFORM", "no koffi")) },
      /could not be asked/,
    ],
  ];
  for (const [when, changes, why] of LEFT_ALONE)
    it(`does not open a QuickBooks that ${when}`, async () => {
      const asked = { looks: 0, opens: 0 };
      const authorization = named(await diagnose(sightOf(changes, asked)), "authorization");
      assert.equal(asked.opens, 0);
      assert.equal(authorization.outcome, "skip");
      assert.match(authorization.summary, why);
    });

  it("tells of the dialog that came up while QuickBooks was asked", async () => {
    const dialog = { pid: 1, title: "Application with No Certificate" };
    const asked = { looks: 0, opens: 0 };
    const checks = await diagnose(
      sightOf(
        {
          look: async () => (asked.opens === 0 ? MACHINE : { ...MACHINE, dialogs: [dialog] }),
          open: untilAborted,
        },
        asked,
      ),
      { openMs: 1 },
    );
    assert.deepEqual(asked, { looks: 2, opens: 1 });
    assert.match(named(checks, "dialog").summary, /Application with No Certificate/);
    assert.match(named(checks, "authorization").summary, /did not answer in time/);
  });

  it("keeps the first look when the second one fails", async () => {
    const asked = { looks: 0, opens: 0 };
    const sight = sightOf(
      {
        look: () => (asked.looks === 1 ? Promise.resolve(MACHINE) : Promise.reject(new Error("gone"))),
        open: () => Promise.reject(fromHresult(0x8004041a)),
      },
      asked,
    );
    const checks = await diagnose(sight);
    assert.equal(asked.looks, 2);
    assert.equal(named(checks, "koffi").outcome, "pass");
    assert.match(named(checks, "authorization").summary, /0x8004041A/);
  });

  it("ends its questions with the signal, and makes a check of every failure", async () => {
    const controller = new AbortController();
    const checks = diagnose(sightOf({ look: untilAborted }), { signal: controller.signal });
    controller.abort();
    assert.equal(named(await checks, "koffi").outcome, "fail");
    const broken = await diagnose(sightOf({ look: () => Promise.reject(new TypeError("broken")) }));
    assert.match(named(broken, "koffi").summary, /broken/);
  });
});

describe("fileState", () => {
  it("tells what is there from what is not", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "qbconnector-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "Shop.qbw");
    assert.equal(await fileState(file), "missing");
    writeFileSync(file, "");
    assert.equal(await fileState(file), "found");
  });
});
