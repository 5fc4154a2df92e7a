import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  findServers,
  PROG_IDS,
  serverPath,
  type ServerSurroundings,
} from "../../../../dist/quickbooks/com/host/find-servers.js";
import { isQuickBooks } from "../../../../dist/quickbooks/com/host/look.js";
import { isDialog, type TopLevelWindow } from "../../../../dist/windows/dialogs.js";

const THREE = "{71F531F5-8E67-4A7A-9161-15733FFC3206}";
const OWN = "{00000000-1111-2222-3333-444444444444}";
const DLL = "C:\\Program Files (x86)\\Common Files\\Intuit\\QuickBooks\\QBXMLRP2.dll";
const EXE = "C:\\Tools\\QBXMLRP2e.exe";

/** Keys are `view|key`; the values without names. */
function surroundings(keys: Readonly<Record<string, string>>, files: readonly string[]): ServerSurroundings {
  return {
    read: (key, name, view) => (name === "" ? keys[`${view}|${key}`] : undefined),
    exists: (path) => files.includes(path),
    environment: {},
  };
}

describe("findServers", () => {
  it("finds nothing where nothing is registered", () => {
    assert.deepEqual(findServers(surroundings({}, [])), []);
  });

  it("looks for every ProgID in both halves", () => {
    const asked: string[] = [];
    findServers({
      read: (key, _name, view) => void asked.push(`${view} ${key}`),
      exists: () => false,
      environment: {},
    });
    const all = ["64-bit", "32-bit"].flatMap((view) => PROG_IDS.map((progId) => `${view} ${progId}\\CLSID`));
    assert.deepEqual([...new Set(asked)].sort(), all.sort());
  });

  it("tells a 32-bit library from an EXE that both halves know, and whether their files are there", () => {
    const found = findServers(
      surroundings(
        {
          "64-bit|QBXMLRP2.RequestProcessor\\CLSID": THREE,
          [`32-bit|CLSID\\${THREE}\\InprocServer32`]: DLL,
          "64-bit|QBXMLRP2e.RequestProcessor\\CLSID": OWN,
          [`64-bit|CLSID\\${OWN}\\LocalServer32`]: `"${EXE}" /Automation`,
        },
        [DLL],
      ),
    );
    assert.deepEqual(found, [
      {
        progId: "QBXMLRP2e.RequestProcessor",
        clsid: OWN,
        view: "64-bit",
        kind: "local-server",
        path: EXE,
        exists: false,
      },
      {
        progId: "QBXMLRP2.RequestProcessor",
        clsid: THREE,
        view: "32-bit",
        kind: "in-process",
        path: DLL,
        exists: true,
      },
    ]);
  });
});

describe("serverPath", () => {
  const environment = {
    CommonProgramFiles: "C:\\Program Files\\Common Files",
    "CommonProgramFiles(x86)": "C:\\Program Files (x86)\\Common Files",
    SystemRoot: "C:\\Windows",
  };
  const CASES: readonly (readonly [text: string, path: string])[] = [
    [`"${EXE}" -Embedding`, EXE],
    [`${EXE} -Embedding`, EXE],
    [DLL, DLL],
    [`  "${DLL}"  `, DLL],
    ["%SystemRoot%\\a.dll", "C:\\Windows\\a.dll"],
    ["%systemroot%\\a.dll", "C:\\Windows\\a.dll"],
    ["%Nothing%\\a.dll", "%Nothing%\\a.dll"],
    ["C:\\a b\\server", "C:\\a b\\server"],
    ["", ""],
  ];
  for (const [text, path] of CASES)
    it(`makes ${JSON.stringify(path)} of ${JSON.stringify(text)}`, () => {
      assert.equal(serverPath(text, "64-bit", environment), path);
    });

  it("gives 32-bit programs the folders of 32-bit programs", () => {
    const text = "%CommonProgramFiles%\\Intuit\\QuickBooks\\QBXMLRP2.dll";
    assert.equal(serverPath(text, "32-bit", environment), DLL);
    assert.equal(
      serverPath(text, "64-bit", environment),
      "C:\\Program Files\\Common Files\\Intuit\\QuickBooks\\QBXMLRP2.dll",
    );
  });
});

describe("isQuickBooks", () => {
  for (const name of [
    "QBW32.EXE",
    "qbw32.exe",
    "QBW.EXE",
    "QBW32Enterprise.exe",
    "QBW32PremierAccountant.exe",
  ])
    it(`knows ${name}`, () => assert.ok(isQuickBooks(name)));
  for (const name of ["QBWebConnector.exe", "QBCFMonitorService.exe", "QBWhatever.exe", "QBW32.EXE.txt"])
    it(`leaves ${name} alone`, () => assert.ok(!isQuickBooks(name)));
});

describe("isDialog", () => {
  const window: TopLevelWindow = { pid: 1, className: "", title: "", visible: true, owned: false };
  const CASES: readonly (readonly [what: string, changes: Partial<TopLevelWindow>, verdict: boolean])[] = [
    ["a dialog of Windows' own class", { className: "#32770", title: "Backup" }, true],
    ["such a dialog without a title", { className: "#32770" }, true],
    ["a window in front of another", { className: "MauiMessage", title: "Warning", owned: true }, true],
    ["one in front of another that shows no title", { className: "Tooltip", owned: true }, false],
    ["the main window", { className: "MauiFrame", title: "Shop - QuickBooks" }, false],
    ["a dialog that is not shown", { className: "#32770", title: "Backup", visible: false }, false],
  ];
  for (const [what, changes, verdict] of CASES)
    it(`${verdict ? "takes" : "leaves"} ${what}`, () =>
      assert.equal(isDialog({ ...window, ...changes }), verdict));
});
