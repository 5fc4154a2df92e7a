// Runs the compiled tests that need no COM with the Node of Windows under Wine.
//   node scripts/test-on-windows-node.mjs [--all] [part of a file name ...]
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { installNode, NODE_EXE } from "./windows/windows-app.mjs";
import { makePrefix, runInWine, stopWine, windowsPath } from "./windows/wine.mjs";

/** What they mend is missing in Wine, not in Windows. */
const PRELOADED = ["late-keep-alive.cjs", "own-identifier.cjs", "patient-spawn.cjs"];
const TIME_LIMIT_MS = 1_800_000;

/** What does not run there, by its reason. Everything else has to pass; what a file skips by itself is printed. */
const LEFT_OUT = {
  "openssl, curl, keytool and nginx cannot be had there: certificates or signatures come from openssl, or another program is the judge":
    [
      "fuzz/certificate-stores",
      "integration/certificate-stores",
      "integration/cli-cert",
      "integration/client-certificate",
      "integration/client-dispatcher",
      "integration/client-tls",
      "integration/client-tls-failures",
      "integration/curl",
      "integration/empty-subject",
      "integration/hostile-tls",
      "integration/nginx",
      "integration/online-oauth-login",
      "integration/online-webhooks",
      "integration/self-made-certificate",
      "integration/slowhttptest",
      "integration/soak",
      "integration/tls-certificate-choice",
      "integration/tls-client-certificates",
      "integration/tls-events",
      "integration/tls-lifetimes",
      "integration/tls-properties",
      "integration/tls-renewal",
      "integration/tls-served",
      "unit/client/exchange-progress",
      "unit/client/server-authentication",
      "unit/connector/certificate/server-certificate",
      "unit/connector/tls-settings",
      "unit/online/webhooks/notifications",
      "unit/online/webhooks/webhook-signature",
    ],
  "xmllint and iconv cannot be had there, and judge every document": [
    "fuzz/gate",
    "fuzz/tokenizer",
    "unit/qbxml/code-page",
    "unit/qbxml/fixtures",
    "unit/qbxml/instances",
    "unit/qbxml/instances-written",
    "unit/qbxml/requests-in-the-wild",
    "unit/qbxml/writing/request-writer",
    "unit/qbxml/writing/response-writer",
  ],
  "the browser is Debian's Chromium": [
    "integration/online-authorization-server",
    "integration/online-desktop-flow",
    "integration/online-headless",
    "integration/online-web-flow",
  ],
  "10,000 connections at once take Wine minutes": ["integration/hostile-connections"],
  "needs a program that npm installs for one system only: oxlint or the compiler": [
    "docs/code-blocks",
    "docs/online-entities",
    "unit/import-rule",
  ],
};

/** Minutes of what no system takes part in; they run with `--all`. */
const LEFT_TO_OTHERS = {
  "slow, and without files, sockets and processes: the same as on Linux; --all runs it": [
    "docs/qbxml",
    "fuzz/records",
    "fuzz/repair",
    "unit/qbxml/gate-cost",
    "unit/qbxml/instances-checked",
    "unit/qbxml/instances-read",
    "unit/qbxml/instances-repaired",
    "unit/qbxml/lint/lint-instances",
    "unit/qbxml/reading-cost",
  ],
  "starts the command dozens of times, a second each under Wine, to see text that is the same everywhere; --all runs it":
    ["docs/command-line", "integration/cli-explain", "integration/cli-lint", "unit/lazy-loading"],
};

/** Resolves to true when everything passed. The prefix has to be there. */
export async function testOnWindowsNode(filters = [], all = false) {
  const leftOut = { ...LEFT_OUT, ...(all ? {} : LEFT_TO_OTHERS) };
  for (const [why, files] of Object.entries(leftOut)) {
    console.log(`left out: ${why}:\n  ${files.join("\n  ")}`);
  }
  const without = Object.values(leftOut).flat().join(",");
  const args = [windowsPath("scripts/test.mjs"), "--without", without, ...filters];
  const preloaded = PRELOADED.map((file) => `--require=Z:${resolve("scripts/windows", file)}`);
  const env = { NODE_OPTIONS: preloaded.join(" ") };
  const options = { name: "suite", timeoutMs: TIME_LIMIT_MS, cwd: resolve("."), env };
  const { status, output } = await runInWine(NODE_EXE, args, options);
  console.log(output.trimEnd());
  if (status === undefined) console.log(`ended after ${TIME_LIMIT_MS / 1000} s`);
  return status === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (stopWine(), process.exit(1)));
  try {
    installNode();
    await makePrefix();
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { all: { type: "boolean" } },
    });
    process.exitCode = (await testOnWindowsNode(positionals, values.all)) ? 0 : 1;
  } finally {
    stopWine();
  }
}
