import { fail, pass, skip, type Check } from "../../../diagnosis.js";
import type { QuickBooksFacts } from "./quickbooks-facts.js";

const NOT_LOOKED = "Windows could not be asked; see koffi";

export function checkWindows({ platform, machine }: QuickBooksFacts): Check {
  if (platform !== "win32")
    return skip(
      "windows",
      `QuickBooks Desktop needs Windows; this is ${platform}, so nothing of it was looked at`,
    );
  if (machine === undefined) return skip("windows", NOT_LOOKED);
  const { windowsVersion, user, session, elevated } = machine;
  const rights = elevated === true ? ", as administrator" : "";
  return pass("windows", `${windowsVersion}, user ${user}${rights}, Windows session ${session}`);
}

export function checkKoffi({ machine, hostFailure }: QuickBooksFacts): Check {
  if (machine !== undefined) return pass("koffi", "koffi, which calls Windows, works");
  if (hostFailure === undefined) return skip("koffi", "nobody tried to call Windows");
  return fail("koffi", `Windows cannot be called: ${hostFailure.message}`, hostFailure.advice);
}

/** Programs in session 0, such as services, have no desktop. */
export function checkDesktop({ machine }: QuickBooksFacts): Check {
  if (machine === undefined) return skip("desktop", NOT_LOOKED);
  if (machine.session !== 0) return pass("desktop", `Windows session ${machine.session} has a desktop`);
  return fail(
    "desktop",
    "this program runs in Windows session 0, where services are and no desktop is",
    "Run it in the session of the user who works with QuickBooks, for example by a task at log-on, not as a service.",
  );
}
