// Makes on Linux what the tests on Windows need: node test/windows/stub-libraries/build.mjs FOLDER
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "x86_64-w64-mingw32-gcc";
const LIBRARIES = ["accounts", "stores"];
const RSA = ["-newkey", "rsa:2048"];
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

/** @param {string} folder Where the libraries go, and the certificates that `stores.dll` exports. */
export function buildStubLibraries(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of LIBRARIES) compile(name, folder);
  const ca = ["basicConstraints=critical,CA:true"];
  issue(folder, "root", "/CN=Foo Root", RSA, ca);
  issue(folder, "issuer", "/CN=Foo Issuer", RSA, ca, "root");
  issue(
    folder,
    "shop",
    "/O=Foo Inc/CN=shop.foo.example",
    RSA,
    ["subjectAltName=DNS:shop.foo.example"],
    "issuer",
  );
  issue(
    folder,
    "books",
    "/O=Foo Inc/CN=books.foo.example",
    EC,
    ["subjectAltName=DNS:books.foo.example"],
    "issuer",
  );
  issue(
    folder,
    "stuck",
    "/O=Foo Inc/CN=stuck.foo.example",
    EC,
    ["subjectAltName=DNS:stuck.foo.example"],
    "issuer",
  );
  issue(folder, "keyless", "/O=Foo Inc/CN=keyless.foo.example", EC, ["subjectAltName=DNS:keyless"], "issuer");
  for (const name of ["shop", "books"]) exportPfx(folder, name);
}

function compile(name, folder) {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const checks = ["-Wall", "-Werror", "-Wno-attributes", "-Wno-cast-function-type"];
  const output = ["-shared", "-static-libgcc", "-o", join(folder, `${name}.dll`)];
  run(COMPILER, ["-O2", ...checks, ...output, source, "-lcrypt32"]);
}

/** A certificate in PEM and DER and its key; without an issuer it signs itself. */
function issue(folder, name, subject, key, extensions, issuer) {
  const file = (extension, of = name) => join(folder, `${of}.${extension}`);
  const signer = issuer === undefined ? [] : ["-CA", file("pem", issuer), "-CAkey", file("key", issuer)];
  const more = extensions.flatMap((extension) => ["-addext", extension]);
  const config = join(folder, "openssl.cnf");
  writeFileSync(config, "[req]\ndistinguished_name = dn\n[dn]\n");
  const request = [
    "req",
    "-config",
    config,
    "-x509",
    "-nodes",
    ...key,
    "-days",
    "30",
    "-subj",
    subject,
    ...more,
  ];
  run("openssl", [...request, ...signer, "-keyout", file("key"), "-out", file("pem")]);
  run("openssl", ["x509", "-in", file("pem"), "-outform", "DER", "-out", file("der")]);
}

/** Without encryption, because the password is not known before the library is asked. */
function exportPfx(folder, name) {
  const input = ["-inkey", join(folder, `${name}.key`), "-in", join(folder, `${name}.pem`)];
  const open = ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac", "-passout", "pass:"];
  run("openssl", ["pkcs12", "-export", ...input, ...open, "-out", join(folder, `${name}.pfx`)]);
}

function run(program, parameters) {
  const { status, stderr, error } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${parameters.join(" ")}: ${error?.message ?? stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildStubLibraries(process.argv[2] ?? "build/stub-libraries");
}
