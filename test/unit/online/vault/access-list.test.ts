import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { allowOwnerOnly } from "../../../../dist/online/vault/access-list.js";

const FILE = "C:\\Users\\Ann & Bob\\OAuthSettings.txt.key";
const IDENTIFIER = "S-1-5-21-1004336348-1177238915-682003330-512";

type Started = readonly [program: string, ...args: string[]];

/** What is started on a machine where `whoami` prints this. */
function started(printed: string, platform: NodeJS.Platform = "win32"): Started[] {
  const all: Started[] = [];
  allowOwnerOnly(FILE, platform, (program, args) => {
    all.push([program, ...args]);
    return printed;
  });
  return all;
}

describe("the access list of a file", () => {
  it("names the user who runs this by identifier, and nobody else", () => {
    const [whoami, icacls, ...rest] = started(`"office\\ann ""s-1-5-9""","${IDENTIFIER}"\r\n`) as [
      Started,
      Started,
    ];
    assert.deepEqual(whoami.slice(1), ["/user", "/fo", "csv", "/nh"]);
    assert.deepEqual(icacls.slice(1), [FILE, "/inheritance:r", "/grant:r", `*${IDENTIFIER}:F`]);
    assert.match(whoami[0], /System32[\\/]whoami\.exe$/);
    assert.match(icacls[0], /System32[\\/]icacls\.exe$/);
    assert.deepEqual(rest, []);
  });

  it("is not touched where files have modes", () => assert.deepEqual(started("", "linux"), []));

  it("is told when it cannot be set", () => {
    assert.throws(() => started("no identifier"), {
      code: "QB_TOKEN_STORE",
      message: /identifier of the user/,
    });
    const failing = () => {
      throw new Error("exit code 5");
    };
    const refused = { code: "QB_TOKEN_STORE", message: /exit code 5/ };
    assert.throws(() => allowOwnerOnly(FILE, "win32", failing), refused);
  });
});
