import assert from "node:assert/strict";
import { it } from "node:test";
import { userName } from "../../../../dist/quickbooks/com/host/look.js";

const unknown = (): never => {
  throw new Error("uv_os_get_passwd returned ENOENT");
};

it("an account that Windows does not name has the name in the environment, and the look goes on", () => {
  assert.equal(
    userName(() => "ann", { USERNAME: "ben" }),
    "ann",
  );
  assert.equal(userName(unknown, { USERNAME: "ben" }), "ben");
  assert.equal(userName(unknown, {}), "");
});
