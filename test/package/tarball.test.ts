import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { publint } from "publint";

const run = promisify(execFile);

const DOORS: Readonly<Record<string, string>> = {
  qbconnector: "QBConnector",
  "qbconnector/qbxml": "readMessageSet",
  "qbconnector/simulator": "Simulator",
  "qbconnector/online": "connect",
};

const SHIPPED = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^dist\/([a-z0-9-]+\/)*[a-z0-9-]+\.(js|d\.ts)$/,
  /^dist\/qbxml\/schema\/qbxml-16\.0\.json$/,
  /^docs\/([a-z0-9-]+\/)*[A-Za-z0-9-]+\.md$/,
  /^examples\/([a-z0-9-]+\/)*[A-Za-z0-9.-]+\.(ts|js|mjs|json|md)$/,
];

const NEEDED = [
  "LICENSE",
  "dist/cli/main.js",
  "dist/index.d.ts",
  "dist/index.js",
  "dist/online/index.d.ts",
  "dist/online/index.js",
  "dist/qbxml/index.d.ts",
  "dist/qbxml/index.js",
  "dist/qbxml/schema/qbxml-16.0.json",
  "dist/quickbooks/com/host/host-pipe.js",
  "dist/quickbooks/com/host/host-process.js",
  "dist/quickbooks/com/host/host-thread.js",
  "dist/quickbooks/com/index.d.ts",
  "dist/quickbooks/com/index.js",
  "dist/quickbooks/simulator/index.d.ts",
  "dist/quickbooks/simulator/index.js",
];

/**
 * The facts of qbXML and the types of all requests and answers are over 1 MB of it, 75 KB packed; the connection to
 * QuickBooks Online with its pages is 0.5 MB, 120 KB packed.
 */
const PACKED_BUDGET = 720_000;
const UNPACKED_BUDGET = 3_500_000;

const PRIVATE = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /_authToken/,
  new RegExp(process.cwd().replaceAll(/\W/g, "\\$&")),
];

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--prefer-offline"];
  return (await run("npm", [...args, ...quiet], { cwd, maxBuffer: 1 << 24 })).stdout;
}

/** What the program said, for a message of a failed assertion. */
async function outputOf(file: string, args: readonly string[], cwd: string): Promise<string> {
  return run(file, args, { cwd, maxBuffer: 1 << 24 }).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout?: string; stderr?: string }) =>
      assert.fail(`${error.stdout ?? ""}${error.stderr ?? ""}${error.message}`),
  );
}

describe("the packed package", () => {
  let project = "";
  let packed: Packed;
  let installed = "";

  before(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), "qbconnector-package-")));
    const report = await npm(".", "pack", "--ignore-scripts", "--json", "--pack-destination", project);
    packed = packedOf(JSON.parse(report));
    const { devDependencies } = JSON.parse(await readFile("package.json", "utf8"));
    await writeFile(join(project, "package.json"), '{ "private": true }\n');
    const types = `@types/node@${devDependencies["@types/node"]}`;
    await npm(project, "install", "--ignore-scripts", join(project, packed.filename), types);
    installed = join(project, "node_modules", "qbconnector");
  });

  after(() => rm(project, { recursive: true, force: true }));

  it("holds what it should and nothing else", () => {
    const paths = packed.files.map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path))),
      [],
    );
    assert.deepEqual(
      NEEDED.filter((path) => !paths.includes(path)),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => /\.map$|\.test\.|(^|\/)(test|build|scripts)\//.test(path)),
      [],
    );
  });

  it("holds every declaration that one of its declarations needs", async () => {
    const paths = packed.files.map(({ path }) => path).filter((path) => path.endsWith(".d.ts"));
    for (const path of paths) {
      const text = await readFile(join(installed, path), "utf8");
      for (const [, other = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g))
        assert.ok(paths.includes(join(dirname(path), `${other}.d.ts`)), `${path} needs ${other}`);
    }
  });

  it("keeps its size", () => {
    assert.ok(packed.size < PACKED_BUDGET, `${packed.size} bytes packed`);
    assert.ok(packed.unpackedSize < UNPACKED_BUDGET, `${packed.unpackedSize} bytes unpacked`);
  });

  it("holds nothing private", async () => {
    for (const { path } of packed.files) {
      const text = await readFile(join(installed, path), "utf8");
      for (const pattern of PRIVATE) assert.doesNotMatch(text, pattern, path);
    }
  });

  for (const [door, name] of Object.entries(DOORS)) {
    it(`opens ${door} to import`, async () => {
      const program = `import { ${name} } from "${door}"; console.log(typeof ${name});`;
      assert.equal(
        await outputOf(process.execPath, ["--input-type=module", "-e", program], project),
        "function\n",
      );
    });

    it(`opens ${door} to require`, async () => {
      const program = `const { ${name} } = require("${door}"); console.log(typeof ${name});`;
      assert.equal(
        await outputOf(process.execPath, ["--input-type=commonjs", "-e", program], project),
        "function\n",
      );
    });
  }

  it("keeps its inside closed", async () => {
    const program = `import("qbconnector/dist/errors.js").catch((error) => console.log(error.code));`;
    assert.equal(
      await outputOf(process.execPath, ["-e", program], project),
      "ERR_PACKAGE_PATH_NOT_EXPORTED\n",
    );
  });

  it("brings the command", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    const command = join(project, "node_modules", ".bin", "qbconnector");
    if (process.platform !== "win32") assert.ok(((await stat(command)).mode & 0o111) !== 0, "not executable");
    assert.equal((await outputOf(command, ["--version"], project)).trim(), version);
  });

  for (const compiler of ["typescript-5.9", "typescript-6", "typescript"]) {
    it(`has types that ${compiler} accepts, its own declarations checked`, async () => {
      const folder = join(project, compiler);
      await cp("test/types", folder, { recursive: true });
      await writeFile(join(folder, "common.cts"), requiringEveryDoor());
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify(strictConsumer()));
      const tsc = resolve("node_modules", compiler, "bin", "tsc");
      assert.equal(await outputOf(process.execPath, [tsc, "-p", folder], project), "");
    });
  }

  it("has no fault that publint knows", async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    assert.deepEqual(messages, []);
  });

  it("resolves to its types for every way of importing", async () => {
    const attw = resolve("node_modules/@arethetypeswrong/cli/dist/index.js");
    const tarball = join(project, packed.filename);
    const args = [attw, tarball, "--profile", "esm-only", "--format", "ascii", "--no-color"];
    const report = await outputOf(process.execPath, args, project);
    for (const door of Object.keys(DOORS))
      assert.ok(report.includes(`"${door}"`), `${door} was not looked at`);
  });
});

function packedOf(report: Packed[] | Record<string, Packed>): Packed {
  const [only, ...others] = Object.values(report);
  assert.ok(only !== undefined && others.length === 0);
  return only;
}

function requiringEveryDoor(): string {
  return Object.entries(DOORS)
    .map(([door, name], index) => `import door${index} = require("${door}");\nvoid door${index}.${name};\n`)
    .join("");
}

function strictConsumer(): object {
  return {
    compilerOptions: {
      target: "es2022",
      lib: ["es2023", "esnext.disposable"],
      module: "nodenext",
      types: ["node"],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    },
    include: ["*.ts", "*.cts"],
  };
}
