import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What libxml2 says of each document: its complaint, or undefined when it is well-formed. */
export function complaints(documents: readonly string[]): (string | undefined)[] {
  return inFiles(documents, (names, cwd) => {
    const result = new Array<string | undefined>(documents.length).fill(undefined);
    for (const chunk of chunks(names)) {
      const { stderr } = spawnSync("xmllint", ["--noout", "--nonet", "--encoding", "utf-8", ...chunk], {
        cwd,
        maxBuffer: 1e9,
      });
      for (const line of stderr.toString().split("\n")) {
        const [, name, message] = /^(\d+)\.xml:(?:\d+: )?(.* error .*)/.exec(line) ?? [];
        if (name !== undefined) result[Number(name)] ??= message;
      }
    }
    return result;
  });
}

/** The documents, all well-formed, in Canonical XML 1.0, one behind the other. */
export function canonical(documents: readonly string[]): string {
  return inFiles(documents, (names, cwd) => {
    const texts = chunks(names).map(
      (chunk) => spawnSync("xmllint", ["--c14n", "--nonet", ...chunk], { cwd, maxBuffer: 1e9 }).stdout,
    );
    return Buffer.concat(texts).toString();
  });
}

function inFiles<Result>(
  documents: readonly string[],
  use: (names: string[], folder: string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), "xmllint-"));
  try {
    for (const [at, text] of documents.entries()) writeFileSync(join(folder, `${at}.xml`), text);
    return use(
      documents.map((_, at) => `${at}.xml`),
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function chunks(names: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let start = 0; start < names.length; start += 1000) result.push(names.slice(start, start + 1000));
  return result;
}
