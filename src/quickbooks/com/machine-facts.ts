/** Which half of the registry an entry stands in; 32-bit programs see only theirs. */
export type RegistryView = "64-bit" | "32-bit";

/**
 * Of a program and of the libraries that it can load. A Node for ARM64 sees the 64-bit half of the registry, but loads none
 * of QuickBooks' libraries, which are made for x64 and x86.
 */
export type Bitness = 32 | 64 | "ARM64";

/** Of a program on this machine, by Node's name of its architecture. */
export function bitnessOf(architecture: string): Bitness {
  if (architecture === "arm64") return "ARM64";
  return architecture === "ia32" ? 32 : 64;
}

/** As people read it: `32-bit`, `ARM64`. */
export function nameOfBitness(bitness: Bitness): string {
  return bitness === "ARM64" ? bitness : `${bitness}-bit`;
}

/** A registered request processor. */
export interface RegisteredServer {
  readonly progId: string;
  readonly clsid: string;
  readonly view: RegistryView;
  readonly kind: "in-process" | "local-server";
  /** The DLL or EXE. */
  readonly path: string;
  readonly exists: boolean;
}

export interface QuickBooksProcess {
  readonly name: string;
  readonly pid: number;
  /** The Windows session it runs in; 0 is that of services. */
  readonly session: number;
  /** Undefined when Windows does not let us look. */
  readonly elevated: boolean | undefined;
}

export interface OpenDialog {
  readonly pid: number;
  readonly title: string;
}

/** What stands between this process and QuickBooks on this machine, as Windows tells it. */
export interface MachineFacts {
  readonly windowsVersion: string;
  readonly user: string;
  readonly session: number;
  readonly elevated: boolean | undefined;
  readonly servers: readonly RegisteredServer[];
  readonly quickBooks: readonly QuickBooksProcess[];
  readonly dialogs: readonly OpenDialog[];
}
