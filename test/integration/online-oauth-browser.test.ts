import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { browserCommand, openInBrowser } from "../../dist/online/oauth/browser.js";
import { failureOf } from "../support/online/secret-free.js";

const URL_WITH_TRAPS = new URL(
  "https://login.example/?state=hunter2&a=$(touch%20pwned)`id`;|&b='%22%25PATH%25^>x",
);

describe("openInBrowser", { skip: process.platform === "linux" ? false : "xdg-open is of Linux" }, () => {
  const before = { ...process.env };
  let folder = "";
  let seen = "";

  /** Stands for xdg-open: notes its arguments, one a line, then does what the script says. */
  function xdgOpen(script: string): void {
    const lines = ["#!/bin/sh", `for each in "$@"; do printf '%s\\n' "$each" >> '${seen}'; done`, script];
    writeFileSync(join(folder, "xdg-open"), lines.join("\n"), { mode: 0o755 });
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "qbconnector-browser-"));
    seen = join(folder, "seen");
    process.env["PATH"] = [folder, "/usr/bin", "/bin"].join(delimiter);
    process.env["DISPLAY"] = ":99";
    delete process.env["WAYLAND_DISPLAY"];
    delete process.env["BROWSER"];
  });

  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true, force: true });
  });

  it("gives the URL as one argument to what opens browsers, and to no shell", async () => {
    xdgOpen("exit 0");
    await openInBrowser(URL_WITH_TRAPS);
    assert.equal(readFileSync(seen, "utf8"), `${URL_WITH_TRAPS.href}\n`);
    assert.ok(!existsSync("pwned"));
  });

  it("does not wait for a browser that stays in the foreground", async () => {
    xdgOpen("exec sleep 20 # ends by itself");
    await openInBrowser(URL_WITH_TRAPS);
    assert.equal(readFileSync(seen, "utf8"), `${URL_WITH_TRAPS.href}\n`);
  });

  it("tells that there is none, without the URL", async () => {
    xdgOpen("exit 3");
    const error = await failureOf(openInBrowser(URL_WITH_TRAPS), "QB_PLATFORM", ["hunter2"]);
    assert.match(error.message, /xdg-open ended with 3/);
    assert.match(error.advice, /by hand/);
  });

  it("tells that nothing opens browsers here", async () => {
    process.env["PATH"] = folder;
    const error = await failureOf(openInBrowser(URL_WITH_TRAPS), "QB_PLATFORM", ["hunter2"]);
    assert.match(error.message, /xdg-open cannot be started \(ENOENT\)/);
  });

  it("does not try without a screen, where a browser in the terminal would hang", async () => {
    xdgOpen("exit 0");
    delete process.env["DISPLAY"];
    const error = await failureOf(openInBrowser(URL_WITH_TRAPS), "QB_PLATFORM");
    assert.match(error.message, /no screen/);
    assert.ok(!existsSync(seen));
    process.env["WAYLAND_DISPLAY"] = "wayland-0";
    await openInBrowser(URL_WITH_TRAPS);
    assert.ok(existsSync(seen));
  });

  for (const url of ["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "calc:"]) {
    it(`opens no ${url}`, async () => {
      xdgOpen("exit 0");
      await failureOf(openInBrowser(new URL(url)), "QB_INVALID_ARGUMENT");
      assert.ok(!existsSync(seen));
    });
  }
});

describe("what opens a browser", () => {
  it("is Windows' own program by its full path, so that none of the working folder is taken", () => {
    const { file, args } = browserCommand("win32", { SystemRoot: "D:\\Windows" }, URL_WITH_TRAPS);
    assert.deepEqual(
      [file, args],
      ["D:\\Windows\\System32\\rundll32.exe", ["url.dll,FileProtocolHandler", URL_WITH_TRAPS.href]],
    );
    assert.doesNotMatch(URL_WITH_TRAPS.href, /[\s"]/);
  });

  it("is macOS' own program", () => {
    const { file, args } = browserCommand("darwin", {}, URL_WITH_TRAPS);
    assert.deepEqual([dirname(file), args], ["/usr/bin", [URL_WITH_TRAPS.href]]);
  });
});
