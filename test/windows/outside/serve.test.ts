import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  configWithUser,
  PASSWORD,
  requestSet,
  startProgram,
  temporaryFolder,
  USER,
} from "../../support/command.js";
import { until } from "../../support/until.js";
import { startScriptedQuickBooks } from "../support/scripted-quickbooks.js";
import { startOnWindows } from "../support/wine.js";

const ANSWER =
  '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0"/></QBXMLMsgsRs></QBXML>';

/** A folder whose name has to be quoted. */
async function configOnFreePort(test: TestContext): Promise<string> {
  const folder = join(temporaryFolder(test), "Ann's books & more");
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, "config.json");
  renameSync(await configWithUser(test), file);
  const before = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...before, localPort: 0, quickbooks: { idleReleaseMs: 0 } }));
  return file;
}

describe("the task that install registers", () => {
  it("serves QuickBooks to curl, and leaves a log beside the config file", async (test) => {
    const quickBooks = await startScriptedQuickBooks(test, ({ method }) =>
      method === "ProcessRequest" ? { value: ANSWER } : undefined,
    );
    const config = await configOnFreePort(test);
    const log = join(config, "..", "connector.log");
    const task = startOnWindows("build/windows/support/task-program.js", {
      QB_CONFIG: `Z:${config.replaceAll("/", "\\")}`,
    });
    let hasEnded = false;
    void task.ended.then(() => (hasEnded = true));
    const port = (): string | undefined =>
      existsSync(log)
        ? /Z info {2}listening on 127\.0\.0\.1, port (\d+)/.exec(readFileSync(log, "utf8"))?.[1]
        : undefined;
    await until(() => hasEnded || port() !== undefined, "the connector listens", 120_000);
    const parameters = ["--silent", "--show-error", "--insecure", "--user", `${USER}:${PASSWORD}`];
    const target = [
      "--header",
      "Content-Type: text/xml",
      "--data-binary",
      "@-",
      `https://127.0.0.1:${port()}/`,
    ];
    const { code, stdout, stderr } = await startProgram(test, "curl", [...parameters, ...target], {
      input: requestSet("<HostQueryRq/>"),
    }).ended;
    writeFileSync(join(config, "..", "stop"), "");
    const { output } = await task.ended;
    assert.equal(code, 0, `${stderr}${output}`);
    assert.equal(stdout, ANSWER);
    assert.match(output, /^Serving QuickBooks on https:\/\/127\.0\.0\.1:\d+ \(1 user\)/m);
    assert.match(output, /Have QuickBooks open on this machine[^]*qbconnector doctor/);
    const methods = quickBooks.calls.map(({ method }) => method);
    assert.ok(methods.includes("BeginSession") && methods.includes("ProcessRequest"), methods.join(" "));
  });
});
