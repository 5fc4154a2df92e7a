import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { userFolder } from "../../dist/user-folder.js";

describe("the user's folder", () => {
  const under = (...names: readonly string[]): string => join(...names, "qbconnector");

  it("is below XDG_CONFIG_HOME when that is an absolute path, else below ~/.config", () => {
    assert.equal(userFolder({ XDG_CONFIG_HOME: "/etc/xdg" }, "linux"), under("/etc/xdg"));
    assert.equal(userFolder({ XDG_CONFIG_HOME: "here" }, "linux"), under(homedir(), ".config"));
    assert.equal(userFolder({ XDG_CONFIG_HOME: "" }, "darwin"), under(homedir(), ".config"));
  });

  it("is below APPDATA on Windows", () => {
    assert.equal(userFolder({ APPDATA: "C:\\Roaming" }, "win32"), under("C:\\Roaming"));
    assert.equal(userFolder({}, "win32"), under(homedir(), "AppData", "Roaming"));
  });
});
