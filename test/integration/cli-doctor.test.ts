import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Check } from "qbconnector";
import {
  configWithUser,
  NO_PROGRAMS,
  PASSWORD,
  runCommand,
  serveSimulated,
  temporaryFolder,
  USER,
  type Ended,
} from "../support/command.js";
import { makeCertificate } from "../support/certificates.js";

const NOT_WINDOWS: string | false = process.platform === "win32" && "Windows has more checks";

interface Reported {
  readonly of: string;
  readonly checks: readonly Check[];
}

async function reported(
  t: TestContext,
  parameters: readonly string[],
  environment = {},
): Promise<Reported & Ended> {
  const ended = await runCommand(t, ["doctor", "--json", ...parameters], { environment });
  assert.equal(ended.stderr, "");
  return { ...(JSON.parse(ended.stdout) as Reported), ...ended };
}

function outcomes({ checks }: Reported): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
}

function configFile(t: TestContext, content: string): string {
  const file = join(temporaryFolder(t), "config.json");
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const WELL = { node: "pass", config: "pass", users: "pass", clock: "pass" };

test(
  "doctor while the connector serves: nothing failed, and it ends with 0",
  { skip: NOT_WINDOWS },
  async (t) => {
    const file = await configWithUser(t);
    const { port } = await serveSimulated(t, file);
    const config = configFile(t, "");
    writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), localPort: port }));
    const report = await reported(t, ["--config", config]);
    assert.deepEqual(outcomes(report), { ...WELL, port: "pass", certificate: "pass", windows: "skip" });
    assert.equal(report.code, 0);
    assert.match(report.of, /^This machine/);
  },
);

test(
  "doctor before the connector serves says how to start it, and makes no certificate",
  { skip: NOT_WINDOWS },
  async (t) => {
    const config = await configWithUser(t);
    const report = await reported(t, ["--config", config]);
    assert.equal(outcomes(report)["certificate"], "pass");
    const { code, stdout } = await runCommand(t, ["doctor", "--config", config]);
    assert.equal(code, 0);
    assert.match(stdout, /^This machine, with the config file .*config\.json\n\npass {2}node +Node\.js \d/);
    assert.match(stdout, /\nskip {2}windows +QuickBooks Desktop needs Windows; this is /);
    assert.match(stdout, /\n1 warning, 5 passes, 1 not looked at in 7 checks\.\n$/);
    assert.ok(!existsSync(join(config, "../certificate.pem")));
  },
);

test("doctor ends with 5 when a check failed, and says what helps", async (t) => {
  const server = createServer((_, response) => response.end("not a connector"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const config = configFile(t, JSON.stringify({ localPort: port, users: [] }));
  const { code, stdout, stderr } = await runCommand(t, ["doctor", "--config", config]);
  assert.equal(code, 5);
  assert.equal(stderr, "");
  assert.match(stdout, /\nfail {2}port +another program.*\n {6}= help: End that program/);
  assert.match(stdout, /\nfail {2}users +there are no users.*\n {6}= help: Add one: qbconnector user add/);
  // Of Windows more is looked at, and the suite runs there without koffi too.
  assert.match(stdout, process.platform === "win32" ? /\n[23] failures, / : /\n2 failures, /);
});

test("doctor tells what is wrong with the config file, and looks at the rest", async (t) => {
  const wrong = await reported(t, ["--config", configFile(t, '{ "localPort": "x" }')]);
  assert.equal(wrong.code, 5);
  const { summary, fix } = wrong.checks.find(({ name }) => name === "config") as Check;
  assert.match(summary, /localPort must be a number/);
  assert.match(fix ?? "", /Correct the value/);
  assert.equal(outcomes(wrong)["clock"], "pass");
  const missing = await reported(t, ["--config", join(temporaryFolder(t), "none.json")]);
  assert.equal(outcomes(missing)["config"], "fail");
  const fresh = await reported(t, [], { XDG_CONFIG_HOME: temporaryFolder(t), APPDATA: temporaryFolder(t) });
  assert.equal(outcomes(fresh)["config"], "skip");
});

test("doctor judges the certificate of the config file", { skip: NO_PROGRAMS }, async (t) => {
  const outcomeOf = async (sslCert: object): Promise<string | undefined> =>
    outcomes(await reported(t, ["--config", configFile(t, JSON.stringify({ sslCert }))]))["certificate"];
  for (const [days, outcome] of [
    [400, "pass"],
    [10, "warn"],
    [-1, "fail"],
  ] as const) {
    const { key, cert } = makeCertificate({ days });
    assert.equal(await outcomeOf({ encoded: key + cert }), outcome, `${days} days`);
  }
  assert.equal(await outcomeOf({ store: makeCertificate().certificateFile }), "fail", "without its key");
});

test("doctor --to asks a connector, also by QBCONNECTOR_TO", async (t) => {
  const { connectionString, url } = await serveSimulated(t, await configWithUser(t));
  const expected = {
    connection: "pass",
    "clock-difference": "pass",
    "shown-certificate": "pass",
    node: "pass",
    port: "pass",
    certificate: "pass",
    clock: "pass",
    users: "pass",
    calls: "skip",
    quickbooks: "skip",
  };
  const named = await reported(t, ["--to", connectionString]);
  assert.deepEqual([outcomes(named), named.code, named.of], [expected, 0, `The connector at ${url}`]);
  assert.doesNotMatch(named.stdout, new RegExp(PASSWORD));
  const environment = { QBCONNECTOR_TO: connectionString };
  assert.deepEqual(outcomes(await reported(t, [], environment)), expected);
  const here = await reported(t, ["--config", join(temporaryFolder(t), "none.json")], environment);
  assert.match(here.of, /^This machine/);
});

test("doctor --to of a connector that does not answer, or refuses, is a failed check", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const to = `URL='http://127.0.0.1:${port}' User='${USER}' Password='${PASSWORD}'`;
  const gone = await reported(t, ["--to", to]);
  assert.equal(gone.code, 5);
  assert.match(gone.checks[0]?.summary ?? "", /nothing listens there/);
  const { connectionString } = await serveSimulated(t, await configWithUser(t, { readOnly: true }));
  const refused = await reported(t, ["--to", connectionString]);
  assert.deepEqual(
    refused.checks.map(({ name, outcome }) => [name, outcome]),
    [["connection", "fail"]],
  );
  assert.match(refused.checks[0]?.summary ?? "", /users who may write/);
});

test("doctor refuses what does not fit together", async (t) => {
  const to = "URL='http://127.0.0.1:1'";
  const both = await runCommand(t, ["doctor", "--to", to, "--application", "Shop"]);
  assert.deepEqual([both.code, both.stdout], [1, ""]);
  assert.match(both.stderr, /--to asks a connector/);
  const local = await runCommand(t, ["doctor", "--to", "CompanyFile='C:\\Shop.qbw'"]);
  assert.equal(local.code, 1);
  assert.match(local.stderr, /has no URL/);
});
