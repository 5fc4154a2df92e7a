import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";

const hostModule = new URL("../../../../dist/quickbooks/com/host/host-process.js", import.meta.url);
const elsewhere = process.platform === "win32" ? "Windows can do it: test/windows/host.test.ts" : false;

describe("the host elsewhere than on Windows", { skip: elsewhere }, () => {
  for (const call of ["find", "look", "open"])
    it(`answers ${call} with what to do, and ends with the program`, async (t) => {
      const host = fork(hostModule, [], {
        serialization: "json",
        stdio: ["ignore", "ignore", "pipe", "pipe", "ipc"],
      });
      t.after(() => host.kill());
      assert.deepEqual(await once(host, "message"), [{ ready: true, bitness: 64 }, undefined]);
      host.send({ id: 7, call, server: {}, settings: {} });
      const [{ id, error }] = (await once(host, "message")) as [
        { id: number; error: { message: string; advice: string } },
      ];
      assert.equal(id, 7);
      assert.match(error.message, /Windows/);
      assert.notEqual(error.advice, "");
      host.disconnect();
      assert.deepEqual(await once(host, "exit"), [0, null]);
    });
});
