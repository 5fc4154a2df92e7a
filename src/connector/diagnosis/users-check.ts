import { fail, pass, warn, type Check } from "../../diagnosis.js";

export interface UserFacts {
  readonly readOnly: boolean;
  readonly authMode: "Normal" | "Windows";
}

export interface UsersFacts {
  readonly users: readonly UserFacts[];
  /** A listener of `authorization` has a say, so that users need not be listed. */
  readonly programDecides: boolean;
  /** Windows can be asked for passwords of its accounts. */
  readonly asksWindows: boolean;
}

export function checkUsers({ users, programDecides, asksWindows }: UsersFacts): Check {
  const ofWindows = users.filter(({ authMode }) => authMode === "Windows").length;
  if (users.length === 0 && programDecides)
    return pass("users", "no user is listed; the program decides who may connect");
  if (users.length === 0)
    return fail("users", "there are no users, so nobody can connect", "Add one: qbconnector user add NAME");
  if (ofWindows > 0 && !asksWindows)
    return warn(
      "users",
      `${counted(ofWindows)} with a Windows account, but Windows cannot be asked for passwords here`,
      "Run the connector on Windows, or give these users passwords of their own.",
    );
  const readOnly = users.filter((user) => user.readOnly).length;
  return pass("users", `${counted(users.length)}, ${readOnly} of them read-only`);
}

function counted(count: number): string {
  return count === 1 ? "1 user" : `${count} users`;
}
