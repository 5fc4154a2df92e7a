import { existsSync } from "node:fs";
import { readClassesText } from "../../../windows/registry.js";
import type { RegisteredServer, RegistryView } from "../machine-facts.js";

/** As they are looked for, the preferred first. */
export const PROG_IDS: readonly string[] = Object.freeze([
  "QBXMLRP2.RequestProcessor",
  "QBXMLRP2.RequestProcessor.2",
  "QBXMLRP2.RequestProcessor.1",
  "QBXMLRP2e.RequestProcessor",
  "QBXMLRP.RequestProcessor",
]);

const VIEWS: readonly RegistryView[] = ["64-bit", "32-bit"];
const KINDS = [
  ["in-process", "InprocServer32"],
  ["local-server", "LocalServer32"],
] as const;

/** Where it is looked, so that tests need no Windows. */
export interface ServerSurroundings {
  readonly read: (key: string, name: string, view: RegistryView) => string | undefined;
  readonly exists: (path: string) => boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const WINDOWS: ServerSurroundings = Object.freeze({
  read: readClassesText,
  exists: existsSync,
  environment: process.env,
});

/** Every registered request processor, in both halves of the registry. */
export function findServers(surroundings: ServerSurroundings = WINDOWS): readonly RegisteredServer[] {
  return VIEWS.flatMap((view) => PROG_IDS.flatMap((progId) => registrationsOf(progId, view, surroundings)));
}

function registrationsOf(
  progId: string,
  view: RegistryView,
  { read, exists, environment }: ServerSurroundings,
): readonly RegisteredServer[] {
  // Only CLSIDs have two halves on Windows; where ProgIDs have, too, one half is enough to name the class.
  const clsid = firstDefined([view, ...VIEWS], (one) => read(`${progId}\\CLSID`, "", one));
  if (clsid === undefined) return [];
  return KINDS.flatMap(([kind, key]) => {
    const text = read(`CLSID\\${clsid}\\${key}`, "", view) ?? "";
    const path = serverPath(text, view, environment);
    return path === "" ? [] : [{ progId, clsid, view, kind, path, exists: exists(path) }];
  });
}

function firstDefined<Value>(
  views: readonly RegistryView[],
  read: (view: RegistryView) => Value | undefined,
): Value | undefined {
  for (const view of views) {
    const value = read(view);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The file that a registration means: without quotes and arguments, with the values of variables. */
export function serverPath(
  text: string,
  view: RegistryView,
  environment: ServerSurroundings["environment"],
): string {
  const expanded = expand(text.trim(), view, environment);
  const quoted = /^"([^"]*)"/.exec(expanded)?.[1];
  if (quoted !== undefined) return quoted;
  return /^.*?\.(?:exe|dll|ocx)(?=\s|$)/i.exec(expanded)?.[0] ?? expanded;
}

/** 32-bit programs have folders of their own under the same names. */
function expand(text: string, view: RegistryView, environment: ServerSurroundings["environment"]): string {
  const values = new Map(Object.entries(environment).map(([name, value]) => [name.toLowerCase(), value]));
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const key = name.toLowerCase();
    const of32 = view === "32-bit" ? values.get(`${key}(x86)`) : undefined;
    return of32 ?? values.get(key) ?? whole;
  });
}
