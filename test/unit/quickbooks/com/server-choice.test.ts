import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import type { RegisteredServer } from "qbconnector/com";
import { chooseServer } from "../../../../dist/quickbooks/com/server-choice.js";
import { systemSurroundings } from "../../../../dist/quickbooks/com/surroundings.js";
import { SETTINGS } from "../../../support/quickbooks-requests.js";
import { scriptedRoad } from "../../../support/scripted-road.js";

const NODE_32 = "C:\\node32\\node.exe";

function registered(
  progId: string,
  view: RegisteredServer["view"],
  more: Partial<RegisteredServer> = {},
): RegisteredServer {
  const path = `C:\\${view}\\${progId}.dll`;
  return { progId, view, path, clsid: `{${progId} ${view}}`, kind: "in-process", exists: true, ...more };
}

const NEW_64 = registered("QBXMLRP2.RequestProcessor", "64-bit");
const NEW_32 = registered("QBXMLRP2.RequestProcessor", "32-bit");
const OLD_32 = registered("QBXMLRP.RequestProcessor", "32-bit");
const FIRST_64 = registered("QBXMLRP2.RequestProcessor.1", "64-bit");
const OWN_PROCESS = registered("QBXMLRP2e.RequestProcessor", "32-bit", { kind: "local-server" });

type Bitness = Parameters<typeof chooseServer>[1];

function chosen(servers: RegisteredServer[], bitness: Bitness, node32?: string): [string, boolean] {
  const { server, needsNode32 } = chooseServer(servers, bitness, node32);
  return [server.clsid, needsNode32];
}

function refusal(servers: RegisteredServer[], bitness: Bitness): QBError {
  try {
    chooseServer(servers, bitness, undefined);
  } catch (error) {
    assert.ok(error instanceof QBError);
    return error;
  }
  throw new Error("it chose one");
}

