import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where `test/windows/stub-libraries/build.mjs` put what it made. */
export function stubFolder(): string {
  return resolve(process.env["QBSTUB_LIBRARIES"] ?? "build/stub-libraries");
}

/** The file of a library that stands in for one of Windows. */
export function stubLibrary(name: "accounts" | "stores"): string {
  const file = join(stubFolder(), `${name}.dll`);
  if (!existsSync(file))
    throw new Error(`there is no ${file}: run test/windows/stub-libraries/build.mjs first`);
  return file;
}
