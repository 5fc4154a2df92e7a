import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { XMLParser } from "fast-xml-parser";
import {
  COMMAND,
  configWithUser,
  NO_LINKS,
  runCommand,
  runWell,
  startProgram,
  temporaryFolder,
} from "../support/command.js";
import { windowsArguments } from "../support/windows-arguments.js";

interface Parsed {
  readonly Task: {
    readonly RegistrationInfo: { readonly Author: string };
    readonly Triggers: { readonly LogonTrigger: object };
    readonly Principals: { readonly Principal: object };
    readonly Settings: Readonly<Record<string, unknown>>;
    readonly Actions: {
      readonly Exec: {
        readonly Command: string;
        readonly Arguments: string;
        readonly WorkingDirectory: string;
      };
    };
  };
}

const WINDOWS = process.platform === "win32";
/** Windows takes neither quotes nor angle brackets in names. */
const HOSTILE_FOLDER = WINDOWS ? "a & ]]; 'd' é €\u{1F600}" : `a "b" & <c> ]]> 'd' é €\u{1F600} \\`;

/** The definition that is printed, when libxml2 takes it in UTF-16 as it takes it itself; Windows does not bring libxml2. */
function definition(test: TestContext, printed: string): Parsed {
  const xml = printed.slice(0, printed.indexOf("</Task>") + "</Task>".length);
  const parser = new XMLParser({ parseTagValue: false });
  if (WINDOWS) return parser.parse(xml) as Parsed;
  const file = join(temporaryFolder(test), "task.xml");
  writeFileSync(file, `\uFEFF${xml}`, "utf16le");
  const read = execFileSync("xmllint", ["--nonet", "--encode", "utf-8", file], { encoding: "utf8" });
  return parser.parse(read) as Parsed;
}

async function dryRun(test: TestContext, ...parameters: readonly string[]): Promise<string> {
  return runWell(test, ["install", "--dry-run", ...parameters]);
}

describe("qbconnector install --dry-run", () => {
  it("prints a task at log-on of the user, interactive, without rights and time limit, and the command", async (test) => {
    const config = await configWithUser(test);
    const printed = await dryRun(test, "--config", config, "--user", String.raw`SHOP\ann`);
    const { Task } = definition(test, printed);
    assert.equal(Task.RegistrationInfo.Author, "qbconnector");
    assert.deepEqual(Task.Triggers.LogonTrigger, { Enabled: "true", UserId: String.raw`SHOP\ann` });
    assert.deepEqual(Task.Principals.Principal, {
      UserId: String.raw`SHOP\ann`,
      LogonType: "InteractiveToken",
      RunLevel: "LeastPrivilege",
    });
    assert.deepEqual(Task.Settings, {
      MultipleInstancesPolicy: "IgnoreNew",
      DisallowStartIfOnBatteries: "false",
      StopIfGoingOnBatteries: "false",
      ExecutionTimeLimit: "PT0S",
      Priority: "5",
      RestartOnFailure: { Interval: "PT1M", Count: "99" },
    });
    const { Command, Arguments, WorkingDirectory } = Task.Actions.Exec;
    const log = join(dirname(config), "connector.log");
    assert.equal(Command, process.execPath);
    assert.deepEqual(windowsArguments(Arguments), [COMMAND, "serve", "--config", config, "--log-file", log]);
    assert.equal(WorkingDirectory, dirname(config));
    assert.match(printed, /schtasks\.exe \/Create \/XML task\.xml \/TN qbconnector \/F\n$/);
  });

  it("keeps hostile paths, users and names whole", async (test) => {
    const folder = join(temporaryFolder(test), HOSTILE_FOLDER);
    mkdirSync(folder, { mode: 0o700 });
    const config = join(folder, "my config&.json");
    renameSync(await configWithUser(test), config);
    const user = String.raw`R&D <x>\Zoë "Z" ]]>`;
    const printed = await dryRun(
      test,
      "--config",
      config,
      "--user",
      user,
      "--name",
      "a & <b> $HOME'".replaceAll(/[<>]/g, ""),
    );
    const { Task } = definition(test, printed);
    assert.equal((Task.Principals.Principal as { UserId: string }).UserId, user);
    assert.deepEqual(windowsArguments(Task.Actions.Exec.Arguments).slice(2, 4), ["--config", config]);
    assert.equal(Task.Actions.Exec.WorkingDirectory, folder);
    const command = printed.trimEnd().split("\n").at(-1) ?? "";
    assert.deepEqual(windowsArguments(command).slice(4, 6), ["/TN", "a & b $HOME'"]);
  });

  it(
    "starts the program by the name that stays, and says when none does",
    { skip: NO_LINKS },
    async (test) => {
      const config = await configWithUser(test);
      const folder = temporaryFolder(test);
      const link = join(folder, "qbconnector");
      execFileSync("ln", ["-s", COMMAND, link]);
      const linked = startProgram(test, process.execPath, [link, "install", "--dry-run", "--config", config]);
      const { code, stdout, stderr } = await linked.ended;
      assert.equal(code, 0);
      const { Arguments } = definition(test, stdout).Task.Actions.Exec;
      assert.equal(windowsArguments(Arguments)[0], link);
      assert.match(stderr, /warning: .*temporary folder/);
    },
  );
});

describe("qbconnector install and uninstall", () => {
  it("refuse elsewhere than on Windows", { skip: WINDOWS && "this is Windows" }, async (test) => {
    const config = await configWithUser(test);
    for (const parameters of [["install", "--config", config], ["uninstall"]]) {
      const { code, stderr } = await runCommand(test, parameters);
      assert.equal(code, 1);
      assert.match(stderr, /works on Windows only.*\n.*install --dry-run/);
    }
  });

  it("refuse a config file without users, with the command that adds one", async (test) => {
    const config = join(temporaryFolder(test), "none.json");
    const { code, stderr } = await runCommand(test, ["install", "--dry-run", "--config", config]);
    assert.equal(code, 1);
    assert.match(stderr, /no users.*\n.*qbconnector user add NAME --config ['"].*none\.json/);
  });
});
