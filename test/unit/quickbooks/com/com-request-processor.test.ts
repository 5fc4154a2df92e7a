import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBConnector, QBError } from "qbconnector";
import { ComRequestProcessor, type ComRequestProcessorOptions } from "qbconnector/com";
import { loadedFiles } from "../../../support/loaded-files.js";
import { SETTINGS } from "../../../support/quickbooks-requests.js";

describe("ComRequestProcessor", () => {
  it("elsewhere than on Windows says where QuickBooks is to be reached", { skip: onWindows() }, async () => {
    const processor = new ComRequestProcessor();
    await assert.rejects(processor.open(SETTINGS), (error) => {
      assert.ok(error instanceof QBError);
      assert.equal(error.code, "QB_PLATFORM");
      assert.match(error.message, new RegExp(process.platform));
      assert.match(error.advice, /connector on the Windows machine/);
      return true;
    });
    await processor.release();
  });

  it("is a road for a connector", () => {
    assert.ok(new QBConnector({ quickbooks: new ComRequestProcessor(), localPort: 0 }));
  });

  it("does not load koffi, nor a host", () => {
    const files = loadedFiles(`const { ComRequestProcessor } = await import("qbconnector/com");
      new ComRequestProcessor();`);
    assert.ok(files.includes("quickbooks/com/com-request-processor.js"));
    assert.deepEqual(
      files.filter((file) => /koffi|windows\/|com\/host\//.test(file)),
      [],
    );
  });

  it("refuses an option that is wrong or not known, by its name", () => {
    const wrong: [keyof ComRequestProcessorOptions | "hosts", unknown][] = [
      ["hosts", "process"],
      ["host", "docker"],
      ["idleReleaseMs", -1],
      ["idleReleaseMs", 0.5],
      ["unattendedMode", true],
      ["personalData", "no"],
      ["node32", ""],
      ["closeAndRetryConnect", 1],
      ["closeAndRetryTimeout", "30"],
      ["closeAndRetryCount", -1],
      ["closeAndRetryErrorList", "0x80040401"],
      ["closeAndRetryErrorList", ["80040401"]],
    ];
    for (const [name, value] of wrong)
      assert.throws(
        () => new ComRequestProcessor({ [name]: value }),
        (error) =>
          error instanceof QBError && error.code === "QB_INVALID_ARGUMENT" && error.message.includes(name),
        name,
      );
  });
});

function onWindows(): string | false {
  return process.platform === "win32" ? "this is Windows" : false;
}
