import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createFile, exchangeFile, readPrivateFile } from "../../private-file.js";
import { withFileLock } from "./file-lock.js";
import { leadsNowhere, orStoreFailure } from "./store-failure.js";
import type { TokenStore } from "./token-store.js";

/** Keeps the text in a file that only its owner may use, in a folder that is made when it is missing. */
export function fileStore(path: string): TokenStore {
  return new SettingsFile(canonical(path));
}

class SettingsFile implements TokenStore {
  readonly name: string;

  constructor(file: string) {
    this.name = file;
  }

  async read(): Promise<string | undefined> {
    return readPrivateFile(this.name, "QB_TOKEN_STORE");
  }

  async replace(expected: string | undefined, next: string): Promise<boolean> {
    return orStoreFailure(`write ${this.name}`, () => {
      makeFolder(this.name);
      if (expected !== undefined) return exchangeFile(this.name, expected, next, "QB_TOKEN_STORE");
      return createFile(this.name, next) || (existsSync(this.name) ? false : leadsNowhere(this.name));
    });
  }

  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    orStoreFailure(`make the folder of ${this.name}`, () => makeFolder(this.name));
    return withFileLock(this.name, work);
  }
}

function makeFolder(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
}

/** However a file is spelled, it has one name, and so one lock. */
function canonical(path: string): string {
  const file = resolve(path);
  return realPath(file) ?? join(realPath(dirname(file)) ?? dirname(file), basename(file));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