describe("the choice of a registered request processor", () => {
  it("takes the in-process one of its own bitness first", () => {
    assert.deepEqual(chosen([OWN_PROCESS, NEW_32, NEW_64], 64, NODE_32), [NEW_64.clsid, false]);
    assert.deepEqual(chosen([OWN_PROCESS, NEW_64, NEW_32], 32, NODE_32), [NEW_32.clsid, false]);
  });

  it("prefers the name without a number, then the newest, then the first generation", () => {
    const second = registered("QBXMLRP2.RequestProcessor.2", "64-bit");
    assert.deepEqual(chosen([FIRST_64, second, NEW_64], 64), [NEW_64.clsid, false]);
    assert.deepEqual(chosen([FIRST_64, second], 64), [second.clsid, false]);
    assert.deepEqual(chosen([OLD_32, registered("qbxmlrp2.requestprocessor.1", "32-bit")], 32), [
      "{qbxmlrp2.requestprocessor.1 32-bit}",
      false,
    ]);
    assert.deepEqual(chosen([OLD_32], 32), [OLD_32.clsid, false]);
  });

  it("takes the one with a process of its own when only the other bitness is in-process", () => {
    assert.deepEqual(chosen([NEW_32, OWN_PROCESS], 64, NODE_32), [OWN_PROCESS.clsid, false]);
  });

  it("takes a 32-bit host when there is a Node for it", () => {
    assert.deepEqual(chosen([NEW_32], 64, NODE_32), [NEW_32.clsid, true]);
  });

  it("takes no library for a Node for ARM64, but a process of its own or a 32-bit host", () => {
    assert.deepEqual(chosen([NEW_64, NEW_32, OWN_PROCESS], "ARM64", NODE_32), [OWN_PROCESS.clsid, false]);
    assert.deepEqual(chosen([NEW_64, NEW_32], "ARM64", NODE_32), [NEW_32.clsid, true]);
    assert.match(refusal([NEW_64, NEW_32], "ARM64").advice, /64-bit Node \(x64, also on Windows for ARM\)/);
    assert.match(refusal([NEW_32], "ARM64").advice, /32-bit Node/);
  });

  it("takes the one with a process of its own from either half of the registry", () => {
    const own64 = registered("QBXMLRP2e.RequestProcessor", "64-bit", { kind: "local-server" });
    assert.deepEqual(chosen([OWN_PROCESS], 64), [OWN_PROCESS.clsid, false]);
    assert.deepEqual(chosen([own64], 32), [own64.clsid, false]);
    assert.deepEqual(chosen([OWN_PROCESS, NEW_32], 32), [NEW_32.clsid, false]);
  });

  it("passes over files that do not exist, and programs that are not QuickBooks'", () => {
    const gone = { ...NEW_64, exists: false };
    const copy = registered("QBXMLRP2EQODBCInteractive.RequestProcessor", "64-bit", { kind: "local-server" });
    assert.deepEqual(chosen([copy, gone, FIRST_64], 64), [FIRST_64.clsid, false]);
    assert.match(refusal([copy], 64).code, /QB_INSTALLATION/);
  });

  it("says what was looked for, in which registry, what was found, and what to do", () => {
    const cases: [RegisteredServer[], Bitness, RegExp, RegExp][] = [
      [[], 64, /found nothing$/, /^Install QuickBooks Desktop/],
      [
        [NEW_32],
        64,
        /found QBXMLRP2\.RequestProcessor \(32-bit, in-process, C:\\32-bit\\/,
        /npm install --force --cpu=ia32 .*option node32/,
      ],
      [[NEW_64], 32, /found QBXMLRP2\.RequestProcessor \(64-bit/, /Run this program with a 64-bit Node/],
      [[{ ...NEW_64, exists: false }], 64, /a file that does not exist/, /Repair QuickBooks/],
    ];
    for (const [servers, bitness, message, advice] of cases) {
      const error = refusal(servers, bitness);
      assert.equal(error.code, "QB_INSTALLATION");
      assert.match(
        error.message,
        /64-bit and the 32-bit registry for QBXMLRP2\.RequestProcessor, .*QBXMLRP2e/,
      );
      assert.match(error.message, message);
      assert.match(error.advice, advice);
    }
  });
});

describe("the COM road and the choice", () => {
  it("starts a host of the 32-bit Node when only that can create the server, and asks once", async (t) => {
    const servers = [NEW_32];
    for (const host of ["process", "thread"] as const) {
      const own = host === "thread" ? "thread" : process.execPath;
      const { road, starts, calls } = scriptedRoad(t, [{ servers }], { host, node32: NODE_32 });
      await (await road.open(SETTINGS)).close();
      await road.release();
      await (await road.open(SETTINGS)).close();
      assert.deepEqual(starts, [own, NODE_32, NODE_32]);
      assert.deepEqual(
        calls().filter((call) => /find|open/.test(call)),
        ["1 find", "2 open", "3 open"],
      );
    }
  });

  it("says so when the Node that is to be the 32-bit one is none", async (t) => {
    const failure = { step: "CoCreateInstance", hresult: 0x80040154, description: "" };
    const scripts = [{ servers: [NEW_32] }, { acts: { open: { reply: { id: 1, failure } } } }];
    const { road, calls } = scriptedRoad(t, scripts, { node32: NODE_32 });
    await assert.rejects(road.open(SETTINGS), {
      code: "QB_INSTALLATION",
      message: "node32 is the path of a Node that is 64-bit, not 32-bit",
      advice: /npm install --force --cpu=ia32/,
    });
    assert.deepEqual(calls(), ["1 find", "1 end", "2 open", "2 end"]);
  });

  it("says so when there is no such 32-bit Node", () => {
    assert.throws(() => systemSurroundings.startNode32(NODE_32), {
      code: "QB_INSTALLATION",
      message: /no such file/,
      advice: /npm install --force --cpu=ia32/,
    });
  });

  it("asks again when the chosen server cannot be created any more", async (t) => {
    const gone = {
      reply: { id: 2, failure: { step: "CoCreateInstance", hresult: 0x80040154, description: "" } },
    };
    const { road, calls } = scriptedRoad(t, [{ acts: { open: gone } }, {}], { idleReleaseMs: 0 });
    await assert.rejects(road.open(SETTINGS), { hresult: "0x80040154" });
    await (await road.open(SETTINGS)).close();
    assert.deepEqual(calls(), ["1 find", "1 open", "1 end", "2 find", "2 open", "2 close", "2 end"]);
  });

  it("leaves no process behind when nothing is registered", async (t) => {
    const { road, calls } = scriptedRoad(t, [{ servers: [] }]);
    await assert.rejects(road.open(SETTINGS), { code: "QB_INSTALLATION" });
    assert.deepEqual(calls(), ["1 find", "1 end"]);
  });
});
