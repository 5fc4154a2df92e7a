import { QBError } from "../../errors.js";
import { fromHresult } from "../../hresult.js";
import type { FileMode } from "../request-processor.js";
import type { HostFacts } from "./request-handler.js";

export type Edition = "SimpleStart" | "Pro" | "Premier" | "Enterprise";

export const MAX_VERSION = "16.0";

/** Every version that a QuickBooks with qbXML 16.0 accepts. That the list goes on after 13.0 in whole versions is a guess. */
const VERSIONS = "1.0 1.1 2.0 2.1 3.0 4.0 4.1 5.0 6.0 7.0 8.0 9.0 10.0 11.0 12.0 13.0 14.0 15.0 16.0".split(
  " ",
);

/** The product year that brought each version; MajorVersion is the year less 1990. */
const YEARS: Readonly<Record<string, number>> = {
  "11.0": 2012,
  "12.0": 2013,
  "13.0": 2014,
  "14.0": 2021,
  "15.0": 2022,
  "16.0": 2024,
};

/** The edition's bit in the auth flags, and the failure when it is not set. */
const AUTH_FLAGS: Readonly<Record<Edition, readonly [bit: number, hresult: number, name: string]>> = {
  SimpleStart: [0x1, 0x80040431, "Simple Start"],
  Pro: [0x2, 0x80040432, "Pro"],
  Premier: [0x4, 0x80040433, "Premier"],
  Enterprise: [0x8, 0x80040434, "Enterprise Solutions"],
};
/** Pro, Premier and Enterprise. */
const DEFAULT_AUTH_FLAGS = 0xe;

export function refuseAuthFlags(authFlags: number | undefined, edition: Edition): void {
  const [bit, hresult] = AUTH_FLAGS[edition];
  if (((authFlags ?? DEFAULT_AUTH_FLAGS) & bit) === 0) throw fromHresult(hresult);
}

/** What HostQuery tells. The product name of editions other than Pro is a guess, as is the mode of a DoNotCare session. */
export function hostFacts(edition: Edition, maxVersion: string, mode: FileMode): HostFacts {
  const year = YEARS[maxVersion];
  if (year === undefined)
    throw new QBError(
      "QB_INVALID_ARGUMENT",
      `maxVersion "${maxVersion}" is not one of ${Object.keys(YEARS).join(", ")}`,
    );
  if (!Object.hasOwn(AUTH_FLAGS, edition))
    throw new QBError("QB_INVALID_ARGUMENT", `edition "${edition}" is not known`);
  return Object.freeze({
    productName: `QuickBooks ${AUTH_FLAGS[edition][2]} ${year}`,
    majorVersion: String(year - 1990),
    versions: VERSIONS.slice(0, VERSIONS.indexOf(maxVersion) + 1),
    fileMode: mode === "MultiUser" ? "MultiUser" : "SingleUser",
  });
}
